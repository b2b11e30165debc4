// What of the answer is drawn: marks for places, lines for what they have to do with each other. Far away countries
// are one with their continent.

import type { GeoAnswer, GeoEdge, GeoNode } from "../api/types";
import type { Measures, Unit } from "../lib/format";
import { countryName } from "../lib/place";
import { type Change, changeOf, has, type Kind, kinds, nothing, partOf, plus } from "../picture/kinds";
import { places } from "./places";
import { isOn, type SwitchId } from "./switches";

export type Level = "continents" | "countries";

/** From which zoom on each country stands for itself. */
export const countriesFrom = 2;

export interface Mark {
  id: string;
  kind: GeoNode["kind"] | "continent";
  name: string;
  /** The node that it is; null of a continent. */
  node: GeoNode | null;
  /** The nodes that it stands for. */
  members: readonly string[];
  /** Longitude and latitude; null of what has no known place. */
  place: readonly [number, number] | null;
  total: Measures;
  malicious: Measures;
}

/** A kind of traffic, or that there was some in the time that it is compared with and is none now. */
export type LineKind = Kind | "gone";

/** Below all others comes what they must not cover. */
export const lineKinds: readonly LineKind[] = ["gone", ...kinds];

export interface Line {
  /** Of both marks. */
  key: string;
  from: string;
  to: string;
  kind: LineKind;
  /** What it has; of one that is gone what it had. */
  value: Measures;
  change: Change;
  /** Whether the first initiates some of it, and whether the other does. */
  out: boolean;
  in: boolean;
}

export interface Drawing {
  marks: readonly Mark[];
  lines: readonly Line[];
}

interface Choice {
  level: Level;
  on: ReadonlySet<SwitchId>;
  /** The country that lines are about; empty: all. */
  country: string;
}

/** Where the names of continents stand: apart from where most regions are. */
const continents: Readonly<Record<string, readonly [number, number]>> = {
  Africa: [20, 4],
  Asia: [92, 52],
  Europe: [30, 62],
  "North America": [-103, 56],
  Oceania: [128, -24],
  "South America": [-58, -20],
};

const unplaced: Partial<Record<GeoNode["kind"], string>> = {
  own: "Own, no region",
  azure: "Azure, no region",
  internet: "Internet, no country",
  private: "Other private",
  unknown: "Not looked at",
};

/** What people call a node. */
export function nameOf({ kind, name, display }: GeoNode): string {
  if (kind === "country") return countryName(name);
  if (kind === "region") return display || (name.toLowerCase() === "global" ? "Azure, global" : name);
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (kind === "clients") return `Clients of ${last}`;
  return last || unplaced[kind] || "Unknown";
}

/** Where a node is; null where nobody knows. */
function placeOf(node: GeoNode): readonly [number, number] | null {
  if (node.place) return [node.place.longitude, node.place.latitude];
  return node.kind === "country" ? (places.get(node.name) ?? null) : null;
}

export const keyOf = ({ from, to }: { from: string; to: string }) => `${from}|${to}`;

/** The mark that a node is drawn as. */
export function markIdOf({ id, kind, continent }: GeoNode, level: Level): string {
  return level === "continents" && kind === "country" && continent in continents ? `continent:${continent}` : id;
}

export function drawingOf({ nodes, edges }: GeoAnswer, { level, on, country }: Choice): Drawing {
  const marks = new Map<string, Mark>();
  const byNode = new Map<string, Mark>();
  for (const node of nodes) {
    if (node.kind === "region" && !isOn(node, on)) continue;
    const id = markIdOf(node, level);
    const continent = id === node.id ? "" : node.continent;
    const before = marks.get(id);
    const mark: Mark = before
      ? {
          ...before,
          members: [...before.members, node.id],
          total: plus(before.total, node.total),
          malicious: plus(before.malicious, node.maliciousTotal),
        }
      : {
          id,
          kind: continent ? "continent" : node.kind,
          name: continent || nameOf(node),
          node: continent ? null : node,
          members: [node.id],
          place: continent ? (continents[continent] ?? null) : placeOf(node),
          total: node.total,
          malicious: node.maliciousTotal,
        };
    marks.set(id, mark);
  }
  for (const mark of marks.values()) for (const id of mark.members) byNode.set(id, mark);
  const pairs = new Map<string, Pair>();
  for (const edge of edges) {
    const [from, to] = [byNode.get(edge.from), byNode.get(edge.to)];
    if (!from || !to || from === to || !isAbout(edge, country)) continue;
    const key = keyOf({ from: from.id, to: to.id });
    const pair = pairs.get(key);
    if (pair) pair.edges.push(edge);
    else pairs.set(key, { key, from: from.id, to: to.id, edges: [edge] });
  }
  const lines = [...pairs.values()].flatMap((pair) => linesOf(pair, on));
  const seen = new Set(lines.flatMap(({ from, to }) => [from, to]));
  return {
    // Regions stand there whether they have lines or not; of all others there are too many.
    marks: [...marks.values()].filter(
      ({ id, kind, place, total }) => seen.has(id) || (kind === "region" && (place !== null || has(total))),
    ),
    lines,
  };
}

