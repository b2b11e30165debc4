import { useEffect, useMemo, useState } from "react";
import type { Land, LandWanted, Stage } from "./world";

/** It reads the countries while the page still waits for its answer. */
const worker = new Worker(new URL("land.worker.ts", import.meta.url), { type: "module" });

/**
 * The outlines of countries: coarse ones of the world, which are quick to draw, and fine ones when somebody looks
 * closer. Until those that are wanted are there, the ones before are.
 */
export function useLand(stage: Stage, below: number, fine: boolean): Land {
  const [lands, setLands] = useState<ReadonlyMap<string, Land>>(new Map());
  const [last, setLast] = useState<Land>(none);
  const wanted = useMemo(() => ({ fine, stage, below }), [fine, stage, below]);
  const key = keyOf(wanted);
  const known = lands.has(key);
  useEffect(() => {
    const take = ({ data }: MessageEvent<{ wanted: LandWanted; land: Land }>) => {
      // Those of another size are of no use any more.
      const size = sizeOf(data.wanted);
      setLands((before) =>
        new Map([...before].filter(([id]) => id.startsWith(size))).set(keyOf(data.wanted), data.land),
      );
      setLast(data.land);
    };
    worker.addEventListener("message", take);
    return () => worker.removeEventListener("message", take);
  }, []);
  useEffect(() => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    if (!known) worker.postMessage(wanted);
  }, [known, wanted]);
  return lands.get(key) ?? last;
}

const none: Land = [];

const sizeOf = ({ stage, below }: LandWanted) => `${stage.world} ${stage.width} ${stage.height} ${below} `;
const keyOf = (wanted: LandWanted) => `${sizeOf(wanted)}${wanted.fine}`;
