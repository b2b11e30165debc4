// The first of a long ranking, for a table that is short.

import type { Ranked, Ranking } from "../api/queries";
import { type Measures, units } from "../lib/format";

/** The first rows; the others are in the sum of what is not shown. */
export function firstOf<Row extends Ranked>(ranking: Ranking<Row>, count: number): Ranking<Row> {
  const other: Measures = { ...ranking.other };
  for (const { total } of ranking.rows.slice(count)) for (const unit of units) other[unit] += total[unit];
  return { ...ranking, rows: ranking.rows.slice(0, count), other };
}
