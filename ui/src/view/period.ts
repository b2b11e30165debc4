// What time a page is about, for the data at hand.

import type { Compared, Scope } from "../api/queries";
import type { StatusAnswer } from "../api/types";
import { narrow } from "../lib/filter";
import { useView } from "../lib/hooks";
import { writeMoment } from "../lib/url";
import { formatDuration } from "../lib/time";
import { covered, type Extent, parseInterval, previous, resolve, type Span, weekBefore } from "../range/range";

export interface Period {
  /** What time the store has data for. */
  extent: Extent;
  /** The time asked for, at the revision of the store. */
  scope: Scope;
  /** The time that it is compared with; null where nothing is to be compared, or the data does not go back that far. */
  before: Scope | null;
  /** What that is called: "24 h before"; null where there is none. */
  against: string | null;
  /** The same in the words of the API. */
  compare: Compared;
  /** Whether the data does not go back as far as what it is to be compared with. */
  beyond: boolean;
}

/** The period that the address of the page chooses, and the flows: of those that the page is about anyway. */
export function usePeriod({ firstData, lastData, interval, revision }: StatusAnswer, about = ""): Period {
  const [{ range, where: chosen, compare }] = useView();
  const where = about === "" ? chosen : narrow(chosen, about);
  const extent: Extent = {
    first: Date.parse(firstData!),
    last: Date.parse(lastData!),
    interval: parseInterval(interval),
  };
  const span = resolve(range, extent);
  const then = compare === "week" ? weekBefore(span) : previous(span);
  const known = covered(then, extent);
  const compared = compare !== "none" && known;
  const name = compare === "week" ? "a week before" : `${formatDuration(then.to - then.from)} before`;
  return {
    extent,
    scope: { ...span, revision, where },
    before: compared ? { ...then, revision, where } : null,
    against: compared ? name : null,
    compare: compared ? compare : null,
    beyond: compare !== "none" && !known,
  };
}

/** The time at which addresses are looked up: the last interval of the range that can have data. */
export function lastInterval(span: Span, extent: Extent): string {
  const { to } = resolve({ kind: "all" }, extent);
  return writeMoment(Math.max(span.from, Math.min(span.to, to) - extent.interval));
}
