// Where marks, lines and labels are in the picture, in pixels.

import type { GeoProjection } from "d3-geo";
import type { Curve } from "../picture/curve";
import { overlap, placeSigns } from "../picture/signs";
import { type Line, type LineKind, lineKinds, type Mark } from "./marks";
import type { Frame, Point, Size } from "./world";

/** A mark in its place: a circle, or a box of a width and a height with its name in it. */
export interface Spot extends Point {
  radius: number;
  box: Size | null;
}

export interface Box extends Point, Size {}

export const boxHeight = 34;
const boxGap = 8;

/** As wide as the name needs, by a guess that is never too small. */
export function widthOfText(text: string, size: number, bold = false): number {
  return text.length * size * (bold ? 0.68 : 0.62);
}

/** The marks without a place stand in rows below the world, the busiest first. */
export function dockOf(marks: readonly Mark[], { width, height }: Size): ReadonlyMap<string, Spot> {
  const spots = new Map<string, Spot>();
  const wanted = marks
    .filter(({ place }) => place === null)
    .toSorted((a, b) => b.total.flows - a.total.flows || (a.id < b.id ? -1 : 1))
    .slice(0, width < narrow ? 4 : 10);
  let [x, row] = [boxGap, 0];
  const placed: { id: string; x: number; row: number; width: number }[] = [];
  for (const { id, name } of wanted) {
    const wide = Math.min(width - 2 * boxGap, Math.max(84, widthOfText(name, 12) + 20));
    if (x > boxGap && x + wide > width - boxGap) [x, row] = [boxGap, row + 1];
    placed.push({ id, x, row, width: wide });
    x += wide + boxGap;
  }
  const rows = row + 1;
  for (const one of placed) {
    spots.set(one.id, {
      x: one.x + one.width / 2,
      y: height - (rows - one.row) * (boxHeight + boxGap) + boxHeight / 2,
      radius: 0,
      box: { width: one.width, height: boxHeight },
    });
  }
  return spots;
}

const narrow = 500;

/** How much of the height the rows below the world take. */
export function dockHeight(dock: ReadonlyMap<string, Spot>, { height }: Size): number {
  const top = Math.min(height, ...[...dock.values()].map(({ y }) => y - boxHeight / 2));
  return dock.size === 0 ? 0 : height - top + boxGap;
}

/** The marks of the world in their places. */
export function spotsOf(
  marks: readonly Mark[],
  projection: GeoProjection,
  frame: Frame,
  dock: ReadonlyMap<string, Spot>,
): ReadonlyMap<string, Spot> {
  const spots = new Map(dock);
  for (const mark of marks) {
    const at = mark.place && projection([...mark.place] as [number, number]);
    if (!at) continue;
    const [x, y] = [frame.x + at[0] * frame.zoom, frame.y + at[1] * frame.zoom];
    spots.set(
      mark.id,
      mark.kind === "continent"
        ? { x, y, radius: 0, box: { width: widthOfText(mark.name, 12) + 22, height: boxHeight } }
        : { x, y, radius: radiusOf(mark), box: null },
    );
  }
  return spots;
}

function radiusOf({ kind, node }: Mark): number {
  if (kind !== "region") return 4;
  if (node?.deployed) return 7;
  return node?.active ? 6 : 4;
}

/** How high the curve of a kind rises, as a part of its length, and at most in pixels. */
const bends: Record<LineKind, readonly [number, number]> = {
  gone: [0.08, 90],
  benign: [0.14, 120],
  blocked: [0.2, 165],
  malicious: [0.26, 210],
};

/** A curve between two marks, that rises to the north, each kind higher than the one before. */
export function arc(from: Spot, to: Spot, kind: LineKind): Curve {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const up = dx < 0 || (dx === 0 && dy > 0) ? -1 : 1;
  const [bend, most] = bends[kind];
  const rise = Math.min(most, bend * length + 6) * up;
  const turn = { x: (from.x + to.x) / 2 + (dy / length) * rise, y: (from.y + to.y) / 2 - (dx / length) * rise };
  return { start: border(from, turn), middle: turn, end: border(to, turn) };
}

