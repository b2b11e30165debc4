// A picture is moved with a pointer, and zoomed with two fingers, or with Ctrl and the wheel.

import { type PointerEvent, type RefObject, useEffect, useRef } from "react";
import type { Point } from "./curve";

interface Grip {
  shift: (dx: number, dy: number) => void;
  /** By a factor, around a point of the window. */
  zoom: (by: number, at: Point) => void;
}

const still = 4; // pixels that a click may move

const far = (a: Point, b: Point) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));

/** What the element is to do with pointers, and whether the last press moved it, so that it was no click. */
export function useGrip(of: RefObject<HTMLElement | null>, grip: Grip) {
  const held = useRef(new Map<number, Point>());
  const moved = useRef(false);
  const act = useRef(grip);
  useEffect(() => void (act.current = grip));
  useEffect(() => {
    const element = of.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return; // else the page scrolls
      event.preventDefault();
      act.current.zoom(Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
    };
    // Two fingers are ours, one may scroll the page.
    const onTouch = (event: TouchEvent) => void (event.touches.length > 1 && event.preventDefault());
    element?.addEventListener("wheel", onWheel, { passive: false });
    element?.addEventListener("touchmove", onTouch, { passive: false });
    return () => {
      element?.removeEventListener("wheel", onWheel);
      element?.removeEventListener("touchmove", onTouch);
    };
  }, [of]);
  const release = ({ pointerId }: PointerEvent) => void held.current.delete(pointerId);
  return {
    moved,
    handlers: {
      onPointerDown: ({ pointerId, clientX, clientY }: PointerEvent) => {
        if (held.current.size === 0) moved.current = false;
        held.current.set(pointerId, { x: clientX, y: clientY });
      },
      onPointerMove: ({ pointerId, clientX, clientY, buttons }: PointerEvent) => {
        const before = held.current.get(pointerId);
        if (!before) return;
        if (buttons === 0) return void held.current.delete(pointerId);
        const now = { x: clientX, y: clientY };
        const other = [...held.current].find(([id]) => id !== pointerId)?.[1];
        if (!other && !moved.current && Math.hypot(now.x - before.x, now.y - before.y) < still) return;
        moved.current = true;
        held.current.set(pointerId, now);
        // What is between two fingers follows both.
        const part = other ? 0.5 : 1;
        grip.shift((now.x - before.x) * part, (now.y - before.y) * part);
        if (other) {
          const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
          grip.zoom(far(now, other) / far(before, other), middle);
        }
      },
      onPointerUp: release,
      onPointerCancel: release,
      onPointerLeave: release,
    },
  };
}
