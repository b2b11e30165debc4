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
import { type PointerEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { formatMeasure, type Unit } from "../lib/format";
import type { Zone } from "../lib/time";
import { type Look, useTheme } from "../shell/theme";
import type { Line } from "./course";
import { type Drawn as Path, reach, trace } from "./lines";
import { ticks } from "./series";
import styles from "./Bars.module.css";

register([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

/** What is around the buckets, in pixels. */
const margin = { top: 12, right: 4, bottom: 40, left: 64 };

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

/** What is stacked: its values go up where they are positive, and down where they are negative. */
export interface Bar {
  name: string;
  colour: string;
  values: number[];
}

interface Drawn {
  /** The start of each bucket. */
  times: number[];
  bars: readonly Bar[];
  /** What is drawn over them. */
  lines: readonly Line[];
  /** The first bucket that the data does not fill yet, and all behind it; their number where all are whole. */
  partial: number;
  unit: Unit;
  zone: Zone;
  /** What is said of a bucket, as HTML: what comes from a log must be made harmless. */
  tooltip: (index: number) => string;
}

interface Props extends Drawn {
  /** The width of a bucket in milliseconds. */
  grain: number;
  summary: string;
  onZoom: (from: number, to: number) => void;
}

export default function Bars({ times, bars, lines, partial, unit, zone, tooltip, grain, onZoom, summary }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [width, setWidth] = useState(0);
  const [paths, setPaths] = useState<readonly Path[]>([]);
  const hatch = useId();
  const bucket = Math.max(0, width - margin.left - margin.right) / times.length;
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
    const drawn = chart.current;
    if (width === 0 || !drawn) return;
    drawn.setOption(option({ times, bars, lines, partial, unit, zone, tooltip }, look, width), { notMerge: true });
    const place = (index: number, value: number) =>
      drawn.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [index, value]) as [number, number];
    setPaths(lines.map((line) => trace(line, place, bars.length > 0)));
  }, [times, bars, lines, partial, unit, zone, tooltip, look, width]);

  const drag = useDrag(chart, times.length, (first, last) => onZoom(times[first]!, times[last]! + grain));
  return (
    <div className={styles.box}>
      <div ref={box} className={styles.chart} role="img" aria-label={summary} {...drag.handlers} />
      <svg className={styles.lines} aria-hidden="true">
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path className={styles.hatch} d="M0 0V6" />
        </pattern>
        {partial < times.length && width > 0 && (
          <rect
            data-open
            x={margin.left + partial * bucket}
            width={(times.length - partial) * bucket}
            y={margin.top}
            style={{ height: `calc(100% - ${margin.top + margin.bottom}px)` }}
            fill={`url(#${hatch})`}
          />
        )}
        {paths.map(({ id, d, colour, dash, width }) => (
          <g key={id}>
            {bars.length > 0 && <path className={styles.halo} d={d} strokeWidth={width + 2} />}
            <path data-line={id} d={d} stroke={colour} strokeWidth={width} strokeDasharray={dash} />
          </g>
        ))}
      </svg>
      {drag.selection && <div className={styles.selection} style={drag.selection} />}
    </div>
  );
}

function option({ times, bars, lines, partial, unit, zone, tooltip }: Drawn, look: Look, width: number): Option {
  const { theme } = look;
  const text = { color: theme.colorNeutralForeground3, fontFamily: theme.fontFamilyBase, fontSize: 12 };
  const labels = ticks(times, zone, Math.max(2, Math.floor(width / 96)));
  return {
    // Numbers that move by themselves cannot be read.
    animation: false,
    grid: margin,
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
        return index === undefined ? "" : tooltip(index);
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
    series: [
      ...bars.map(({ name, colour, values }): BarSeriesOption => ({
        type: "bar",
        name,
        stack: "all",
        barCategoryGap: "12%",
        itemStyle: { color: colour },
        emphasis: { disabled: true },
        data: values.map((value, i) => (i < partial ? value : { value, itemStyle: { opacity: 0.5 } })),
      })),
      // The axes reach as far as the lines do, which the library knows nothing of.
      ...reach(lines, times.length).map((data): BarSeriesOption => ({
        type: "bar",
        itemStyle: { opacity: 0 },
        emphasis: { disabled: true },
        barGap: "-100%",
        data,
      })),
    ],
  };
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
