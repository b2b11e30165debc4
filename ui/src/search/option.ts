// A plot in the words of the chart library.

import type { BarSeriesOption, LineSeriesOption, PieSeriesOption, ScatterSeriesOption } from "echarts/charts";
import type {
  DatasetComponentOption,
  GridComponentOption,
  LegendComponentOption,
  TooltipComponentOption,
} from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { formatCount } from "../lib/format";
import { formatClock, formatMoment, type Zone } from "../lib/time";
import type { Look } from "../shell/theme";
import type { Plot } from "./plot";

type Drawn = BarSeriesOption | LineSeriesOption | PieSeriesOption | ScatterSeriesOption;
export type Option = ComposeOption<
  Drawn | DatasetComponentOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>;

/** Beyond the lines of the look, for the sixth series and on: each has 3:1 against the card behind it. */
const moreLight = ["#b84300", "#0b7a3e", "#7a5c00", "#5b5fc7", "#a4262c", "#57606a", "#00708f"];
const moreDark = ["#f08c5a", "#6fcf97", "#d7ba7d", "#a5a8ff", "#f1707b", "#b0b7bf", "#69c9e8"];

export function coloursOf(look: Look): string[] {
  return [...look.lines.slice(0, 5), ...(look.dark ? moreDark : moreLight)];
}

export function optionOf(plot: Plot, look: Look, zone: Zone, width: number): Option {
  const { theme } = look;
  const text = { color: theme.colorNeutralForeground2, fontFamily: theme.fontFamilyBase, fontSize: 12 };
  const many = plot.form === "pie" || plot.series.length > 1;
  const legend = plot.legend && many;
  return {
    // Numbers that move by themselves cannot be read.
    animation: false,
    color: coloursOf(look),
    textStyle: text,
    legend: {
      show: legend,
      type: "scroll",
      bottom: 0,
      textStyle: { ...text, overflow: "truncate", width: Math.min(280, width - 96) },
      pageTextStyle: text,
      pageIconColor: theme.colorNeutralForeground2,
      pageIconInactiveColor: theme.colorNeutralForegroundDisabled,
      inactiveColor: theme.colorNeutralForegroundDisabled,
    },
    tooltip: {
      trigger: plot.form === "pie" || plot.form === "scatter" ? "item" : "axis",
      confine: true,
      transitionDuration: 0,
      backgroundColor: theme.colorNeutralBackground1,
      borderColor: theme.colorNeutralStroke1,
      textStyle: { ...text, color: theme.colorNeutralForeground1 },
      valueFormatter: (value) => valueText(value, plot),
    },
    ...(plot.form === "pie"
      ? pie(plot, text, theme.colorNeutralBackground1, legend)
      : axes(plot, look, zone, width, legend)),
  };
}

function valueText(value: unknown, { stack, kind, form }: Plot): string {
  if (form === "scatter" && Array.isArray(value)) {
    const [x, y] = value as [number | string, number];
    return `${kind === "time" ? formatMoment(Number(x), "utc") : x}: ${y.toLocaleString("en-US")}`;
  }
  if (typeof value !== "number") return "";
  return stack === "share" ? `${value.toFixed(1)}%` : value.toLocaleString("en-US");
}

function pie(plot: Plot, text: object, gap: string, legend: boolean): Option {
  const [series] = plot.series;
  return {
    series: [
      {
        type: "pie",
        radius: ["0%", "68%"],
        center: ["50%", legend ? "45%" : "50%"],
        itemStyle: { borderColor: gap, borderWidth: 1 },
        label: { ...text, formatter: "{b}: {d}%" },
        // Names of slivers would lie on each other; the legend and the pointer tell them.
        minShowLabelAngle: 12,
        data: plot.places.map((name, at) => ({ name: String(name), value: series?.values[at] ?? 0 })),
      },
    ],
  };
}

function axes(plot: Plot, { theme }: Look, zone: Zone, width: number, legend: boolean): Option {
  const text = { color: theme.colorNeutralForeground3, fontFamily: theme.fontFamilyBase, fontSize: 12 };
  const lying = plot.form === "bar";
  const narrow = width < 480;
  const names = {
    type:
      plot.kind === "time" && !onPlaces(plot)
        ? ("time" as const)
        : plot.kind === "number"
          ? ("value" as const)
          : ("category" as const),
    name: lying ? "" : plot.xTitle,
    nameLocation: "middle" as const,
    nameGap: 26,
    nameTextStyle: text,
    // The first of a list is at the top of lying bars.
    inverse: lying,
    scale: true,
    axisLine: { lineStyle: { color: theme.colorNeutralStroke1 } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      ...text,
      hideOverlap: true,
      ...(lying && { width: narrow ? 96 : 240, overflow: "truncate" as const }),
      ...(plot.kind === "time" && { formatter: (at: number | string) => timeText(Number(at), plot, zone) }),
    },
    ...(onPlaces(plot) && { data: plot.places.map(String) }),
  };
  const measures = {
    type: "value" as const,
    name: lying ? plot.yTitle : "",
    nameLocation: "middle" as const,
    nameGap: 26,
    nameTextStyle: text,
    ...(plot.stack === "share" && { max: 100 }),
    axisLabel: {
      ...text,
      hideOverlap: true,
      formatter: (value: number) => (plot.stack === "share" ? `${value}%` : shortNumber(value)),
    },
    splitLine: { lineStyle: { color: theme.colorNeutralStroke3 } },
  };
  const option: Option = {
    grid: { top: 16, right: 24, bottom: legend ? 72 : 44, left: lying ? (narrow ? 108 : 256) : 64 },
    series: drawn(plot),
  };
  // The library tells the axes of each direction apart by their type, which is only known here.
  return Object.assign(option, lying ? { xAxis: measures, yAxis: names } : { xAxis: names, yAxis: measures });
}

/** Whether each place has a step of its own, whatever lies between. */
function onPlaces({ kind, form }: Plot): boolean {
  return kind === "name" || form === "bar" || form === "column";
}

function drawn(plot: Plot): Drawn[] {
  const sums = plot.places.map((_, at) => plot.series.reduce((sum, { values }) => sum + Math.abs(values[at] ?? 0), 0));
  const value = (of: number | null, at: number) =>
    of === null || plot.stack !== "share" ? of : sums[at] === 0 ? 0 : (100 * of) / sums[at]!;
  return plot.series.map(({ name, values }): Drawn => {
    const own = values.map(value);
    const data = onPlaces(plot) ? own : own.map((of, at) => [plot.places[at]!, of]);
    const stack = plot.stack === "no" ? {} : { stack: "all" };
    switch (plot.form) {
      case "bar":
      case "column":
        return { type: "bar", name, data: own, barMaxWidth: 32, ...stack };
      case "scatter":
        return { type: "scatter", name, data: data as (number | null)[], symbolSize: 8 };
      default:
        return {
          type: "line",
          name,
          data: data as (number | null)[],
          // A few marks are points; many are a line.
          showSymbol: plot.places.length <= 60,
          symbolSize: 5,
          ...(plot.form === "area" && { areaStyle: { opacity: plot.stack === "no" ? 0.25 : 0.7 } }),
          ...stack,
        };
    }
  });
}

function timeText(at: number, { places }: Plot, zone: Zone): string {
  const days = (Number(places.at(-1)) - Number(places[0])) / 86_400_000;
  return days < 1 ? formatClock(at, zone) : formatMoment(at, zone).slice(5);
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 1000 ? (value < 0 ? "−" : "") + formatCount(Math.abs(value)) : String(value);
}
