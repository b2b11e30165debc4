import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  conversationsQuery,
  hostsQuery,
  portsQuery,
  rulesQuery,
  type Scope,
  statusQuery,
  trafficQuery,
} from "../api/queries";
import type { StatusAnswer } from "../api/types";
import { useDelayed, useView } from "../lib/hooks";
import { covered, type Extent, parseInterval, previous, resolve } from "../lib/range";
import { NoData } from "../states/NoData";
import { NoDataInRange } from "../states/NoDataInRange";
import { NotAnswering } from "../states/NotAnswering";
import styles from "./Overview.module.css";
import { isEmpty, partTotals } from "./series";
import { Strip } from "./Strip";
import { Conversations, Hosts, Ports, Rules } from "./tables";
import { Tiles } from "./Tiles";
import { Toolbar } from "./Toolbar";
import { chartPoints, TrafficCard } from "./TrafficCard";

/** The first page: how much was allowed and denied, when, and between whom. */
export function Overview() {
  const { data: status, error } = useQuery(statusQuery);
  useAskAgain(error !== null);
  const late = useDelayed(!status && !error, 100);
  if (!status) {
    if (error) return <NotAnswering error={error} />;
    return <div className={styles.blank}>{late && <p className={styles.waiting}>Asking the server…</p>}</div>;
  }
  if (status.firstData === null || status.lastData === null) return <NoData status={status} />;
  const extent: Extent = {
    first: Date.parse(status.firstData),
    last: Date.parse(status.lastData),
    interval: parseInterval(status.interval),
  };
  return <Answers status={status} extent={extent} lost={error} />;
}

interface Props {
  status: StatusAnswer;
  extent: Extent;
  lost: Error | null;
}

function Answers({ status, extent, lost }: Props) {
  const [{ range, unit, zone }, change] = useView();
  const span = resolve(range, extent);
  const scope: Scope = { ...span, commit: status.lastCommit };
  const before = previous(span);
  const comparable = covered(before, extent);

  const traffic = useQuery(trafficQuery(scope, chartPoints));
  const earlier = useQuery({ ...trafficQuery({ ...before, commit: status.lastCommit }, 1), enabled: comparable });
  const answers = [
    traffic,
    useQuery(hostsQuery(scope, unit)),
    useQuery(conversationsQuery(scope, unit)),
    useQuery(portsQuery(scope, unit)),
    useQuery(rulesQuery(scope, unit)),
  ];
  const opened = useOpening(answers.every((answer) => !answer.isPending));

  const empty = traffic.data !== undefined && !traffic.isPlaceholderData && isEmpty(traffic.data);
  return (
    <>
      <Toolbar extent={extent} span={span} />
      <Strip
        status={status}
        extent={extent}
        deduplicated={traffic.data?.deduplicated ?? false}
        before={comparable && !empty ? before : null}
        lost={lost}
      />
      {opened === "no" ? (
        <div className={styles.blank} />
      ) : empty ? (
        <NoDataInRange span={span} extent={extent} zone={zone} onChange={(next) => change({ range: next })} />
      ) : (
        <>
          <Tiles
            totals={traffic.data && partTotals(traffic.data)}
            before={comparable && earlier.data ? partTotals(earlier.data) : undefined}
            beforeSpan={comparable ? before : null}
            unit={unit}
            zone={zone}
          />
          <TrafficCard traffic={traffic} extent={extent} span={span} unit={unit} zone={zone} />
          <div className={styles.tables}>
            <Hosts scope={scope} unit={unit} reserve={opened === "early"} />
            <Conversations scope={scope} unit={unit} reserve={opened === "early"} />
            <Ports scope={scope} unit={unit} reserve={opened === "early"} />
            <Rules scope={scope} unit={unit} reserve={opened === "early"} />
          </div>
        </>
      )}
    </>
  );
}

/** What could not be answered while the server was away is asked again when it is back. */
function useAskAgain(lost: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!lost) void queries.refetchQueries({ predicate: (query) => query.state.status === "error" });
  }, [lost, queries]);
}

/**
 * The page opens with all of its answers at once, or, where they take longer
 * than a moment, early and with room kept for them. Either way nothing moves.
 */
function useOpening(ready: boolean): "no" | "early" | "whole" {
  const [opened, setOpened] = useState<"no" | "early" | "whole">(ready ? "whole" : "no");
  const late = useDelayed(!ready && opened === "no", 100);
  if (opened === "no" && (ready || late)) setOpened(ready ? "whole" : "early");
  return opened;
}
