import { askedEnvironment } from "../api/asked";
import { useQuery } from "@tanstack/react-query";
import { environmentQuery, type Scope } from "../api/queries";
import type { EnvironmentAnswer, NetworkPlace, Place, RegionTraffic, ZoneTraffic } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { SaveRows } from "../questions/SaveRows";
import { Failure } from "../states/Failure";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import styles from "./Environment.module.css";
import { States } from "./States";

/** How the estate stands: what of it is deployed, active and logged, and what it is connected with. */
export default function EnvironmentPage() {
  return <WithData page="Environment">{(about) => <Estate {...about} />}</WithData>;
}

function Estate(about: About) {
  const [{ unit }] = useView();
  const period = usePeriod(about.status);
  const query = useQuery(environmentQuery(period.scope, unit));
  const { data } = query;
  return (
    <Frame {...about} title="Environment" period={period} answers={[query]}>
      {() => (
        <div className={styles.cards}>
          {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
          {data && <Parts of={data} unit={unit} span={period.scope} />}
        </div>
      )}
    </Frame>
  );
}

interface PartsProps {
  of: EnvironmentAnswer;
  unit: Unit;
  span: Scope;
}

function Parts({ of: data, unit, span }: PartsProps) {
  const { publicIPs, between, zones } = data;
  return (
    <>
      {data.inventory === null && (
        <p className={styles.note}>
          No inventory is known, so this is what had traffic. <code>weir topology import FILE...</code> reads one, and
          then what is deployed is here, too.
        </p>
      )}
      <Card title="Regions" part="regions" rows={data.regions} unit={unit} span={span} last={1} />
      <Section
        level={2}
        card
        title="Virtual networks"
        beside={countOf(data.vnets)}
        actions={
          <SaveRows
            many="virtual networks"
            span={span}
            rows={data.vnets}
            asked={askedEnvironment(span, unit, "vnets")}
          />
        }
      >
        <DataTable<NetworkPlace>
          caption="Virtual networks and what they are connected with"
          rows={data.vnets.slice(0, shownAtMost)}
          rowKey={({ name }) => name}
          columns={[
            nameColumn<NetworkPlace>(1),
            stateColumn<NetworkPlace>(),
            number(unit, "All", ({ total }) => total[unit]),
            number(unit, "On premises", ({ onPremises }) => onPremises[unit]),
            number(unit, "Azure", ({ azure }) => azure[unit]),
            number(unit, "Internet", ({ internet }) => internet[unit]),
            number(unit, "Other networks", ({ networks }) => networks[unit]),
            number(unit, "Inside", ({ inside }) => inside[unit]),
          ]}
        />
      </Section>
      <Card title="Subnets" part="subnets" rows={data.subnets} unit={unit} span={span} last={2} />
      <Card
        title="Load balancers"
        rows={data.loadBalancers}
        unit={unit}
        span={span}
        last={1}
        note="What their backends answer at the ports of their rules: logs do not show what is between."
      />
      <Card title="Application gateways" part="app-gateways" rows={data.appGateways} unit={unit} span={span} last={1} />
      {publicIPs.length > 0 && (
        <Section
          level={2}
          card
          title="Public addresses"
          beside={formatInteger(publicIPs.reduce((n, p) => n + p.addresses, 0))}
          actions={<SaveRows many="public addresses" span={span} rows={publicIPs} />}
        >
          <DataTable
            caption="Public addresses by what has them"
            rows={publicIPs}
            rowKey={({ kind }) => kind}
            columns={[
              { name: "Of", cell: ({ kind }) => kind },
              { name: "Addresses", number: true, cell: ({ addresses }) => formatInteger(addresses) },
            ]}
          />
        </Section>
      )}
      {between.length > 0 && (
        <Section
          level={2}
          card
          title="Within and between regions"
          beside={countOf(between)}
          actions={
            <SaveRows
              many="traffic of regions"
              span={span}
              rows={between}
              asked={askedEnvironment(span, unit, "between")}
            />
          }
        >
          <DataTable<RegionTraffic>
            caption="Traffic within and between regions"
            rows={between.slice(0, shownAtMost)}
            rowKey={({ from, to }) => `${from} ${to}`}
            columns={[
              {
                name: "Regions",
                cell: ({ from, to, filter }) => (
                  <Drill terms={[{ name: `from ${from} to ${to}`, text: filter }]}>
                    {from === to ? `within ${from}` : `${from} → ${to}`}
                  </Drill>
                ),
              },
              number(unit, "All", ({ total }) => total[unit]),
            ]}
          />
        </Section>
      )}
      {zones.length > 0 && (
        <Section
          level={2}
          card
          title="Within and between zones"
          beside={countOf(zones)}
          actions={
            <SaveRows many="traffic of zones" span={span} rows={zones} asked={askedEnvironment(span, unit, "zones")} />
          }
        >
          <DataTable<ZoneTraffic>
            caption="Traffic within and between zones"
            rows={zones.slice(0, shownAtMost)}
            rowKey={({ region, from, to }) => `${region} ${from} ${to}`}
            columns={[
              {
                name: "Zones",
                cell: ({ region, from, to, filter }) => (
                  <Drill terms={[{ name: `zone ${from} to ${to}`, text: filter }]}>
                    {region}: {from === to ? `within ${from}` : `${from} → ${to}`}
                  </Drill>
                ),
              },
              number(unit, "All", ({ total }) => total[unit]),
            ]}
          />
        </Section>
      )}
    </>
  );
}

// More would be no overview; the pages of networks and places have all of them.
const shownAtMost = 50;

function countOf(rows: readonly unknown[]): string {
  if (rows.length <= shownAtMost) return formatInteger(rows.length);
  return `the first ${shownAtMost} of ${formatInteger(rows.length)}`;
}

interface CardProps {
  title: string;
  rows: readonly Place[];
  unit: Unit;
  span: Scope;
  /** How many parts of a name people know it by. */
  last: number;
  note?: string;
  /** What it is in the API, where that can be said in KQL. */
  part?: string;
}

function Card({ title, rows, unit, span, last, note, part }: CardProps) {
  if (rows.length === 0) return null;
  return (
    <Section
      level={2}
      card
      title={title}
      beside={countOf(rows)}
      actions={
        <SaveRows
          many={title.toLowerCase()}
          span={span}
          rows={rows}
          asked={part === undefined ? undefined : askedEnvironment(span, unit, part)}
        />
      }
    >
      {note && <p className={styles.note}>{note}</p>}
      <DataTable<Place>
        caption={title}
        rows={rows.slice(0, shownAtMost)}
        rowKey={({ name }) => name}
        columns={[
          nameColumn<Place>(last),
          stateColumn<Place>(),
          number(unit, "All", ({ total }) => total[unit]),
          number(unit, "Malicious", ({ maliciousTotal }) => maliciousTotal[unit]),
        ]}
      />
    </Section>
  );
}

function nameColumn<P extends Place>(last: number): Column<P> {
  return {
    name: "Name",
    cell: ({ name, region, filter }) => {
      const parts = name.split("/");
      const short = parts.slice(-last).join("/");
      return (
        <span title={name}>
          <Drill terms={[{ name: short, text: filter }]}>{short}</Drill>
          {region !== name && <span className={styles.beside}>{region}</span>}
        </span>
      );
    },
  };
}

function stateColumn<P extends Place>(): Column<P> {
  return { name: "State", cell: (place) => <States of={place} /> };
}

function number<R>(unit: Unit, name: string, of: (row: R) => number): Column<R> {
  return { name, number: true, cell: (row) => <Value value={of(row)} unit={unit} /> };
}
