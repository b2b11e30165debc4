// The first five of something over time, and all of it in the time that this is compared with.

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type Asked, askedSeries } from "../api/asked";
import { seriesQuery, type Split } from "../api/queries";
import type { SeriesAnswer } from "../api/types";
import type { Unit } from "../lib/format";
import { narrow } from "../lib/filter";
import type { Period } from "../view/period";
import { cheapest } from "./table";
import { chartPoints } from "../traffic/course";

export interface Series {
  now: UseQueryResult<SeriesAnswer>;
  earlier: SeriesAnswer | undefined;
  period: Period;
  /** Where in the API it is asked. */
  asked: Asked;
}

/** The course of a split, of the flows that some condition lets pass besides. */
export function useSeries(split: Split, period: Period, unit: Unit, passing = ""): Series {
  const { scope, before } = period;
  const of = (each: typeof scope) => (passing === "" ? each : { ...each, where: narrow(each.where, passing) });
  const now = useQuery(seriesQuery(split, of(scope), unit, chartPoints));
  // Of the time before only the sum is shown, so one line is enough.
  const earlier = useQuery({
    ...seriesQuery(cheapest[split] ?? split, of(before ?? scope), unit, chartPoints, 1),
    enabled: before !== null,
  });
  return {
    now,
    earlier: before ? earlier.data : undefined,
    period,
    asked: askedSeries(split, of(scope), unit, chartPoints),
  };
}
