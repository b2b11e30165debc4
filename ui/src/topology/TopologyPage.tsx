import { useQuery } from "@tanstack/react-query";
import { askedNetworks } from "../api/asked";
import { AsKQL } from "../search/AsKQL";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { mapQuery, type Scope } from "../api/queries";
import type { MapAnswer, MapEdge, MapNode } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, formatMeasure, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import type { Search } from "../lib/url";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { fullPicture } from "../picture/full";
import { SavePicture } from "../picture/SavePicture";
import { useTurn } from "../picture/useTurn";
import { SaveRows } from "../questions/SaveRows";
import { Failure } from "../states/Failure";
import { PlainFrame } from "../view/PlainFrame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { Chosen } from "./Chosen";
import { endsOf, keyOf, linkOf, looksOf } from "./edges";
import { Drawing } from "./Drawing";
import { Legend } from "./Legend";
import { type Layout, shortName } from "./layout";
import { Picture } from "./Picture";
import { Ribbon } from "./Ribbon";
import { readOn, shownOf, switched } from "./shown";
import { whole } from "./sight";
import styles from "./Topology.module.css";
import { useLayout } from "./useLayout";

/** Who talks to whom: networks, sites, Azure and the internet, and what connects them. */
export default function TopologyPage() {
  return <WithData page="Topology">{(about) => <Networks {...about} />}</WithData>;
}

const listed = (text = "") => text.split(",").filter((name) => name !== "");

