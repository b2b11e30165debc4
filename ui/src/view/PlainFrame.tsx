import type { Asked } from "../api/asked";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { AtContext } from "../address/Address";
import { Refused } from "../api/client";
import { knowledgeQuery, type Scope, trafficQuery } from "../api/queries";
import type { TrafficAnswer } from "../api/types";
import { useView } from "../lib/hooks";
import { NoDataInRange } from "../states/NoDataInRange";
import { NoFilter } from "../states/NoFilter";
import { NoFlowsPass } from "../states/NoFlowsPass";
import type { Measures } from "../lib/format";
import type { Span } from "../range/range";
import { isEmpty, type PartId, partTotals } from "../traffic/series";
import { Tiles } from "../traffic/Tiles";
import { chartPoints } from "../traffic/course";
import styles from "./Frame.module.css";
import { type Opened, useAtOpening, useOpening } from "./opening";
import { lastInterval, type Period } from "./period";
import { Strip } from "./Strip";
import { Toolbar } from "./Toolbar";
import type { About } from "./WithData";

export interface FrameProps extends About {
  title: string;
  period: Period;
  /** What is above all numbers, whether there are any or not. */
  above?: ReactNode;
  /** What is to be seen over time; null: nothing. */
  trend: ReactNode | ((of: Trend) => ReactNode);
  /** What is counted here, where that is not the traffic as its NICs recorded it. */
  own?: Own;
  /** What the page itself has asked. */
  answers: readonly { isPending: boolean }[];
  /** What stands before the course, if anything does, and for what it waits: what is below it waits a while as well. */
  look?: (opened: Opened) => ReactNode;
  awaited?: readonly { isPending: boolean }[];
  /** The page's own part, below what every page has. */
  children: (opened: Opened) => ReactNode;
}

/** The traffic, for what shows it over time, and that before; undefined where there is none. */
export interface Trend {
  traffic: UseQueryResult<TrafficAnswer>;
  earlier: TrafficAnswer | undefined;
}

interface Own {
  /** Where in the API its course is asked. */
  asked: Asked;
  traffic: UseQueryResult<TrafficAnswer>;
  /** The totals before, their course, and of when they are; null where there are none. */
  before: { totals: Record<PartId, Measures>; course: TrafficAnswer | undefined; span: Span } | null;
  /** What to say where there is nothing. */
  nothing: ReactNode;
}

/** Whether there is nothing, and whether there was nothing until it was asked again with other data. */
function useEmpty({ data, isPlaceholderData }: UseQueryResult<TrafficAnswer>, { from, to, where }: Scope): boolean {
  const question = `${from} ${to} ${where}`;
  const [nothing, setNothing] = useState<string | null>(null);
  const empty = data !== undefined && isEmpty(data);
  if (empty && !isPlaceholderData && nothing !== question) setNothing(question);
  return empty && (!isPlaceholderData || nothing === question);
}

/** How long what is below waits for what deserves a look, in milliseconds: it takes several questions. */
const lookPatience = 1000;

/** What every page about traffic has: the range, how it is counted, the totals. */
export function PlainFrame({
  title,
  status,
  lost,
  period,
  above,
  look,
  awaited,
  trend,
  own,
  answers,
  children,
}: FrameProps) {
  const [{ range, unit, zone, where }, change] = useView();
  const { extent, scope, before, against } = period;
  const asked = useQuery({ ...trafficQuery(scope, chartPoints), enabled: !own });
  const traffic = own?.traffic ?? asked;
  const earlier = useQuery({
    ...trafficQuery(before ?? scope, typeof trend === "function" ? chartPoints : 1),
    enabled: before !== null && !own,
  });
  const known = useQuery(knowledgeQuery);
  const opened = useOpening(
    [traffic, known, ...answers].every((answer) => !answer.isPending),
    known.isPending || own ? 1000 : 100, // much that comes late has no height before it is there
  );
  const looked = useOpening(opened !== null && (awaited ?? []).every((answer) => !answer.isPending), lookPatience);
  const nameless = useAtOpening(opened !== null, known.data?.topology.snapshots === 0);
  const empty = useEmpty(traffic, scope);
  const clear = () => change({ where: "" });
  const refused = traffic.error instanceof Refused && traffic.error.parameter === "where" ? traffic.error : null;
  return (
    <>
      <Toolbar title={title} extent={extent} span={scope} />
      <Strip
        status={status}
        extent={extent}
        deduplicated={traffic.data?.deduplicated ?? true}
        detail={traffic.data?.detail ?? null}
        nameless={nameless && known.data?.topology.snapshots === 0}
        before={empty || refused ? null : before}
        against={against}
        beyond={period.beyond && range.kind !== "all"}
        lost={lost}
      />
      {opened !== null && above}
      {opened === null ? (
        <div className={styles.blank} />
      ) : refused ? (
        <NoFilter error={refused} clear={clear} />
      ) : empty && own ? (
        <div className={styles.blank}>{own.nothing}</div>
      ) : empty && scope.where !== "" ? (
        <div className={styles.blank}>
          <NoFlowsPass
            where={scope.where}
            none={where === "" ? `No ${scope.where} flows in this range` : undefined}
            clear={clear}
            showAll={range.kind === "all" ? undefined : () => change({ range: { kind: "all" } })}
          />
        </div>
      ) : empty ? (
        <NoDataInRange span={scope} extent={extent} zone={zone} onChange={(range) => change({ range })} />
      ) : (
        <>
          <Tiles
            totals={traffic.data && partTotals(traffic.data)}
            before={own?.before?.totals ?? (before && earlier.data ? partTotals(earlier.data) : undefined)}
            beforeSpan={own ? (own.before?.span ?? null) : before}
            against={against ?? ""}
            unit={unit}
            zone={zone}
          />
          {look?.(looked ?? "whole")}
          {looked === null && <div className={styles.blank} />}
          {looked !== null && (typeof trend === "function" ? trend({ traffic, earlier: earlier.data }) : trend)}
          {looked !== null && (
            <AtContext value={lastInterval(scope, extent)}>
              <div className={styles.own}>{children(opened)}</div>
            </AtContext>
          )}
        </>
      )}
    </>
  );
}
