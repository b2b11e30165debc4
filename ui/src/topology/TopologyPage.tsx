import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { mapQuery } from "../api/queries";
import type { MapAnswer, MapEdge, MapNode } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, formatMeasure, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import type { Search } from "../lib/url";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { Failure } from "../states/Failure";
import { PlainFrame } from "../view/PlainFrame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { Chosen } from "./Chosen";
import { endsOf, keyOf, linkOf, lookOf } from "./edges";
import { Legend } from "./Legend";
import { shortName } from "./layout";
import { Picture } from "./Picture";
import styles from "./Topology.module.css";

/** Who talks to whom: networks, sites, Azure and the internet, and what connects them. */
export default function TopologyPage() {
  return <WithData page="Topology">{(about) => <Networks {...about} />}</WithData>;
}

function Networks(about: About) {
  const [{ unit, compare }] = useView();
  const search: Search = useSearch({ strict: false });
  const open = useMemo(() => (search.open ?? "").split(",").filter((name) => name !== ""), [search.open]);
  const period = usePeriod(about.status);
  const against = period.before && compare !== "none" ? compare : null;
  const query = useQuery(mapQuery(period.scope, unit, open, against));
  const { data } = query;
  return (
    <PlainFrame {...about} title="Topology" period={period} trend={null} answers={[query]}>
      {() => (
        <div className={styles.cards}>
          {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
          {data && <Parts of={data} unit={unit} open={open} chosen={search.chosen ?? ""} />}
        </div>
      )}
    </PlainFrame>
  );
}

interface Props {
  of: MapAnswer;
  unit: Unit;
  open: readonly string[];
  chosen: string;
}

function Parts({ of: data, unit, open, chosen }: Props) {
  const navigate = useNavigate();
  const nodes = useMemo(() => new Map(data.nodes.map((one) => [one.id, one])), [data.nodes]);
  const change = (part: Search) =>
    void navigate({ to: ".", search: (before: Search) => ({ ...before, ...part }), resetScroll: false, replace: true });
  const choose = (id: string) => change({ chosen: id });
  const toggle = ({ name }: MapNode) =>
    change({
      open: (open.includes(name) ? open.filter((one) => one !== name) : [...open, name]).join(","),
      chosen: "",
    });
  const shown = data.edges.filter(({ all }) => all.total.flows + all.total.packets > 0).length;
  return (
    <>
      <Section level={2} card title="Who talks to whom" beside={countOf(data, shown, unit)}>
        {data.inventory === null && (
          <p className={styles.note}>
            No inventory is known, so what is connected is not. <code>weir topology import FILE...</code> reads one.
          </p>
        )}
        <Picture nodes={data.nodes} edges={data.edges} unit={unit} chosen={chosen} choose={choose} toggle={toggle} />
        <Legend compared={data.compared !== null} />
      </Section>
      <Chosen of={data} nodes={nodes} chosen={chosen} unit={unit} opened={open} toggle={toggle} />
      <Section level={2} card title="All of it as a table" beside={formatInteger(data.edges.length)}>
        <DataTable<MapEdge>
          caption="Who talks to whom, and what connects them"
          rows={data.edges.slice(0, tableRows)}
          rowKey={keyOf}
          columns={columnsOf(nodes, unit)}
        />
        {data.edges.length > tableRows && (
          <p className={styles.note}>
            The first {formatInteger(tableRows)}. All of them: <code>weir top map --limit 1000 --format csv</code>
          </p>
        )}
      </Section>
    </>
  );
}

const tableRows = 200;

/** How many there are, and what is not in the picture. */
function countOf({ distinct, other }: MapAnswer, shown: number, unit: Unit): string {
  if (distinct <= shown) return `${formatInteger(distinct)} pairs`;
  return `the first ${formatInteger(shown)} of ${formatInteger(distinct)} pairs; others have ${formatMeasure(other[unit], unit)}`;
}

function columnsOf(nodes: ReadonlyMap<string, MapNode>, unit: Unit): [Column<MapEdge>, ...Column<MapEdge>[]] {
  const number = (name: string, of: (edge: MapEdge) => number): Column<MapEdge> => ({
    name,
    number: true,
    cell: (edge) => <Value value={of(edge)} unit={unit} />,
  });
  return [
    {
      name: "Pair",
      cell: (edge) => {
        const ends = endsOf(edge, nodes);
        if (!ends) return keyOf(edge);
        const [from, to] = ends;
        const name = from === to ? `within ${shortName(from)}` : `${shortName(from)} – ${shortName(to)}`;
        return <Drill terms={edge.filter === "" ? [] : [{ name, text: edge.filter }]}>{name}</Drill>;
      },
    },
    { name: "Connected by", cell: linkOf },
    { name: "Is", cell: (edge) => <span className={styles.whole}>{lookOf(edge)}</span> },
    number("All", ({ all }) => all.total[unit]),
    number("Allowed out", ({ all }) => all.allowedOut[unit]),
    number("Allowed in", ({ all }) => all.allowedIn[unit]),
    number("Denied out", ({ all }) => all.deniedOut[unit]),
    number("Denied in", ({ all }) => all.deniedIn[unit]),
    number("Malicious", ({ malicious }) => malicious.total[unit]),
  ];
}
