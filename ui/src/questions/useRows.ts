import { type RefObject, useEffect, useState } from "react";

// How many rows are drawn before and behind those in sight. Also how far one
// scrolls until others are drawn: not every pixel is worth the work.
const spare = 16;

/** The rows to draw of thousands of one height: those in sight of the box that scrolls, and some around them. */
export function useRows(box: RefObject<HTMLElement | null>, count: number, height: number): [number, number] {
  const [first, setFirst] = useState(0);
  const [room, setRoom] = useState(() => window.innerHeight);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setFirst(Math.floor(element.scrollTop / height / spare) * spare);
    const measure = () => setRoom(element.clientHeight);
    look();
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [box, height]);
  const from = Math.max(0, Math.min(first, count) - spare);
  return [from, Math.min(count, first + Math.ceil(room / height) + 2 * spare)];
}
