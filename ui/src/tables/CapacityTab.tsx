import { askedGateways } from "../api/asked";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useId } from "react";
import { gatewaysQuery } from "../api/queries";
import type { GatewaysAnswer, GatewayUsage } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, formatMeasure, formatShare } from "../lib/format";
import { useView } from "../lib/hooks";
import type { Sheet } from "../lib/sheet";
import { formatDuration, formatMoment, second, type Zone, zoneName } from "../lib/time";
import { HandOver } from "../questions/HandOver";
import shared from "../questions/QuestionTable.module.css";
import { Failure } from "../states/Failure";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import styles from "./CapacityTab.module.css";
import { Course } from "./Course";
import { formatRate } from "./rate";
import type { TabProps } from "./TablesPage";
import { chartPoints } from "../traffic/course";

/** How full gateways are: what they carried beside what their SKU can carry. */
export function CapacityTab({ title, flows, tabs, ...about }: TabProps) {
  const [{ zone }] = useView();
  const period = usePeriod(about.status, flows);
  const query = useQuery(gatewaysQuery(period.scope, chartPoints));
  return (
    <Frame {...about} title={title} period={period} answers={[query]} above={tabs} trend={<span hidden />}>
      {() => <Gateways query={query} zone={zone} scope={period.scope} />}
    </Frame>
  );
}

interface Props {
  query: UseQueryResult<GatewaysAnswer>;
  zone: Zone;
  scope: Parameters<typeof gatewaysQuery>[0];
}

function Gateways({ query, zone, scope }: Props) {
  const id = useId();
  const { data } = query;
  const sheet = () => sheetOf(data?.rows ?? []);
  return (
    <section className={`card ${styles.card}`} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          How full gateways are
        </h2>
        <p className={styles.hint}>
          Rates are means over {data ? formatDuration(data.intervalSeconds * second) : "an interval"}, both directions
          together, as capacities are
        </p>
        <HandOver
          what="gateways"
          many="gateways"
          span={scope}
          asked={askedGateways(scope)}
          shown={sheet}
          all={async () => sheet()}
          every
        />
      </div>
      <div className={shared.body} data-reserve={!data}>
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {data?.rows.length === 0 && (
          <p className={styles.nothing}>
            No gateway has traffic here, and no inventory names one: <code>weir topology import FILE...</code> reads
            one.
          </p>
        )}
        <ul className={styles.list}>
          {data?.rows.map((gateway) => (
            <Gateway key={gateway.gateway} gateway={gateway} data={data} zone={zone} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Gateway({ gateway, data, zone }: { gateway: GatewayUsage; data: GatewaysAnswer; zone: Zone }) {
  const { capacity, mean, p95, peak, peakAt, fits, sku, generation, kind } = gateway;
  const path = gateway.gateway.split("/");
  const name = path.at(-1)!;
  const start = peakAt === null ? null : Date.parse(peakAt);
  return (
    <li className={styles.gateway}>
      <div className={styles.names}>
        <h3 className={styles.name}>
          {name}
          <Drill terms={[{ name: `gateway ${name}`, text: gateway.filter }]} />
        </h3>
        <span className={styles.dim}>{path.slice(0, -1).join("/")}</span>
        <span className={styles.dim}>
          {[kind === "Vpn" ? "VPN" : kind, sku, generation].filter(Boolean).join(" · ") || "Not in the inventory"}
        </span>
      </div>
      <div className={styles.full}>
        <span className={styles.share} data-full={gateway.utilisation >= 0.8}>
          {capacity > 0 ? formatShare(gateway.utilisation) : "–"}
        </span>
        <span className={styles.dim}>
          {capacity > 0 ? `of ${formatRate(capacity)} at its peak` : "What its SKU can carry is not known"}
        </span>
      </div>
      <Course
        values={gateway.rates}
        limit={capacity}
        label={`${name} over time: at most ${formatRate(peak)}, on average ${formatRate(mean)}`}
      />
      <dl className={styles.facts}>
        <Fact name="Mean" value={formatRate(mean)} />
        <Fact name="95 of 100 below" value={formatRate(p95)} />
        <Fact
          name="Peak"
          value={formatRate(peak)}
          beside={start === null ? "" : `${formatMoment(start, zone)} ${zoneName(start, zone)}`}
        />
        <Fact
          name="To and from Azure"
          value={`${formatMeasure(gateway.toAzure, "bytes")} and ${formatMeasure(gateway.fromAzure, "bytes")}`}
        />
        {gateway.tunnels > 0 && (
          <Fact name="Tunnels used" value={`${gateway.tunnelsUsed} of ${formatInteger(gateway.tunnels)}`} />
        )}
        {gateway.clients > 0 && (
          <Fact name="Clients" value={`${gateway.clientsUsed} of ${formatInteger(gateway.clients)}`} />
        )}
        {capacity > 0 && <Fact name="SKU that would fit" value={fits || "none of its generation"} />}
      </dl>
      <span className="hidden">A point is {formatDuration(data.grainSeconds * second)}.</span>
    </li>
  );
}

function Fact({ name, value, beside = "" }: { name: string; value: string; beside?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {beside && <span className={styles.dim}> {beside}</span>}
      </dd>
    </div>
  );
}

function sheetOf(rows: readonly GatewayUsage[]): Sheet {
  const fields = [
    "gateway",
    "kind",
    "sku",
    "generation",
    "capacity",
    "mean",
    "p95",
    "peak",
    "peakAt",
    "utilisation",
    "toAzure",
    "fromAzure",
    "tunnelsUsed",
    "tunnels",
    "clientsUsed",
    "clients",
    "fits",
  ] as const;
  return { header: [...fields], rows: rows.map((row) => fields.map((field) => row[field] ?? "")), rest: null };
}