function Networks(about: About) {
  const [{ unit }] = useView();
  const search: Search = useSearch({ strict: false });
  const open = useMemo(() => listed(search.open), [search.open]);
  const inside = useMemo(() => listed(search.inside), [search.inside]);
  const period = usePeriod(about.status);
  const query = useQuery(mapQuery(period.scope, unit, open, inside, period.compare));
  const { data } = query;
  const layout = useLayout(data?.nodes ?? noNodes);
  return (
    <PlainFrame {...about} title="Topology" period={period} trend={null} answers={[query]}>
      {() => (
        <div className={styles.cards}>
          {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
          {data && <Parts of={data} layout={layout} scope={period.scope} unit={unit} open={open} inside={inside} />}
        </div>
      )}
    </PlainFrame>
  );
}

interface Props {
  of: MapAnswer;
  /** Null until its nodes have places. */
  layout: Layout | null;
  scope: Scope;
  unit: Unit;
  open: readonly string[];
  inside: readonly string[];
}

function Parts({ of: data, layout, scope, unit, open, inside }: Props) {
  const navigate = useNavigate();
  const { chosen = "", switched: off, sight: seen = "" }: Search = useSearch({ strict: false });
  const nodes = useMemo(() => new Map(data.nodes.map((one) => [one.id, one])), [data.nodes]);
  const on = useMemo(() => readOn(off), [off]);
  const shown = useMemo(() => shownOf(data, on), [data, on]);
  const drawn = useMemo(() => shown.edges.slice(0, drawnAtMost), [shown]);
  // The table is below the picture, which comes first.
  const listed = useDeferredValue(shown.edges, noEdges);
  const change = useCallback(
    (part: Search) =>
      void navigate({
        to: ".",
        search: (before: Search) => ({ ...before, ...part }),
        resetScroll: false,
        replace: true,
      }),
    [navigate],
  );
  const choose = useCallback((id: string) => change({ chosen: id }), [change]);
  const keep = useCallback((sight: string) => change({ sight }), [change]);
  const [ribbon, picture] = [useRef<HTMLDivElement>(null), useRef<SVGSVGElement>(null)];
  const [help, setHelp] = useState(false);
  const toggle = ({ kind, name }: MapNode) => {
    const [param, list] = kind === "subnet" ? (["inside", inside] as const) : (["open", open] as const);
    const next = list.includes(name) ? list.filter((one) => one !== name) : [...list, name];
    change({ [param]: next.join(","), chosen: "" });
  };
  // Of a large one only what is in sight has elements.
  const saved = {
    get current() {
      const svg = picture.current;
      if (!layout || svg?.dataset["many"] !== "true") return svg;
      const { width, height } = svg.getBoundingClientRect();
      return fullPicture(
        svg.parentElement!,
        <Drawing
          layout={layout}
          nodes={shown.nodes}
          edges={drawn}
          unit={unit}
          chosen={chosen}
          current=""
          choose={choose}
          toggle={toggle}
          hover={unheard}
          sight={whole}
          screen={{ width, height }}
          many={false}
          picture={noPicture}
        />,
      );
    },
  };
  const onKeyDown = useTurn(ribbon, picture, () => setHelp(!help));
  const busy = data.edges.filter(({ all }) => all.total.flows + all.total.packets > 0);
  return (
    <>
      {/* oxlint-disable-next-line no-static-element-interactions -- keys of what is inside */}
      <div onKeyDown={onKeyDown}>
        <Section
          level={2}
          card
          title="Who talks to whom"
          beside={countOf(data, busy, shown.edges, drawn, unit)}
          actions={
            <span className={styles.save}>
              {inside.length === 0 && <AsKQL what="the map" asked={askedNetworks(scope, unit, open, inside)} />}
              <SavePicture picture={saved} name="weir-topology" title="Who talks to whom" answer={data} />
            </span>
          }
        >
          {data.inventory === null && (
            <p className={styles.note}>
              No inventory is known, so what is connected is not. <code>weir topology import FILE...</code> reads one.
            </p>
          )}
          <Ribbon
            own={ribbon}
            scope={scope}
            unit={unit}
            on={on}
            counts={shown.counts}
            toggle={(id) => change({ switched: switched(off, id) })}
          />
          {layout ? (
            <Picture
              layout={layout}
              nodes={shown.nodes}
              edges={drawn}
              unit={unit}
              chosen={chosen}
              choose={choose}
              toggle={toggle}
              seen={seen}
              keep={keep}
              picture={picture}
            />
          ) : (
            <div className={styles.laying}>Putting {formatInteger(data.nodes.length)} nodes into their places…</div>
          )}
          <Legend compared={data.compared !== null} help={help} setHelp={setHelp} />
        </Section>
      </div>
      <Chosen
        of={data}
        nodes={nodes}
        chosen={chosen}
        scope={scope}
        unit={unit}
        opened={[...open, ...inside]}
        toggle={toggle}
      />
      <Section
        level={2}
        card
        title="All of it as a table"
        beside={formatInteger(shown.edges.length)}
        actions={<SaveRows many="pairs" span={scope} rows={shown.edges} />}
      >
        <DataTable<MapEdge>
          caption="Who talks to whom, and what connects them"
          rows={listed.slice(0, tableRows)}
          rowKey={keyOf}
          columns={columnsOf(nodes, unit)}
        />
        {shown.edges.length > tableRows && (
          <p className={styles.note}>
            The first {formatInteger(tableRows)}; a file has all {formatInteger(shown.edges.length)}.
          </p>
        )}
      </Section>
    </>
  );
}

/** More lines are no picture: the strongest are drawn. */
const drawnAtMost = 2_000;

const unheard = () => {};
const noPicture = { current: null };
const noNodes: readonly MapNode[] = [];
const noEdges: readonly MapEdge[] = [];

const tableRows = 200;

/** How many there are, and what is not in the picture. */
function countOf(
  { distinct, other, total }: MapAnswer,
  busy: readonly MapEdge[],
  shown: readonly MapEdge[],
  drawn: readonly MapEdge[],
  unit: Unit,
): string {
  const sum = (edges: readonly MapEdge[]) => edges.reduce((all, edge) => all + edge.all.total[unit], 0);
  const all = `${formatInteger(distinct)} pairs with ${formatMeasure(total[unit], unit)}`;
  const parts: string[] = [];
  if (shown.length > drawn.length)
    parts.push(
      `${formatInteger(shown.length - drawn.length)} not drawn, ${formatMeasure(sum(shown) - sum(drawn), unit)}`,
    );
  if (distinct > busy.length)
    parts.push(`${formatInteger(distinct - busy.length)} smaller ones, ${formatMeasure(other[unit], unit)}`);
  const off = sum(busy) - sum(shown);
  if (off > 0) parts.push(`${formatMeasure(off, unit)} switched off`);
  return parts.length === 0 ? all : `${all}; ${parts.join("; ")}`;
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
    { name: "Is", cell: (edge) => <span className={styles.whole}>{looksOf(edge).join(", ")}</span> },
    number("All", ({ all }) => all.total[unit]),
    number("Allowed out", ({ all }) => all.allowedOut[unit]),
    number("Allowed in", ({ all }) => all.allowedIn[unit]),
    number("Denied out", ({ all }) => all.deniedOut[unit]),
    number("Denied in", ({ all }) => all.deniedIn[unit]),
    number("Malicious", ({ malicious }) => malicious.total[unit]),
  ];
}
