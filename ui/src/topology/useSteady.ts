// What is costly to draw is drawn where the picture rests; while it moves, what was drawn moves along.

import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Frame, frameOf, type Sight, type Size } from "./sight";

const rest = 100; // ms without a move
const most = 300; // ms until it is drawn anew on the way, where much of it is new

/** The sight that is drawn: that of a moment ago, of which a layer is moved to where it belongs now. */
export function useSteady(
  sight: Sight,
  picture: Size,
  screen: Size,
  costly: boolean,
): [Sight, RefObject<HTMLDivElement | null>] {
  const layer = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(sight);
  const last = useRef(0);
  const shown = costly ? drawn : sight;
  useEffect(() => {
    if (!costly || drawn === sight) return;
    const [then, now] = [frameOf(drawn, picture, screen), frameOf(sight, picture, screen)];
    const late = performance.now() - last.current > most && differ(then, now, screen);
    const draw = () => {
      last.current = performance.now();
      setDrawn(sight);
    };
    const timer = setTimeout(draw, late ? 0 : rest);
    return () => clearTimeout(timer);
  }, [costly, drawn, sight, picture, screen]);
  useLayoutEffect(() => {
    const element = layer.current;
    if (!element) return;
    if (shown === sight) {
      element.style.transform = "";
      return;
    }
    const [then, now] = [frameOf(shown, picture, screen), frameOf(sight, picture, screen)];
    const by = now.scale / then.scale;
    element.style.transform = `translate(${now.x - then.x * by}px, ${now.y - then.y * by}px) scale(${by})`;
  }, [shown, sight, picture, screen]);
  return [shown, layer];
}

/** Whether so much is new that one would wait for it. */
function differ(then: Frame, now: Frame, screen: Size): boolean {
  const by = now.scale / then.scale;
  const [x, y] = [now.x - then.x * by, now.y - then.y * by];
  return by < 0.7 || by > 1.6 || Math.abs(x) > screen.width / 3 || Math.abs(y) > screen.height / 3;
}
