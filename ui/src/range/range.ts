// Time ranges: what the reader chose, and the moments it means for the data
// at hand. A range is relative to the end of the data, not to the clock, so
// that last year's logs answer as well as today's.

import { day, hour, minute, second } from "../lib/time";

export type Last = "1h" | "6h" | "24h" | "7d";

export const lasts: readonly Last[] = ["1h", "6h", "24h", "7d"];

export const lastNames: Record<Last, string> = { "1h": "1 h", "6h": "6 h", "24h": "24 h", "7d": "7 d" };

export type Range = { kind: "last"; last: Last } | { kind: "all" } | { kind: "custom"; from: number; to: number };

export const defaultRange: Range = { kind: "last", last: "24h" };

/** A stretch of time: from is in it, to is not. */
export interface Span {
  from: number;
  to: number;
}

/** What time the store has data for, and how wide its intervals are. */
export interface Extent {
  first: number;
  last: number;
  interval: number;
}

const widths: Record<Last, number> = { "1h": hour, "6h": 6 * hour, "24h": day, "7d": 7 * day };

/** The moments that a range means, in whole intervals of the store. */
export function resolve(range: Range, extent: Extent): Span {
  const { interval } = extent;
  switch (range.kind) {
    case "last": {
      const to = dataEnd(extent);
      return { from: to - widths[range.last], to };
    }
    case "all":
      return { from: floorTo(extent.first, interval), to: dataEnd(extent) };
    case "custom":
      return { from: floorTo(range.from, interval), to: ceilTo(range.to, interval) };
  }
}

/** The span of the same length that ends where this one begins. */
export function previous(span: Span): Span {
  return { from: span.from - (span.to - span.from), to: span.from };
}

/** The same span a week before. */
export function weekBefore(span: Span): Span {
  return { from: span.from - 7 * day, to: span.to - 7 * day };
}

/** The span of the same length that begins where this one ends. */
export function next(span: Span): Span {
  return { from: span.to, to: span.to + (span.to - span.from) };
}

/** Whether the store has data from the beginning of the span on. */
export function covered(span: Span, extent: Extent): boolean {
  return span.from >= floorTo(extent.first, extent.interval);
}

/** Whether any part of the span lies within the data. */
export function touches(span: Span, extent: Extent): boolean {
  return span.from < dataEnd(extent) && span.to > floorTo(extent.first, extent.interval);
}

/** Twice as wide around the same middle, but not past the data where that is narrower. */
export function zoomOut(span: Span, extent: Extent): Range {
  const half = (span.to - span.from) / 2;
  const all = resolve({ kind: "all" }, extent);
  const from = Math.max(span.from - half, Math.min(all.from, span.from));
  const to = Math.min(span.to + half, Math.max(all.to, span.to));
  if (from <= all.from && to >= all.to) return { kind: "all" };
  return { kind: "custom", from: floorTo(from, extent.interval), to: ceilTo(to, extent.interval) };
}

/** The width of an interval as the API writes it: 1m, 10m, 60m, 1h, 30s. */
export function parseInterval(text: string): number {
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(h|m|s)/g)) {
    total += Number(digits) * (unit === "h" ? hour : unit === "m" ? minute : second);
  }
  if (total === 0) throw new Error(`cannot read interval ${JSON.stringify(text)}: want 1m, 10m or 60m`);
  return total;
}

function dataEnd({ last, interval }: Extent): number {
  return floorTo(last, interval) + interval;
}

function floorTo(at: number, step: number): number {
  return Math.floor(at / step) * step;
}

function ceilTo(at: number, step: number): number {
  return Math.ceil(at / step) * step;
}
