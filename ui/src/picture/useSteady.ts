// What is costly to draw is drawn where the picture rests; while it moves, what was drawn moves along.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

/** How a point of a picture comes to the screen: times scale, plus what it is moved by. */
export interface Frame {
  scale: number;
  x: number;
  y: number;
}

const rest = 100; // ms without a move
const most = 300; // ms until it is drawn anew on the way, where much of it is new

/** The sight that is drawn: that of a moment ago, of which a layer is moved to where it belongs now. */
export function useSteady<Sight>(
  sight: Sight,
  frameOf: (sight: Sight) => Frame,
  screen: { width: number; height: number },
  costly: boolean,
): [Sight, RefObject<HTMLDivElement | null>] {
  const layer = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState({ sight, frameOf });
  const last = useRef(0);
  // On another ground nothing that was drawn belongs anywhere.
  const shown = costly && drawn.frameOf === frameOf ? drawn.sight : sight;
  useEffect(() => {
    if (!costly || (drawn.sight === sight && drawn.frameOf === frameOf)) return;
    const late =
      performance.now() - last.current > most && differ(between(frameOf(drawn.sight), frameOf(sight)), screen);
    const draw = () => {
      last.current = performance.now();
      setDrawn({ sight, frameOf });
    };
    const timer = setTimeout(draw, late ? 0 : rest);
    return () => clearTimeout(timer);
  }, [costly, drawn, sight, frameOf, screen]);
  useLayoutEffect(() => {
    const element = layer.current;
    if (!element) return;
    if (shown === sight) {
      element.style.transform = "";
      return;
    }
    const { scale, x, y } = between(frameOf(shown), frameOf(sight));
    element.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }, [shown, sight, frameOf]);
  return [shown, layer];
}

/** What brings a picture from where it was drawn to where it is now. */
function between(then: Frame, now: Frame): Frame {
  const scale = now.scale / then.scale;
  return { scale, x: now.x - then.x * scale, y: now.y - then.y * scale };
}

/** Whether so much is new that one would wait for it. */
function differ({ scale, x, y }: Frame, screen: { width: number; height: number }): boolean {
  return scale < 0.7 || scale > 1.6 || Math.abs(x) > screen.width / 3 || Math.abs(y) > screen.height / 3;
}
