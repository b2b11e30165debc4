// What is written into the picture, and where: nothing lies on anything else that is to be read.

import type { MapEdge } from "../api/types";
import type { Point } from "../picture/curve";
import { changeOf, changeSigns } from "../picture/kinds";
import { placeSigns } from "../picture/signs";
import { keyOf } from "./edges";
import { type Box, curveOf } from "./layout";

/** The sign on a line whose look does not say all: no connection is known, it is new, it is gone. */
export function signOf({ link, all, before }: MapEdge): string {
  return link === "none" ? "?" : changeSigns[changeOf(all.total, before)];
}

/** The middles of signs, by their edges. */
export function signPlaces(
  edges: readonly MapEdge[],
  places: ReadonlyMap<string, Box>,
  titles: readonly Box[],
): ReadonlyMap<string, Point> {
  const curves = edges.flatMap((edge) => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (signOf(edge) === "" || !from || !to || edge.from === edge.to) return [];
    return [{ key: keyOf(edge), curve: curveOf(from, to) }];
  });
  return placeSigns(curves, [...places.values(), ...titles]);
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
