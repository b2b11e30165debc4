// The sight moves at once, and is kept in the link when it rests.

import { useEffect, useMemo, useState } from "react";
import { readSight, type Sight, type Size, writeSight } from "./sight";

const rest = 250; // ms without a move

export function useSight(
  text: string,
  keep: (text: string) => void,
  picture: Size,
): [Sight, (to: (before: Sight) => Sight) => void] {
  const [live, setLive] = useState<{ sight: Sight; over: string } | null>(null);
  // A link that was followed meanwhile wins.
  const sight = useMemo(
    () => (live && live.over === text ? live.sight : readSight(text, picture)),
    [live, text, picture],
  );
  useEffect(() => {
    if (!live || live.over !== text) return;
    const timer = setTimeout(() => {
      const next = writeSight(live.sight, picture);
      if (next !== text) keep(next);
    }, rest);
    return () => clearTimeout(timer);
  }, [live, text, keep, picture]);
  const move = (to: (before: Sight) => Sight) =>
    setLive((before) => ({
      sight: to(before && before.over === text ? before.sight : readSight(text, picture)),
      over: text,
    }));
  return [sight, move];
}
