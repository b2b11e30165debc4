// What an edge of the map says at a glance.

import type { MapEdge, MapNode } from "../api/types";
import type { Unit } from "../lib/format";

export type Look = "malicious" | "blocked" | "benign" | "gone" | "idle";

export const looks: readonly { look: Look; name: string; meaning: string }[] = [
  { look: "benign", name: "Benign", meaning: "mostly allowed" },
  { look: "malicious", name: "Malicious", meaning: "a part of it has a malicious end" },
  { look: "blocked", name: "Blocked", meaning: "more flows denied than allowed" },
  { look: "gone", name: "Gone", meaning: "had traffic in the time it is compared with" },
  { look: "idle", name: "Idle", meaning: "a connection that carried nothing" },
];

export function lookOf({ all, malicious, before }: MapEdge): Look {
  if (all.total.flows + all.total.packets === 0) return before && before.flows + before.packets > 0 ? "gone" : "idle";
  if (malicious.total.flows + malicious.total.packets > 0) return "malicious";
  return all.denied.flows > all.allowed.flows ? "blocked" : "benign";
}

/** Whether it had nothing in the time that it is compared with. */
export function isNew({ all, before }: MapEdge): boolean {
  return before !== null && before.flows + before.packets === 0 && all.total.flows + all.total.packets > 0;
}

/** How wide a line is, of the widest. */
export function widthOf(edge: MapEdge, unit: Unit, most: number): number {
  if (most === 0) return 1.5;
  return 1.5 + 6.5 * Math.sqrt(edge.all.total[unit] / most);
}

/** Which of its ends initiate something. */
export function waysOf({ all }: MapEdge): { out: boolean; in: boolean } {
  return {
    out: all.allowedOut.flows + all.deniedOut.flows > 0,
    in: all.allowedIn.flows + all.deniedIn.flows > 0,
  };
}

const links: Record<MapEdge["link"], string> = {
  "": "",
  same: "within",
  peered: "peering",
  gateways: "gateways",
  hubs: "through hubs",
  gateway: "gateway",
  none: "no connection known",
};

/** What connects both ends, in words. */
export function linkOf({ link, through }: MapEdge): string {
  const by = through.map((name) => name.slice(name.lastIndexOf("/") + 1)).join(", ");
  return by === "" ? links[link] : `${links[link]}: ${by}`;
}

export function keyOf({ from, to }: MapEdge): string {
  return `${from}|${to}`;
}

/** Whether a node or an edge has to do with what is chosen. */
export function concerns(chosen: string, edge: MapEdge): boolean {
  return chosen === keyOf(edge) || chosen === edge.from || chosen === edge.to;
}

/** The nodes of an edge; of one that cannot be, none. */
export function endsOf(edge: MapEdge, nodes: ReadonlyMap<string, MapNode>): [MapNode, MapNode] | null {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
  return from && to ? [from, to] : null;
}
