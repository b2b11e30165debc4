// What an edge of the map says at a glance.

import type { MapEdge, MapNode } from "../api/types";
import type { Unit } from "../lib/format";
import { has, partsOf } from "../picture/kinds";
import type { Look } from "../picture/looks";

/** Whether it is a connection that carried nothing, and had nothing before. */
export function isIdle({ all, before }: MapEdge): boolean {
  return !has(all.total) && !(before && has(before));
}

/** What an edge has of each kind of traffic; of one that has none, whether it is gone or was never there. */
export function looksOf(edge: MapEdge): readonly Look[] {
  return has(edge.all.total) ? partsOf(edge).map(({ kind }) => kind) : [isIdle(edge) ? "idle" : "gone"];
}

/** A line is as wide as its volume, and each kind of traffic has its part of that. */
export interface Strand {
  look: Look;
  width: number;
  /** How far its middle is to the right of the middle of the line. */
  aside: number;
}

const thinnest = 1.5;
const between = 1.5;

/** The parts of a line, side by side: however small, each is to be seen. */
export function strandsOf(edge: MapEdge, unit: Unit, most: number): readonly Strand[] {
  if (!has(edge.all.total)) return [{ look: isIdle(edge) ? "idle" : "gone", width: thinnest, aside: 0 }];
  const whole = widthOf(edge, unit, most);
  const total = edge.all.total[unit];
  const widths = partsOf(edge).map(({ kind, value }): [Look, number] => [
    kind,
    Math.max(thinnest, total > 0 ? (whole * value[unit]) / total : 0),
  ]);
  const all = widths.reduce((sum, [, width]) => sum + width + between, -between);
  let from = -all / 2;
  return widths.map(([look, width]) => {
    const aside = from + width / 2;
    from += width + between;
    return { look, width, aside };
  });
}

/** The kind that has most of a line, which says how its ends look. */
export function mainOf(strands: readonly Strand[]): Look {
  return (
    strands.reduce<Strand | null>((best, one) => (best && best.width >= one.width ? best : one), null)?.look ?? "idle"
  );
}

/** How wide a line is, of the widest. */
function widthOf(edge: MapEdge, unit: Unit, most: number): number {
  if (most === 0) return thinnest;
  return thinnest + 6.5 * Math.sqrt(edge.all.total[unit] / most);
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
