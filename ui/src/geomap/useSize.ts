import { type RefObject, useLayoutEffect, useState } from "react";
import type { Size } from "./world";

/** How large an element is on the page; null until it is there. */
export function useSize(of: RefObject<HTMLElement | null>): Size | null {
  const [size, setSize] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const look = () => {
      const [width, height] = [Math.round(element.clientWidth), Math.round(element.clientHeight)];
      setSize((before) => (before?.width === width && before.height === height ? before : { width, height }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return size;
}
