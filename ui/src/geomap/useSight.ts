// What part of the world is in sight: moved at once, and kept in the link when it rests.

import { useEffect, useMemo, useState } from "react";
import type { GeoProjection } from "d3-geo";
import { type Frame, frameOf, readSight, type Sight, sightOf, type Stage, writeSight } from "./world";

const rest = 250; // ms without a move

export function useSight(
  text: string,
  keep: (text: string) => void,
  projection: GeoProjection,
  stage: Stage,
): { sight: Sight; frame: Frame; move: (to: (frame: Frame) => Frame) => void; look: (sight: Sight) => void } {
  const [live, setLive] = useState<{ sight: Sight; over: string } | null>(null);
  // A link that was followed meanwhile wins.
  const sight = useMemo(() => (live && live.over === text ? live.sight : readSight(text)), [live, text]);
  const frame = useMemo(() => frameOf(sight, projection, stage), [sight, projection, stage]);
  useEffect(() => {
    if (!live || live.over !== text) return;
    const timer = setTimeout(() => keep(writeSight(live.sight)), rest);
    return () => clearTimeout(timer);
  }, [live, text, keep]);
  const look = (next: Sight) => setLive({ sight: next, over: text });
  const move = (to: (frame: Frame) => Frame) =>
    setLive((before) => {
      const now = before && before.over === text ? before.sight : readSight(text);
      return { sight: sightOf(to(frameOf(now, projection, stage)), projection, stage), over: text };
    });
  return { sight, frame, move, look };
}
