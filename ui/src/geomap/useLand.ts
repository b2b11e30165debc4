import { useEffect, useMemo, useState } from "react";
import type { Land, LandWanted, Stage } from "./world";

/** It reads the countries while the page still waits for its answer. */
const worker = new Worker(new URL("land.worker.ts", import.meta.url), { type: "module" });

type Detail = "coarse" | "fine";

/** Outlines of countries in both details, of which one is shown: to hide one is quicker than to draw the other anew. */
export interface Lands extends Record<Detail, Land> {
  shown: Detail;
}

const detailOf = (fine: boolean): Detail => (fine ? "fine" : "coarse");

/**
 * Coarse outlines for the world, which are quick to draw, and fine ones when somebody looks closer. Until those that
 * are wanted are there, the ones before are.
 */
export function useLand(stage: Stage, below: number, fine: boolean): Lands {
  const [made, setMade] = useState<Partial<Record<Detail, { wanted: LandWanted; land: Land }>>>({});
  const wanted = useMemo(() => ({ fine, stage, below }), [fine, stage, below]);
  const detail = detailOf(fine);
  const known = made[detail] && isSame(made[detail].wanted, wanted);
  useEffect(() => {
    const take = ({ data }: MessageEvent<{ wanted: LandWanted; land: Land }>) =>
      setMade((before) => ({ ...before, [detailOf(data.wanted.fine)]: data }));
    worker.addEventListener("message", take);
    return () => worker.removeEventListener("message", take);
  }, []);
  useEffect(() => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    if (!known) worker.postMessage(wanted);
  }, [known, wanted]);
  return useMemo(
    () => ({
      coarse: made.coarse?.land ?? none,
      fine: made.fine?.land ?? none,
      shown: made[detail] ? detail : detailOf(!fine),
    }),
    [made, detail, fine],
  );
}

const none: Land = [];

function isSame(a: LandWanted, b: LandWanted): boolean {
  const { world, width, height } = a.stage;
  return a.below === b.below && world === b.stage.world && width === b.stage.width && height === b.stage.height;
}
