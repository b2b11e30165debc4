// The chart itself, in a chunk of its own because of the chart library.
//
// Bars, not areas: a bucket is a sum over its span, and nothing is known of
// the course between two of them.

import { BarChart, type BarSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, type ECharts, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { TrafficAnswer } from "../api/types";
import { formatMeasure, type Unit, units } from "../lib/format";
import { formatSpan, second, type Zone, zoneName } from "../lib/time";
import { type Look, useTheme } from "../shell/theme";
import { type PartId, parts, partValues, signed, ticks } from "./series";
import styles from "./TrafficChart.module.css";

register([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

interface Drawn {
  traffic: TrafficAnswer;
  /** The start of each bucket. */
  times: number[];
  unit: Unit;
  zone: Zone;
  hidden: ReadonlySet<PartId>;
}

interface Props extends Drawn {
  summary: string;
  onZoom: (from: number, to: number) => void;
}

export default function TrafficChart({ traffic, times, unit, zone, hidden, onZoom, summary }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [width, setWidth] = useState(0);
  const look = useTheme();

  useEffect(() => {
    const element = box.current!;
    const made = init(element, null, { renderer: "svg" });
    chart.current = made;
    const observer = new ResizeObserver(() => {
      made.resize();
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  // Only where something changed: drawing again takes the tooltip away.
  useEffect(() => {
    if (width === 0) return;
    chart.current?.setOption(option({ traffic, times, unit, zone, hidden }, look, width), { notMerge: true });
  }, [traffic, times, unit, zone, hidden, look, width]);

  const grain = traffic.grainSeconds * second;
  const drag = useDrag(chart, times.length, (first, last) => onZoom(times[first]!, times[last]! + grain));
  return (
    <div className={styles.box}>
      <div ref={box} className={styles.chart} role="img" aria-label={summary} {...drag.handlers} />
      {drag.selection && <div className={styles.selection} style={drag.selection} />}
    </div>
  );
}

function option({ traffic, times, unit, zone, hidden }: Drawn, look: Look, width: number): Option {
  const { theme } = look;
  const text = { color: theme.colorNeutralForeground3, fontFamily: theme.fontFamilyBase, fontSize: 12 };
  const values = partValues(traffic, unit);
  const labels = ticks(times, zone, Math.max(2, Math.floor(width / 96)));
  return {
    // Numbers that move by themselves cannot be read.
    animation: false,
    grid: { top: 12, right: 4, bottom: 40, left: 64 },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: theme.colorNeutralForeground1, opacity: 0.08 } },
      confine: true,
      transitionDuration: 0,
      backgroundColor: theme.colorNeutralBackground1,
      borderColor: theme.colorNeutralStroke1,
      padding: 12,
      textStyle: { color: theme.colorNeutralForeground1, fontFamily: theme.fontFamilyBase, fontSize: 12 },
      formatter: (at) => {
        const index = Array.isArray(at) ? at[0]?.dataIndex : at.dataIndex;
        return index === undefined ? "" : tooltip(traffic, times, index, unit, zone);
      },
    },
    xAxis: {
      type: "category",
      data: times.map(String),
      axisLine: { onZero: true, lineStyle: { color: theme.colorNeutralStroke1 } },
      axisTick: { show: false },
      axisLabel: {
        ...text,
        lineHeight: 15,
        interval: (index: number) => labels.has(index),
        formatter: (_: string, index: number) => labels.get(index) ?? "",
        hideOverlap: true,
      },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitNumber: 4,
      axisLabel: { ...text, formatter: (value: number) => formatMeasure(Math.abs(value), unit) },
      splitLine: { lineStyle: { color: theme.colorNeutralStroke3 } },
    },
    series: parts.map((part) => ({
      type: "bar",
      name: part.name,
      stack: "all",
      barCategoryGap: "12%",
      itemStyle: { color: look.parts[part.id] },
      emphasis: { disabled: true },
      data: hidden.has(part.id) ? times.map(() => 0) : signed(values[part.id], part.direction),
    })),
  };
}

/** All values of a bucket; nothing in it comes from a log, so it is safe as HTML. */
function tooltip(traffic: TrafficAnswer, times: number[], index: number, unit: Unit, zone: Zone): string {
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
  return `<div class="${styles.tooltip}"><b>${span} ${zoneName(at, zone)}</b><table><tr><td></td>${head}</tr>${rows}</table></div>`;
}

/** Dragging across the chart chooses the buckets from the first to the last touched. */
function useDrag(chart: React.RefObject<ECharts | null>, count: number, choose: (first: number, last: number) => void) {
  const [drag, setDrag] = useState<{ start: number; now: number } | null>(null);

  const handlers = useMemo(() => {
    const x = (event: PointerEvent<HTMLDivElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
    return {
      onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ start: x(event), now: x(event) });
      },
      onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
        const now = x(event);
        setDrag((drag) => drag && { ...drag, now });
      },
      onPointerCancel: () => setDrag(null),
    };
  }, []);

  const onPointerUp = () => {
    setDrag(null);
    if (!drag || Math.abs(drag.now - drag.start) < 6) return;
    const [left, right] = [Math.min(drag.start, drag.now), Math.max(drag.start, drag.now)];
    const bucket = (x: number) =>
      Math.min(count - 1, Math.max(0, chart.current!.convertFromPixel({ xAxisIndex: 0 }, x)));
    choose(bucket(left), bucket(right));
  };

  const selection =
    drag && Math.abs(drag.now - drag.start) >= 6
      ? { left: Math.min(drag.start, drag.now), width: Math.abs(drag.now - drag.start) }
      : null;
  return { handlers: { ...handlers, onPointerUp }, selection };
}
