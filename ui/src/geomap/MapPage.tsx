import { useQuery, useQueryClient } from "@tanstack/react-query";
import { askedGeography } from "../api/asked";
import { AsKQL } from "../search/AsKQL";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { geographyQuery } from "../api/queries";
import type { GeoAnswer, GeoEdge } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, formatMeasure, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { type Search, writeMoment } from "../lib/url";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { changeOf, partsOf } from "../picture/kinds";
import { Keys } from "../picture/Keys";
import { SavePicture } from "../picture/SavePicture";
import { useTurn } from "../picture/useTurn";
import type { Span } from "../range/range";
import { Failure } from "../states/Failure";
import { PlainFrame } from "../view/PlainFrame";
import { type Period, usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { Chosen } from "./Chosen";
import { Legend } from "./Legend";
import styles from "./MapPage.module.css";
import { keyOf, nameOf, volumes } from "./marks";
import { Player } from "./Player";
import { Ribbon } from "./Ribbon";
import { readSwitched, type SwitchId, toggled } from "./switches";
import { WorldPicture } from "./WorldPicture";

/** Where traffic comes from and goes to: countries, Azure regions, and what has no place. */
export default function MapPage() {
  return <WithData page="Map">{(about) => <Geography {...about} />}</WithData>;
}

function Geography(about: About) {
  const [{ unit, compare }] = useView();
  const period = usePeriod(about.status);
  const against = period.before && compare !== "none" ? compare : null;
  const query = useQuery(geographyQuery(period.scope, unit, against));
  const { data } = query;
  return (
    <PlainFrame {...about} title="Map" period={period} trend={null} answers={[query]}>
      {() => (
        <div className={styles.cards}>
          {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
          {data && <Parts whole={data} period={period} unit={unit} />}
        </div>
      )}
    </PlainFrame>
  );
}

const mostParts = 24;

/** The range in parts of whole intervals. */
function spansOf({ from, to }: Span, interval: number): Span[] {
  const step = Math.max(interval, Math.ceil((to - from) / mostParts / interval) * interval);
  const parts: Span[] = [];
  for (let at = from; at < to; at += step) parts.push({ from: at, to: Math.min(to, at + step) });
  return parts;
}

function Parts({ whole, period, unit }: { whole: GeoAnswer; period: Period; unit: Unit }) {
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const [{ zone }] = useView();
  const [ribbon, card] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const [help, setHelp] = useState(false);
  const onKeyDown = useTurn(ribbon, card, () => setHelp(!help));
  const save = useRef<(() => SVGSVGElement | null) | null>(null);
  const picture = {
    get current() {
      return save.current?.() ?? null;
    },
  };
  const { scope, extent } = period;
  const { from, to } = scope;
  const parts = useMemo(() => spansOf({ from, to }, extent.interval), [from, to, extent.interval]);
  const [part, setPart] = useState<number | null>(null);
  const shown = part === null ? undefined : parts[part];
  const later = part === null ? parts[0] : parts[part + 1];
  const during = useQuery({ ...geographyQuery({ ...scope, ...shown }, unit, null), enabled: shown !== undefined });
  const queries = useQueryClient();
  useEffect(() => {
    if (part !== null && later) void queries.prefetchQuery(geographyQuery({ ...scope, ...later }, unit, null));
  }, [queries, part, later, scope, unit]);
  const data = shown ? (during.data ?? whole) : whole;
  const change = useCallback(
    (next: Search) =>
      void navigate({
        to: ".",
        search: (before: Search) => ({ ...before, ...next }),
        resetScroll: false,
        replace: true,
      }),
    [navigate],
  );
  const choose = useCallback((chosen: string) => change({ chosen }), [change]);
  const look = useCallback((sight: string) => change({ sight }), [change]);
  const on = useMemo(() => readSwitched(search.switched), [search.switched]);
  const country = search.country ?? "";
  const nodes = useMemo(() => new Map(data.nodes.map((node) => [node.id, node])), [data.nodes]);
  const name = (id: string) => {
    const node = nodes.get(id);
    return node ? nameOf(node) : id;
  };
  const moments = [shown?.from ?? scope.from, shown?.to ?? scope.to].map(writeMoment).join("-");
  return (
    <>
      {/* oxlint-disable-next-line no-static-element-interactions -- keys of what is inside */}
      <div onKeyDown={onKeyDown}>
        <Section level={2} card title="Where traffic comes from and goes to" beside={countOf(data, unit)}>
          {whole.inventory === null && (
            <p className={styles.note}>
              No inventory is known, so own addresses have no region. <code>weir topology import FILE...</code> reads
              one.
            </p>
          )}
          <Ribbon
            own={ribbon}
            of={whole}
            unit={unit}
            on={on}
            toggle={(id: SwitchId) => change({ switched: toggled(search.switched, id) })}
            country={country}
            setCountry={(code) => change({ country: code })}
          />
          <WorldPicture
            of={data}
            against={whole}
            unit={unit}
            on={on}
            country={country}
            chosen={search.chosen ?? ""}
            choose={choose}
            sight={search.sight ?? ""}
            keepSight={look}
            save={save}
            root={card}
          />
          <Player
            parts={parts}
            part={part}
            show={setPart}
            ready={part === null || (during.data !== undefined && !during.isPlaceholderData)}
            zone={zone}
          />
          <div className={styles.below}>
            <Legend
              unit={unit}
              most={Math.max(0, ...volumes(whole, on, unit).values())}
              compared={data.compared !== null}
            />
            <AsKQL what="the map" asked={askedGeography(scope, unit)} />
            <SavePicture
              picture={picture}
              name={`weir-map-${moments}`}
              title={`Where traffic comes from and goes to, ${moments}`}
              answer={data}
            />
          </div>
          <Keys open={help} set={setHelp} />
        </Section>
      </div>
      <Chosen
        of={data}
        chosen={search.chosen ?? ""}
        scope={{ ...scope, ...shown }}
        unit={unit}
        choose={choose}
        look={look}
      />
      <Section level={2} card title="All of it as a table" beside={formatInteger(data.edges.length)}>
        <DataTable<GeoEdge>
          caption="Which places talk to each other"
          rows={data.edges.slice(0, tableRows)}
          rowKey={keyOf}
          columns={columnsOf(name, unit)}
        />
        {data.edges.length > tableRows && (
          <p className={styles.note}>
            The first {formatInteger(tableRows)}. All of them: <code>weir top geography --limit 1000 --format csv</code>
          </p>
        )}
      </Section>
    </>
  );
}

const tableRows = 200;

/** How many there are, and what is not in the picture. */
function countOf({ distinct, limit, other }: GeoAnswer, unit: Unit): string {
  if (distinct <= limit) return `${formatInteger(distinct)} pairs`;
  return `the first ${formatInteger(limit)} of ${formatInteger(distinct)} pairs; others have ${formatMeasure(other[unit], unit)}`;
}

function columnsOf(name: (id: string) => string, unit: Unit): [Column<GeoEdge>, ...Column<GeoEdge>[]] {
  const number = (title: string, of: (edge: GeoEdge) => number): Column<GeoEdge> => ({
    name: title,
    number: true,
    cell: (edge) => <Value value={of(edge)} unit={unit} />,
  });
  return [
    {
      name: "Pair",
      cell: (edge) => {
        const [from, to] = [name(edge.from), name(edge.to)];
        const pair = edge.from === edge.to ? `within ${from}` : `${from} – ${to}`;
        return <Drill terms={edge.filter === "" ? [] : [{ name: pair, text: edge.filter }]}>{pair}</Drill>;
      },
    },
    {
      name: "Has",
      cell: (edge) =>
        [changeOf(edge.all.total, edge.before), ...partsOf(edge).map(({ kind }) => kind)].filter(Boolean).join(", "),
    },
    number("All", ({ all }) => all.total[unit]),
    number("Allowed out", ({ all }) => all.allowedOut[unit]),
    number("Allowed in", ({ all }) => all.allowedIn[unit]),
    number("Denied out", ({ all }) => all.deniedOut[unit]),
    number("Denied in", ({ all }) => all.deniedIn[unit]),
    number("Malicious", ({ malicious }) => malicious.total[unit]),
  ];
}