/** Two marks, and the edges between what they stand for. */
interface Pair {
  key: string;
  from: string;
  to: string;
  edges: GeoEdge[];
}

/** A line for each kind of traffic between two marks; of what is gone one. */
function linesOf({ key, from, to, edges }: Pair, on: ReadonlySet<SwitchId>): Line[] {
  const sum = (of: (edge: GeoEdge) => Measures) => edges.map(of).reduce(plus, nothing);
  const before = edges[0]?.before ? sum((edge) => edge.before ?? nothing) : null;
  const change = changeOf(
    sum(({ all }) => all.total),
    before,
  );
  if (change === "gone") {
    return before && on.has("gone")
      ? [{ key, from, to, kind: "gone", value: before, change, out: false, in: false }]
      : [];
  }
  return kinds
    .filter((kind) => on.has(kind))
    .map((kind): Line => {
      const [out, back] = [sum((edge) => partOf(edge, kind).out), sum((edge) => partOf(edge, kind).in)];
      return { key, from, to, kind, value: plus(out, back), change, out: has(out), in: has(back) };
    })
    .filter(({ value }) => has(value));
}

/** How many lines of a kind are drawn at once: of two places in sight, and of one. */
const mostLines = { both: 24, one: 8 };

export interface Leading extends Drawing {
  /** The lines that are not drawn, and what they have. */
  hidden: number;
  rest: Measures;
}

/** The greatest lines of what is in sight, and all of what is chosen; countries without a line are not marked. */
export function leading(
  { marks, lines }: Drawing,
  unit: Unit,
  inSight: (id: string) => boolean,
  chosen: string,
): Leading {
  const shown: Line[] = [];
  const count = new Map<string, number>();
  let [hidden, rest] = [0, nothing];
  for (const line of lines.toSorted((a, b) => b.value[unit] - a.value[unit] || b.value.flows - a.value.flows)) {
    const ends = Number(inSight(line.from)) + Number(inSight(line.to));
    const group = `${line.kind} ${ends}`;
    const before = count.get(group) ?? 0;
    const most = ends === 2 ? mostLines.both : ends === 1 ? mostLines.one : 0;
    if (before < most || [line.key, line.from, line.to].includes(chosen)) {
      shown.push(line);
      count.set(group, before + 1);
    } else {
      hidden++;
      rest = plus(rest, line.value);
    }
  }
  const ends = new Set(shown.flatMap(({ from, to }) => [from, to]));
  return {
    marks: marks.filter(({ id, kind }) => kind !== "country" || ends.has(id) || id === chosen),
    lines: shown,
    hidden,
    rest,
  };
}

function isAbout({ from, to }: GeoEdge, country: string): boolean {
  if (country === "") return true;
  if (country === "none") return !from.startsWith("country:") && !to.startsWith("country:");
  return from === `country:${country}` || to === `country:${country}`;
}

/** What each country has, of the kinds that are on; by its two letters. */
export function volumes({ edges }: GeoAnswer, on: ReadonlySet<SwitchId>, unit: Unit): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const edge of edges) {
    for (const end of new Set([edge.from, edge.to])) {
      if (!end.startsWith("country:")) continue;
      const code = end.slice("country:".length);
      for (const kind of kinds) {
        if (!on.has(kind)) continue;
        const part = partOf(edge, kind);
        sums.set(code, (sums.get(code) ?? 0) + part.out[unit] + part.in[unit]);
      }
    }
  }
  return sums;
}

/** How strong the colour of a country is, 0 to 1: half of the most is about three quarters. */
export function strength(value: number, most: number): number {
  return most > 0 && value > 0 ? Math.max(0.12, Math.sqrt(value / most)) : 0;
}

/** How wide a line is, in pixels. */
export function widthOf({ value }: Line, unit: Unit, most: number): number {
  return 1.25 + (most > 0 ? 5.75 * Math.min(1, Math.sqrt(value[unit] / most)) : 0);
}
