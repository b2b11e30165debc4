// What of the answer is drawn at a place of the world, and where.

import type { GeoProjection } from "d3-geo";
import type { Unit } from "../lib/format";
import type { Point } from "../picture/curve";
import { type Label, labelsOf, signsOf, type Spot, spotsOf } from "./layout";
import { type Drawing, type Leading, leading, type Line, type Mark } from "./marks";
import type { SwitchId } from "./switches";
import type { Frame, Size } from "./world";

export interface Scene extends Leading {
  spots: ReadonlyMap<string, Spot>;
  /** The marks, what matters most first. */
  ranked: readonly Mark[];
  labels: readonly Label[];
  signs: readonly { line: Line; at: Point }[];
}

interface Choice {
  dock: ReadonlyMap<string, Spot>;
  on: ReadonlySet<SwitchId>;
  unit: Unit;
  /** The mark or line that is chosen; empty: none. */
  chosen: string;
}

export function sceneOf(
  whole: Drawing,
  { dock, on, unit, chosen }: Choice,
  projection: GeoProjection,
  frame: Frame,
  size: Size,
): Scene {
  const places = spotsOf(whole.marks, projection, frame, dock);
  const inSight = (id: string) => isWithin(places.get(id), size);
  const drawing = leading(withoutQuiet(whole, dock, on, chosen), unit, inSight, chosen);
  const drawn = new Set(drawing.marks.map(({ id }) => id));
  const spots = new Map([...places].filter(([id]) => drawn.has(id)));
  const ranked = rank(drawing.marks, unit);
  const labels = labelsOf(ranked, spots, size);
  return { ...drawing, spots, ranked, labels, signs: signsOf(drawing.lines, spots, labels) };
}

/** What is drawn first gets its label first: deployed regions, then what has most. */
function rank(marks: readonly Mark[], unit: Unit): Mark[] {
  const weight = ({ kind, node }: Mark) => (kind === "region" && node?.deployed ? 2 : kind === "continent" ? 1 : 0);
  return marks.toSorted((a, b) => weight(b) - weight(a) || b.total[unit] - a.total[unit] || (a.id < b.id ? -1 : 1));
}

/** All that crosses the world to what has no place would cover what has one: it is drawn when it is wanted. */
function withoutQuiet(
  { marks, lines }: Drawing,
  dock: ReadonlyMap<string, Spot>,
  on: ReadonlySet<SwitchId>,
  chosen: string,
): Drawing {
  const placed = marks.some(({ kind, place, node }) => kind === "region" && place && node?.active);
  if (on.has("unplaced") || !placed) return { marks, lines };
  const isQuiet = ({ key, from, to }: Line) => (dock.has(from) || dock.has(to)) && ![key, from, to].includes(chosen);
  return { marks, lines: lines.filter((line) => !isQuiet(line)) };
}

function isWithin(spot: Spot | undefined, { width, height }: Size): boolean {
  return spot !== undefined && spot.x >= 0 && spot.x <= width && spot.y >= 0 && spot.y <= height;
}
