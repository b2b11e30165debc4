// Where signs stand on their lines: nothing lies on anything else that is to be read.

import { type Curve, type Point, pointOf } from "./curve";

interface Box extends Point {
  width: number;
  height: number;
}

export const signSize = 20;

/** Where on its line a sign is looked for a place, of its length. */
const along = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * The middles of the signs of lines, by their keys, clear of what is taken and of each other: one that has room
 * nowhere is left out, as the line says it when asked.
 */
export function placeSigns(
  curves: readonly { key: string; curve: Curve }[],
  taken: readonly Box[],
): ReadonlyMap<string, Point> {
  const found = new Map<string, Point>();
  const full = [...taken];
  for (const { key, curve } of curves) {
    for (const t of along) {
      const at = pointOf(curve, t);
      const box = { x: at.x - signSize / 2, y: at.y - signSize / 2, width: signSize, height: signSize };
      if (full.some((other) => overlap(box, other))) continue;
      full.push(box);
      found.set(key, at);
      break;
    }
  }
  return found;
}
