import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  conversationsQuery,
  hostsQuery,
  knowledgeQuery,
  portsQuery,
  rulesQuery,
  type Scope,
  statusQuery,
  trafficQuery,
} from "../api/queries";
import type { StatusAnswer } from "../api/types";
import { AtContext } from "../address/Address";
import { useDelayed, useTitle, useView } from "../lib/hooks";
import { covered, type Extent, parseInterval, previous, resolve, type Span } from "../range/range";
import { writeMoment } from "../lib/url";
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
  useTitle("Overview");
  const { data: status, error } = useQuery(statusQuery);
  const late = useDelayed(!status && !error, 100);
  if (!status) {
    if (error) return <NotAnswering view="Overview" error={error} />;
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
  const scope: Scope = { ...span, revision: status.revision };
  const before = previous(span);
  const comparable = covered(before, extent);

  const traffic = useQuery(trafficQuery(scope, chartPoints));
  const earlier = useQuery({ ...trafficQuery({ ...before, revision: status.revision }, 1), enabled: comparable });
  const answers = [
    traffic,
    useQuery(hostsQuery(scope, unit)),
    useQuery(conversationsQuery(scope, unit)),
    useQuery(portsQuery(scope, unit)),
    useQuery(rulesQuery(scope, unit)),
  ];
  const known = useQuery(knowledgeQuery);
  const opened = useOpening(
    [...answers, known].every((answer) => !answer.isPending),
    known.isPending ? 1000 : 100,
  );
  const nameless = useAtOpening(opened !== "no", known.data?.topology.snapshots === 0);

  const empty = traffic.data !== undefined && !traffic.isPlaceholderData && isEmpty(traffic.data);
  return (
    <>
      <Toolbar extent={extent} span={span} />
      <Strip
        status={status}
        extent={extent}
        deduplicated={traffic.data?.deduplicated ?? true}
        nameless={nameless && known.data?.topology.snapshots === 0}
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
          <AtContext value={lastInterval(span, extent)}>
            <div className={styles.tables}>
              <Hosts scope={scope} unit={unit} reserve={opened === "early"} />
              <Conversations scope={scope} unit={unit} reserve={opened === "early"} />
              <Ports scope={scope} unit={unit} reserve={opened === "early"} />
              <Rules scope={scope} unit={unit} reserve={opened === "early"} />
            </div>
          </AtContext>
        </>
      )}
    </>
  );
}

/** The time at which addresses are looked up: the last interval of the range that can have data. */
function lastInterval(span: Span, extent: Extent): string {
  const { to } = resolve({ kind: "all" }, extent);
  return writeMoment(Math.max(span.from, Math.min(span.to, to) - extent.interval));
}

/**
 * The page opens with all of its answers at once, or, where they take longer
 * than a moment, early and with room kept for them. Either way nothing moves.
 */
function useOpening(ready: boolean, patience: number): "no" | "early" | "whole" {
  const [opened, setOpened] = useState<"no" | "early" | "whole">(ready ? "whole" : "no");
  const late = useDelayed(!ready && opened === "no", patience);
  if (opened === "no" && (ready || late)) setOpened(ready ? "whole" : "early");
  return opened;
}

/** What was so when the page opened: what comes later would move what is there. */
function useAtOpening(opened: boolean, value: boolean): boolean {
  const [kept, setKept] = useState<boolean | null>(null);
  if (opened && kept === null) setKept(value);
  return kept ?? false;
}
