import { type RefObject, useLayoutEffect, useState } from "react";
import type { Size } from "./sight";

/** How large an element is on the page, in pixels. */
export function useScreen(of: RefObject<Element | null>): Size {
  const [size, setSize] = useState<Size>({ width: 1200, height: 600 });
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return;
    const look = () => {
      const { width, height } = element.getBoundingClientRect();
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return size;
}
