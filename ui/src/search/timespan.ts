import type { Span } from "../range/range";
import { writeMoment } from "../lib/url";

/**
 * The times of a page as the query API takes them. A row of it is dated by the end of its interval, and pages go by the
 * beginning: a millisecond later, the interval that ends where the range begins is out, and that which ends with it is in.
 */
export function timespanOf({ from, to }: Span): string {
  return `${writeMoment(from + 1)}/${writeMoment(to + 1)}`;
}
