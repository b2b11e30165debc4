// What is written into the picture, and where: nothing lies on anything else that is to be read.

import type { MapEdge } from "../api/types";
import { isNew, keyOf, lookOf } from "./edges";
import { type Box, curvePoints } from "./layout";

/** The sign on a line whose look does not say all: no connection is known, it is new, it is gone. */
export function signOf(edge: MapEdge): string {
  if (edge.link === "none") return "?";
  if (isNew(edge)) return "+";
  return lookOf(edge) === "gone" ? "−" : "";
}

export const signSize = 20;

/** Where on its line a sign is looked for a place, of its length. */
const along = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

const meet = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The middles of signs, by their edges: one that has room nowhere is left out, as the line says it when asked. */
export function signPlaces(
  edges: readonly MapEdge[],
  places: ReadonlyMap<string, Box>,
  titles: readonly Box[],
): ReadonlyMap<string, { x: number; y: number }> {
  const found = new Map<string, { x: number; y: number }>();
  const taken = [...places.values(), ...titles];
  for (const edge of edges) {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (signOf(edge) === "" || !from || !to || edge.from === edge.to) continue;
    const { start, middle, end } = curvePoints(from, to);
    for (const t of along) {
      const x = (1 - t) ** 2 * start.x + 2 * t * (1 - t) * middle.x + t ** 2 * end.x;
      const y = (1 - t) ** 2 * start.y + 2 * t * (1 - t) * middle.y + t ** 2 * end.y;
      const box = { x: x - signSize / 2, y: y - signSize / 2, width: signSize, height: signSize };
      if (taken.some((other) => meet(box, other))) continue;
      taken.push(box);
      found.set(keyOf(edge), { x, y });
      break;
    }
  }
  return found;
}

/** Where the title of a group is written. */
export function titleBox({ x, y, width }: Box): Box {
  return { x: x + 16, y: y + 6, width: width - 32, height: 18 };
}

/** As many of the facts as a line has room for. */
export function lineOf(facts: readonly string[], most = 26): string {
  let line = "";
  for (const fact of facts) {
    const longer = line === "" ? fact : `${line} · ${fact}`;
    if (longer.length > most) break;
    line = longer;
  }
  return line;
}
