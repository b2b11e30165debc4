// Lines over bars: how far they reach, and where they go.

import type { Line } from "./course";

/** A line as a path of SVG. */
export interface Drawn extends Omit<Line, "values"> {
  d: string;
}

/** The highest and the lowest of all lines at each bucket; nothing where there are no lines. */
export function reach(lines: readonly Line[], count: number): number[][] {
  if (lines.length === 0) return [];
  const at = (best: (...values: number[]) => number) =>
    Array.from({ length: count }, (_, i) => best(0, ...lines.map(({ values }) => values[i] ?? 0)));
  return [at(Math.max), at(Math.min)];
}

/** Steps as wide as the bars that they lie over, or from the middle of a bucket to that of the next; broken where nothing is known. */
export function trace(line: Line, place: (index: number, value: number) => [number, number], steps: boolean): Drawn {
  const { id, colour, dash, width, values } = line;
  const half = steps ? (place(1, 0)[0] - place(0, 0)[0]) / 2 : 0;
  let d = "";
  let begun = false;
  values.forEach((value, i) => {
    if (value === null) {
      begun = false;
      return;
    }
    const [x, y] = place(i, value).map((at) => Math.round(at * 10) / 10) as [number, number];
    d += `${begun ? "L" : "M"}${x - half} ${y}${half > 0 ? `H${x + half}` : ""}`;
    begun = true;
  });
  // A bucket alone is a line of no length, which a round end makes a point.
  return { id, colour, dash, width, d: d.includes("L") || half > 0 ? d : d.replace(/^(M\S+ \S+)$/, "$1h0") };
}
