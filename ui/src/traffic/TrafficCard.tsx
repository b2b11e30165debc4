import { Button } from "../parts/Button";
import { TableRegular, ZoomOutRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { TrafficAnswer } from "../api/types";
import { formatFull, formatMeasure, type Unit, units } from "../lib/format";
import { useView } from "../lib/hooks";
import { type Extent, type Span, zoomOut } from "../range/range";
import { formatDuration, formatSpan, second, type Zone, zoneName } from "../lib/time";
import { useTheme } from "../shell/theme";
import { Failure } from "../states/Failure";
import { type PartId, parts, partTotals, partValues, peak, signed } from "./series";
import tooltipStyles from "./Bars.module.css";
import styles from "./TrafficCard.module.css";
import { TrafficTable } from "./TrafficTable";

/** How many buckets are asked for; the server takes the next round width. */
export const chartPoints = 150;

// Fetched along with the data, not after it.
const chartModule = import("./Bars");
const Bars = lazy(() => chartModule);

interface Props {
  traffic: UseQueryResult<TrafficAnswer>;
  extent: Extent;
  span: Span;
  unit: Unit;
  zone: Zone;
}

/** Allowed and denied, in and out, over time. */
export function TrafficCard({ traffic, extent, span, unit, zone }: Props) {
  const [{ range }, change] = useView();
  const [hidden, setHidden] = useState<ReadonlySet<PartId>>(new Set());
  const [asTable, setAsTable] = useState(false);
  const { data } = traffic;

  const toggle = (id: PartId) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  const zoomTo = (from: number, to: number) => change({ range: { kind: "custom", from, to } });

  return (
    <section className={`card ${styles.card}`} aria-labelledby="traffic-title">
      <div className={styles.head}>
        <div className={styles.heading}>
          <h2 id="traffic-title" className={styles.title}>
            Traffic over time
          </h2>
          <p className={styles.hint}>
            {data &&
              `In is above, out below the line · ${formatDuration(data.grainSeconds * second)} a bar · drag to zoom`}
            {unit !== "flows" && ` · denied flows carry no ${unit}`}
          </p>
        </div>
        <div className={styles.legend} role="group" aria-label="Shown in the chart">
          {parts.map((part) => (
            <button
              key={part.id}
              type="button"
              className={styles.key}
              aria-pressed={!hidden.has(part.id)}
              title={`Show or hide ${part.name.toLowerCase()}`}
              onClick={() => toggle(part.id)}
            >
              <span className={styles.swatch} style={{ "--colour": `var(--part-${part.id})` } as React.CSSProperties} />
              {part.name}
            </button>
          ))}
        </div>
        <div className={styles.actions}>
          <Button
            size="small"
            appearance="subtle"
            icon={<ZoomOutRegular />}
            disabled={range.kind === "all"}
            onClick={() => change({ range: zoomOut(span, extent) })}
          >
            Zoom out
          </Button>
          <Button
            size="small"
            appearance="subtle"
            icon={<TableRegular />}
            aria-pressed={asTable}
            className={styles.toggle}
            onClick={() => setAsTable(!asTable)}
          >
            As table
          </Button>
        </div>
      </div>
      <div className={styles.body}>
        {traffic.isError && !data && <Failure error={traffic.error} again={() => void traffic.refetch()} />}
        {traffic.isPending && <div className={styles.skeleton} aria-label="Reading the traffic" role="status" />}
        {data && asTable && <TrafficTable traffic={data} unit={unit} zone={zone} />}
        {data && !asTable && (
          <Suspense>
            <Chart data={data} unit={unit} zone={zone} hidden={hidden} onZoom={zoomTo} />
          </Suspense>
        )}
      </div>
    </section>
  );
}

interface ChartProps {
  data: TrafficAnswer;
  unit: Unit;
  zone: Zone;
  hidden: ReadonlySet<PartId>;
  onZoom: (from: number, to: number) => void;
}

function Chart({ data, unit, zone, hidden, onZoom }: ChartProps) {
  const times = useMemo(() => data.times.map((time) => Date.parse(time)), [data]);
  const summary = useMemo(() => summarise(data, times, unit, zone), [data, times, unit, zone]);
  const { parts: colours } = useTheme();
  const grain = data.grainSeconds * second;
  const bars = useMemo(() => {
    const values = partValues(data, unit);
    return parts.map(({ id, name, direction }) => ({
      name,
      colour: colours[id],
      values: hidden.has(id) ? times.map(() => 0) : signed(values[id], direction),
    }));
  }, [data, times, unit, hidden, colours]);
  const tooltip = useCallback((index: number) => tooltipOf(data, times, index, unit, zone), [data, times, unit, zone]);
  return (
    <Bars
      times={times}
      bars={bars}
      grain={grain}
      unit={unit}
      zone={zone}
      tooltip={tooltip}
      summary={summary}
      onZoom={onZoom}
    />
  );
}

/** The chart in a few sentences, for those who cannot see it. */
function summarise(data: TrafficAnswer, times: number[], unit: Unit, zone: Zone): string {
  const values = partValues(data, unit);
  const totals = partTotals(data);
  const at = peak(values);
  const grain = data.grainSeconds * second;
  const [from, to] = [Date.parse(data.from), Date.parse(data.to)];
  const sentences = [
    `Bar chart of ${unit} from ${formatSpan(from, to, zone)} ${zoneName(to, zone)}, ${formatDuration(grain)} per bar.`,
    `In all: ${parts.map((part) => `${part.name.toLowerCase()} ${formatFull(totals[part.id][unit], unit)}`).join(", ")}.`,
  ];
  const time = times[at];
  if (time !== undefined) {
    const sum = parts.reduce((all, part) => all + (values[part.id][at] ?? 0), 0);
    sentences.push(`Most in ${formatSpan(time, time + grain, zone)}: ${formatFull(sum, unit)}.`);
  }
  sentences.push("The button As table gives all values.");
  return sentences.join(" ");
}

/** All values of a bucket; nothing in it comes from a log, so it is safe as HTML. */
function tooltipOf(traffic: TrafficAnswer, times: number[], index: number, unit: Unit, zone: Zone): string {
  const at = times[index]!;
  const byUnit = units.map((each) => ({ unit: each, values: partValues(traffic, each) }));
  const head = byUnit.map((each) => `<th${each.unit === unit ? " data-on" : ""}>${each.unit}</th>`).join("");
  const rows = parts
    .map((part) => {
      const cells = byUnit
        .map((each) => {
          const value = formatMeasure(each.values[part.id][index] ?? 0, each.unit);
          return `<td${each.unit === unit ? " data-on" : ""}>${value}</td>`;
        })
        .join("");
      return `<tr><th><i style="background:var(--part-${part.id})"></i>${part.name}</th>${cells}</tr>`;
    })
    .join("");
  const span = formatSpan(at, at + traffic.grainSeconds * second, zone);
  return `<div class="${tooltipStyles.tooltip}"><b>${span} ${zoneName(at, zone)}</b><table><tr><td></td>${head}</tr>${rows}</table></div>`;
}
