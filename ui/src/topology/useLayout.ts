// Where nodes stand: told at once of few, by a worker of many, so that the page answers meanwhile.

import { useEffect, useMemo, useRef, useState } from "react";
import type { MapNode } from "../api/types";
import { type Layout, layOut, type Placed } from "./layout";

/** More nodes than these are put into their places by a worker. */
const few = 400;

/** What a layout depends on; numbers change without it. */
function placedOf(nodes: readonly MapNode[]): Placed[] {
  return nodes.map(({ id, kind, name, parent, region, hub, active }) => ({
    id,
    kind,
    name,
    parent,
    region,
    hub,
    active,
  }));
}

/** The layout of nodes; until it is there, the one before, or none. */
export function useLayout(nodes: readonly MapNode[]): Layout | null {
  const shape = useMemo(() => JSON.stringify(placedOf(nodes)), [nodes]);
  const [told, setTold] = useState<Layout | null>(null);
  const worker = useRef<Worker | null>(null);
  useEffect(() => {
    // It starts while the page still waits for its answer.
    const made = new Worker(new URL("layout.worker.ts", import.meta.url), { type: "module" });
    made.addEventListener("message", ({ data }: MessageEvent<Layout>) => setTold(data));
    worker.current = made;
    return () => made.terminate();
  }, []);
  const many = nodes.length > few;
  const now = useMemo(() => (many ? null : layOut(JSON.parse(shape) as Placed[])), [many, shape]);
  useEffect(() => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    if (many) worker.current?.postMessage(shape);
  }, [many, shape]);
  return now ?? told;
}
