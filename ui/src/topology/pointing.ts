// What lies at a point of a picture whose parts have no elements.

import type { MapEdge, MapNode } from "../api/types";
import { around, type Curve, type Point, pointOf } from "../picture/curve";
import { type Box, curveOf } from "./layout";
import type { Frame } from "../picture/useSteady";
import type { Size } from "./sight";

/** Tells whether a part of a box is in sight. */
export function inSight({ scale, x, y }: Frame, { width, height }: Size): (box: Box) => boolean {
  const [left, top] = [-x / scale, -y / scale];
  const [right, bottom] = [left + width / scale, top + height / scale];
  return (box) => box.x < right && box.x + box.width > left && box.y < bottom && box.y + box.height > top;
}

export function nodeAt(
  { x, y }: Point,
  nodes: readonly MapNode[],
  places: ReadonlyMap<string, Box>,
): MapNode | undefined {
  return nodes.find(({ id }) => {
    const at = places.get(id);
    return at && x >= at.x && x <= at.x + at.width && y >= at.y && y <= at.y + at.height;
  });
}

/** The edge whose line is nearest, within a distance. */
export function edgeAt(
  point: Point,
  edges: readonly MapEdge[],
  places: ReadonlyMap<string, Box>,
  within: number,
): MapEdge | undefined {
  let [best, least]: [MapEdge | undefined, number] = [undefined, within];
  for (const edge of edges) {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to || edge.from === edge.to) continue;
    const curve = curveOf(from, to);
    const { x, y, width, height } = around(curve);
    if (point.x < x - within || point.x > x + width + within) continue;
    if (point.y < y - within || point.y > y + height + within) continue;
    const far = distance(point, curve);
    if (far < least) [best, least] = [edge, far];
  }
  return best;
}

const pieces = 24;

/** How far a point is from a curve, which is taken for so many straight pieces. */
function distance(point: Point, curve: Curve): number {
  let [least, before] = [Infinity, curve.start];
  for (let i = 1; i <= pieces; i++) {
    const at = pointOf(curve, i / pieces);
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    const part = Math.min(
      1,
      Math.max(0, ((point.x - before.x) * dx + (point.y - before.y) * dy) / (dx * dx + dy * dy || 1)),
    );
    least = Math.min(least, Math.hypot(point.x - before.x - part * dx, point.y - before.y - part * dy));
    before = at;
  }
  return least;
}
