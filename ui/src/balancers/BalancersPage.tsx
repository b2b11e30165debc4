import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { backendsQuery, type Scope } from "../api/queries";
import type { Backend, BackendsAnswer, Balancer, BalancerSource } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, formatShare, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import type { Search } from "../lib/url";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { SaveRows } from "../questions/SaveRows";
import { Failure } from "../states/Failure";
import { shortName } from "../topology/layout";
import { PlainFrame } from "../view/PlainFrame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import styles from "./Balancers.module.css";
import { Flow } from "./Flow";
import { firstOf } from "./spread";

/** How load balancers and application gateways spread traffic over what is behind them. */
export default function BalancersPage() {
  return <WithData page="Load balancers">{(about) => <Balancers {...about} />}</WithData>;
}

function Balancers(about: About) {
  const [{ unit }] = useView();
  const search: Search = useSearch({ strict: false });
  const period = usePeriod(about.status);
  const query = useQuery(backendsQuery(period.scope, unit));
  const { data } = query;
  return (
    <PlainFrame {...about} title="Load balancers" period={period} trend={null} answers={[query]}>
      {() => (
        <div className={styles.cards}>
          {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
          {data && <Parts of={data} unit={unit} span={period.scope} chosen={search.chosen ?? ""} />}
        </div>
      )}
    </PlainFrame>
  );
}

interface Props {
  of: BackendsAnswer;
  unit: Unit;
  span: Scope;
  chosen: string;
}

function Parts({ of: { rows, inventory }, unit, span, chosen }: Props) {
  const navigate = useNavigate();
  const one = rows.find(({ name }) => name === chosen) ?? rows[0];
  if (!one) {
    return (
      <Section level={2} card title="None is known">
        <p className={styles.note}>
          {inventory === null ? (
            <>
              Load balancers, application gateways and what is behind them are known from an inventory.{" "}
              <code>weir topology import FILE...</code> reads one.
            </>
          ) : (
            "The inventory has neither load balancers nor application gateways."
          )}
        </p>
      </Section>
    );
  }
  const choose = ({ name }: Balancer) =>
    void navigate({
      to: ".",
      search: (before: Search) => ({ ...before, chosen: name }),
      resetScroll: false,
      replace: true,
    });
  return (
    <>
      <Section
        level={2}
        card
        title="Load balancers and application gateways"
        beside={
          rows.length <= shownAtMost
            ? formatInteger(rows.length)
            : `the first ${shownAtMost} of ${formatInteger(rows.length)}`
        }
        actions={<SaveRows many="load balancers" span={span} rows={rows} />}
      >
        <DataTable<Balancer>
          caption="Load balancers and application gateways"
          rows={rows.slice(0, shownAtMost)}
          rowKey={({ name }) => name}
          columns={[
            {
              name: "Name",
              cell: (row) => (
                <button
                  type="button"
                  className={styles.choice}
                  aria-pressed={row === one}
                  title={row.name}
                  onClick={() => choose(row)}
                >
                  {lastOf(row.name)}
                </button>
              ),
            },
            { name: "Is", cell: ({ kind }) => (kind === "appgateway" ? "application gateway" : "load balancer") },
            { name: "Region", cell: ({ region }) => region },
            { name: "Front ends", cell: ({ fronts }) => fronts.map(({ address }) => address).join(", ") },
            number(unit, "All", ({ all }) => all.total[unit]),
            number(unit, "Denied", ({ all }) => all.denied[unit]),
            number(unit, "Malicious", ({ malicious }) => malicious[unit]),
            { name: "In use", number: true, cell: inUse },
          ]}
        />
      </Section>
      <One of={one} unit={unit} />
    </>
  );
}

const shownAtMost = 50;

function One({ of, unit }: { of: Balancer; unit: Unit }) {
  const name = lastOf(of.name);
  return (
    <Section level={2} card title={name} beside={of.rules.map(ruleText).slice(0, 4).join(", ")}>
      <Flow
        name={name}
        fronts={of.fronts.map(({ address, public: open }) => `${address || "no address"}${open ? ", public" : ""}`)}
        total={of.all.total[unit]}
        sources={firstOf(
          of.sources.map((one) => ({
            name: shortName(one),
            value: one.all.total[unit],
            malicious: one.malicious[unit],
          })),
          6,
        )}
        backends={firstOf(
          of.backends.map((one) => ({
            name: lastOf(one.name),
            value: one.all.total[unit],
            malicious: one.malicious[unit],
          })),
          8,
        )}
        unit={unit}
      />
      <p className={styles.note}>
        {of.kind === "loadbalancer"
          ? "Logs do not show a load balancer: this is what its back ends answer at the ports of its rules."
          : "An application gateway answers clients itself and asks its back ends anew, so that both sides need not be equal."}
      </p>
      <div className={styles.pair}>
        <DataTable<BalancerSource>
          caption={`What came to ${name}, from where`}
          rows={of.sources.slice(0, shownAtMost)}
          rowKey={({ kind, name: of }) => `${kind} ${of}`}
          columns={[
            {
              name: "From",
              cell: (one) => (
                <Drill terms={one.filter === "" ? [] : [{ name: shortName(one), text: one.filter }]}>
                  {shortName(one)}
                </Drill>
              ),
            },
            number(unit, "All", ({ all }) => all.total[unit]),
            number(unit, "Denied", ({ all }) => all.denied[unit]),
            number(unit, "Malicious", ({ malicious }) => malicious[unit]),
          ]}
        />
        <DataTable<Backend>
          caption={`Back ends of ${name}`}
          rows={of.backends.slice(0, shownAtMost)}
          rowKey={(one) => `${one.name} ${one.nic}`}
          columns={[
            {
              name: "Back end",
              cell: (one) => <Drill terms={[{ name: lastOf(one.name), text: one.filter }]}>{lastOf(one.name)}</Drill>,
            },
            { name: "Ports", cell: ({ ports }) => (ports.includes(0) ? "any" : ports.join(", ")) },
            { name: "Logged", cell: ({ logged }) => (logged ? "yes" : "no: what it got is not known") },
            number(unit, "All", ({ all }) => all.total[unit]),
            { name: "Share", number: true, cell: ({ share }) => formatShare(share) },
            number(unit, "Denied", ({ all }) => all.denied[unit]),
            number(unit, "Malicious", ({ malicious }) => malicious[unit]),
          ]}
        />
      </div>
    </Section>
  );
}

/** How many of those behind it got something. */
function inUse({ backends }: Balancer): string {
  const busy = backends.filter(({ all }) => all.total.flows + all.total.packets > 0).length;
  return `${formatInteger(busy)} of ${formatInteger(backends.length)}`;
}

function ruleText({ port, backendPort, protocol }: Balancer["rules"][number]): string {
  const there = port === 0 ? "any port" : String(port);
  return `${there}/${protocol.toUpperCase()}${backendPort !== 0 && backendPort !== port ? ` to ${backendPort}` : ""}`;
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function number<Row>(unit: Unit, name: string, of: (row: Row) => number): Column<Row> {
  return { name, number: true, cell: (row) => <Value value={of(row)} unit={unit} /> };
}