/** Where the line from the middle of a mark to a point leaves it. */
function border({ x, y, radius, box }: Spot, to: Point): Point {
  const [dx, dy] = [to.x - x, to.y - y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return { x, y };
  if (!box) {
    const part = Math.min(1, (radius + 5) / length);
    return { x: x + dx * part, y: y + dy * part };
  }
  const part = Math.min(
    1,
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  return { x: x + dx * part, y: y + dy * part };
}

export interface Label extends Box {
  id: string;
  text: string;
}

const labelSize = 11.5;
const labelHeight = 15;

/** Names beside their marks, in order of what matters; none lies on another or on a mark, or it is left out. */
export function labelsOf(marks: readonly Mark[], spots: ReadonlyMap<string, Spot>, size: Size): readonly Label[] {
  const taken = takenBy(spots);
  const labels: Label[] = [];
  for (const mark of marks) {
    const spot = spots.get(mark.id);
    if (!spot || spot.box) continue;
    const width = widthOfText(mark.name, labelSize, mark.kind === "region") + 2;
    const away = spot.radius + 6;
    const middle = spot.y - labelHeight / 2;
    const tries = [
      { x: spot.x + away, y: middle },
      { x: spot.x - away - width, y: middle },
      { x: spot.x - width / 2, y: spot.y + away },
      { x: spot.x - width / 2, y: spot.y - away - labelHeight },
      { x: spot.x + away - 2, y: spot.y + away - 2 },
      { x: spot.x - away - width + 2, y: spot.y - away - labelHeight + 2 },
    ];
    const free = tries
      .map(({ x, y }): Box => ({ x, y, width, height: labelHeight }))
      .find((box) => isInside(box, size) && taken.every((other) => !overlap(box, other)));
    if (!free) continue;
    taken.push(free);
    labels.push({ ...free, id: mark.id, text: mark.name });
  }
  return labels;
}

/** The boxes of marks, with some room around them. */
function takenBy(spots: ReadonlyMap<string, Spot>): Box[] {
  return [...spots.values()].map(({ x, y, radius, box }) => {
    const [width, height] = box ? [box.width, box.height] : [2 * radius + 8, 2 * radius + 8];
    return { x: x - width / 2, y: y - height / 2, width, height };
  });
}

/** Where the signs of what is new and gone stand: each on the uppermost line of its pair. */
export function signsOf(
  lines: readonly Line[],
  spots: ReadonlyMap<string, Spot>,
  labels: readonly Label[],
): readonly { line: Line; at: Point }[] {
  const upper = new Map<string, Line>();
  for (const kind of lineKinds)
    for (const line of lines) if (line.kind === kind && line.change !== "") upper.set(line.key, line);
  const curves = [...upper].flatMap(([key, { from, to, kind }]) => {
    const [a, b] = [spots.get(from), spots.get(to)];
    return a && b ? [{ key, curve: arc(a, b, kind) }] : [];
  });
  const placed = placeSigns(curves, [...takenBy(spots), ...labels]);
  return [...placed].map(([key, at]) => ({ line: upper.get(key)!, at }));
}

function isInside({ x, y, width, height }: Box, size: Size): boolean {
  return x >= 0 && y >= 0 && x + width <= size.width && y + height <= size.height;
}

/** The mark that is nearest in a direction, for the arrow keys; null where there is none. */
export function next(
  spots: ReadonlyMap<string, Spot>,
  from: string,
  direction: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown",
): string | null {
  const at = spots.get(from);
  if (!at) return null;
  const [ux, uy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[direction] as [
    number,
    number,
  ];
  let best: { id: string; far: number } | null = null;
  for (const [id, spot] of spots) {
    if (id === from) continue;
    const along = (spot.x - at.x) * ux + (spot.y - at.y) * uy;
    const across = Math.abs((spot.x - at.x) * uy) + Math.abs((spot.y - at.y) * ux);
    if (along <= 0) continue;
    const far = along + 2 * across;
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id ?? null;
}
