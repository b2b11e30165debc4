import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { SeriesAnswer } from "../api/types";
import { formatFull, formatMeasure, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { formatDuration, formatSpan, second, type Zone, zoneName } from "../lib/time";
import { useTheme } from "../shell/theme";
import { Failure } from "../states/Failure";
import bars from "../traffic/Bars.module.css";
import styles from "../traffic/TrafficCard.module.css";
import type { Table } from "./table";

const Bars = lazy(() => import("../traffic/Bars"));

interface Props {
  table: Table;
  series: UseQueryResult<SeriesAnswer>;
  unit: Unit;
  zone: Zone;
}

interface Line {
  name: string;
  colour: string;
  total: number;
  values: number[];
}

/** The first five of a table over time, and the rest of it, one on the other. */
export function SeriesCard({ table, series, unit, zone }: Props) {
  const [, change] = useView();
  const { lines: colours } = useTheme();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { data } = series;
  const lines = useMemo(() => (data ? linesOf(data, table, colours) : []), [data, table, colours]);
  const shown = useMemo(
    () => lines.map(({ name, colour, values }) => ({ name, colour, values: hidden.has(name) ? [] : values })),
    [lines, hidden],
  );
  const times = useMemo(() => data?.times.map((time) => Date.parse(time)) ?? [], [data]);
  const grain = (data?.grainSeconds ?? 0) * second;
  const tooltip = useCallback(
    (index: number) => tooltipOf(lines, times[index]!, grain, index, unit, zone),
    [lines, times, grain, unit, zone],
  );
  const toggle = (name: string) => {
    const next = new Set(hidden);
    if (!next.delete(name)) next.add(name);
    setHidden(next);
  };
  return (
    <section className={`card ${styles.card}`} aria-labelledby="series-title">
      <div className={styles.head}>
        <div className={styles.heading}>
          <h2 id="series-title" className={styles.title}>
            {table.title} over time
          </h2>
          <p className={styles.hint}>
            {data && `The first five, and the rest · ${formatDuration(grain)} a bar · drag to zoom`}
          </p>
        </div>
        <div className={styles.legend} role="group" aria-label="Shown in the chart">
          {lines.map(({ name, colour }) => (
            <button
              key={name}
              type="button"
              className={styles.key}
              aria-pressed={!hidden.has(name)}
              title={`Show or hide ${name}`}
              onClick={() => toggle(name)}
            >
              <span className={styles.swatch} style={{ "--colour": colour } as React.CSSProperties} />
              {name}
            </button>
          ))}
        </div>
      </div>
      <div className={styles.body}>
        {series.isError && !data && <Failure error={series.error} again={() => void series.refetch()} />}
        {series.isPending && <div className={styles.skeleton} aria-label="Reading the course" role="status" />}
        {data && (
          <Suspense>
            <Bars
              times={times}
              bars={shown}
              grain={grain}
              unit={unit}
              zone={zone}
              tooltip={tooltip}
              summary={summarise(table, data, lines, unit, zone)}
              onZoom={(from, to) => change({ range: { kind: "custom", from, to } })}
            />
          </Suspense>
        )}
      </div>
    </section>
  );
}

function linesOf(data: SeriesAnswer, table: Table, colours: readonly string[]): Line[] {
  const rest = data.other.reduce((sum, value) => sum + value, 0);
  const lines = data.series.map(({ keys, hosts, total, values }, i) => {
    const { name, beside } = table.name(keys, hosts);
    const same = data.series.filter((each) => table.name(each.keys, each.hosts).name === name).length > 1;
    return { name: same && beside ? `${name} (${beside})` : name || "none", colour: colours[i]!, total, values };
  });
  if (rest === 0) return lines;
  return [...lines, { name: "Other", colour: colours.at(-1)!, total: rest, values: data.other }];
}

function summarise(table: Table, data: SeriesAnswer, lines: readonly Line[], unit: Unit, zone: Zone): string {
  const [from, to] = [Date.parse(data.from), Date.parse(data.to)];
  const sums = lines.map(({ name, total }) => `${name} ${formatFull(total, unit)}`).join(", ");
  return `Bar chart of ${unit} by ${table.one} from ${formatSpan(from, to, zone)} ${zoneName(to, zone)}. In all: ${sums || "nothing"}.`;
}

/** Names come from logs and inventories, so they must be harmless in HTML. */
function tooltipOf(lines: readonly Line[], at: number, grain: number, index: number, unit: Unit, zone: Zone): string {
  const rows = lines
    .map(({ name, colour, values }) => {
      const value = formatMeasure(values[index] ?? 0, unit);
      return `<tr><th><i style="background:${colour}"></i>${harmless(name)}</th><td>${value}</td></tr>`;
    })
    .join("");
  const span = formatSpan(at, at + grain, zone);
  return `<div class="${bars.tooltip}"><b>${span} ${zoneName(at, zone)}</b><table><tr><td></td><th>${unit}</th></tr>${rows}</table></div>`;
}

export function harmless(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
