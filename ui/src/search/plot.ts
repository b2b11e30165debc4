// What render asks for, worked out of an answer: which columns are which, as
// Kusto's clients choose them. Nothing is drawn here.

import type { Answer, Column, Render, Value } from "./ask";
import { isNumber, isTime, ticks } from "./cells";

export type Form = "line" | "area" | "bar" | "column" | "scatter" | "pie" | "card";

interface Series {
  name: string;
  /** A value for each place of the plot's axis; null where there is none. */
  values: (number | null)[];
}

export interface Plot {
  form: Form;
  stack: "no" | "yes" | "share";
  title: string;
  /** Along x: moments (milliseconds), numbers, or names. */
  kind: "time" | "number" | "name";
  places: (number | string)[];
  series: Series[];
  xTitle: string;
  yTitle: string;
  legend: boolean;
  /** What is not in the picture; empty where all is. */
  left: string;
}

/** A picture, or why there is none. */
export type Drawing = { plot: Plot } | { why: string };

const forms: Record<string, { form: Form; stack?: Plot["stack"] }> = {
  timechart: { form: "line" },
  linechart: { form: "line" },
  areachart: { form: "area" },
  stackedareachart: { form: "area", stack: "yes" },
  barchart: { form: "bar" },
  columnchart: { form: "column" },
  scatterchart: { form: "scatter" },
  piechart: { form: "pie" },
  card: { form: "card" },
};

/** More series than these nobody can tell apart, and more places of them neither. */
const mostSeries = 20;
const mostPlaces: Record<Form, number> = {
  line: 5000,
  area: 5000,
  scatter: 5000,
  column: 1000,
  bar: 200,
  pie: 60,
  card: 1,
};

/** What render asks for, of this answer. */
export function plotOf(answer: Answer): Drawing {
  const { render, columns, rows } = answer;
  const asked = render?.visualization ?? "";
  const known = forms[asked];
  if (!render || !known) {
    return { why: `Weir cannot draw a ${asked}. It draws ${Object.keys(forms).join(", ")}.` };
  }
  if (rows.length === 0) return { why: "There are no rows to draw." };
  if (known.form === "card") return card(answer, render);
  const axis = axisOf(columns, render, asked);
  if (typeof axis === "string") return { why: axis };
  const values = valuesOf(columns, render, axis);
  if (values.length === 0) {
    return {
      why: `A ${asked} needs a column of numbers beside ${columns[axis]!.name}: summarize counts or sums, or convert with tolong().`,
    };
  }
  const parts = partsOf(columns, render, axis, values);
  return assembled(answer, { ...known, stack: stackOf(known, render) }, { axis, values, parts }, render);
}

interface Chosen {
  axis: number;
  values: number[];
  /** The columns whose values make series. */
  parts: number[];
}

/** The place of a column with that name, or -1. */
function find(columns: readonly Column[], name: string): number {
  return columns.findIndex((column) => column.name === name.trim());
}

/** Which column is x: what is said, else for a timechart the first time, else the first column. */
function axisOf(columns: readonly Column[], { xColumn }: Render, asked: string): number | string {
  if (xColumn) {
    const at = find(columns, xColumn);
    return at >= 0 ? at : `There is no column ${xColumn}, which xcolumn names.`;
  }
  const time = columns.findIndex(isTime);
  if (asked === "timechart" && time < 0) {
    return "A timechart needs a column of type datetime: summarize by bin(FlowIntervalStartTime, 1h), for example.";
  }
  const lines = ["timechart", "linechart", "areachart", "stackedareachart", "scatterchart"].includes(asked);
  return lines && time >= 0 ? time : 0;
}

function valuesOf(columns: readonly Column[], { yColumns }: Render, axis: number): number[] {
  if (yColumns) {
    const named = yColumns.split(",").map((name) => find(columns, name));
    return named.filter((at) => at >= 0);
  }
  return columns.flatMap((column, at) => (at !== axis && (isNumber(column) || column.type === "timespan") ? [at] : []));
}

function partsOf(columns: readonly Column[], { series }: Render, axis: number, values: readonly number[]): number[] {
  if (series) return series.split(",").flatMap((name) => (find(columns, name) >= 0 ? [find(columns, name)] : []));
  return columns.flatMap((column, at) =>
    at !== axis && !values.includes(at) && ["string", "guid", "bool"].includes(column.type) ? [at] : [],
  );
}

function stackOf({ stack }: { stack?: Plot["stack"] }, { kind }: Render): Plot["stack"] {
  if (kind === "stacked100") return "share";
  if (kind === "stacked") return "yes";
  if (kind === "unstacked") return "no";
  return stack ?? "no";
}

function assembled(
  { columns, rows }: Answer,
  { form, stack }: { form: Form; stack: Plot["stack"] },
  { axis, values, parts }: Chosen,
  render: Render,
): Drawing {
  const column = columns[axis]!;
  const kind: Plot["kind"] = isTime(column) ? "time" : isNumber(column) && !onNames(form) ? "number" : "name";
  const places = new Map<number | string, number>();
  const found = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const place = placeOf(row[axis] ?? null, kind);
    if (place === null) continue;
    let at = places.get(place);
    if (at === undefined) places.set(place, (at = places.size));
    const part = parts.map((of) => String(row[of] ?? "") || "(empty)").join(", ");
    for (const of of values) {
      const name = nameOf(part, columns[of]!.name, values.length > 1);
      const list = found.get(name) ?? [];
      if (!found.has(name)) found.set(name, list);
      list[at] = (list[at] ?? 0) + (numberOf(row[of] ?? null) ?? 0);
    }
  }
  if (places.size > mostPlaces[form]) {
    const less = kind === "name" ? "keep the first with top" : "summarize by bin()";
    return {
      why: `${column.name} has ${places.size} values, and more than ${mostPlaces[form]} cannot be told apart in this chart: ${less}.`,
    };
  }
  const all = [...found].map(([name, list]) => ({ name, values: fill(list, places.size) }));
  // Rows without an order come in another one each time, and a series keeps its colour.
  if (parts.length > 0) all.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const { kept, left } = largest(all);
  const order = [...places.keys()].map((place, at) => ({ place, at }));
  if (kind !== "name") order.sort((a, b) => Number(a.place) - Number(b.place));
  return {
    plot: {
      form,
      stack,
      title: render.title ?? "",
      kind,
      places: order.map(({ place }) => place),
      series: kept.map(({ name, values }) => ({ name, values: order.map(({ at }) => values[at] ?? null) })),
      xTitle: render.xTitle ?? column.name,
      yTitle: render.yTitle ?? (values.length === 1 ? columns[values[0]!]!.name : ""),
      legend: render.legend !== "hidden",
      left,
    },
  };
}

/** Bars and pies have a place for each value, numbers such as ports included. */
function onNames(form: Form): boolean {
  return form === "bar" || form === "column" || form === "pie";
}

function nameOf(part: string, value: string, several: boolean): string {
  return part === "" ? value : several ? `${part}: ${value}` : part;
}

function placeOf(value: Value, kind: Plot["kind"]): number | string | null {
  if (kind === "name") return String(value ?? "") || "(empty)";
  if (value === null) return null;
  const place = kind === "time" ? Date.parse(String(value)) : Number(value);
  return Number.isNaN(place) ? null : place;
}

function numberOf(value: Value): number | null {
  if (value === null || value === "") return null;
  const read = typeof value === "string" && value.includes(":") ? ticks(value) : Number(value);
  return read === null || !Number.isFinite(read) ? null : read;
}

function fill(list: readonly (number | null)[], length: number): (number | null)[] {
  return Array.from({ length }, (_, at) => list[at] ?? null);
}

/** The series of the greatest sums, in their order. */
function largest(all: Series[]): { kept: Series[]; left: string } {
  if (all.length <= mostSeries) return { kept: all, left: "" };
  const sum = ({ values }: Series) => values.reduce<number>((total, value) => total + Math.abs(value ?? 0), 0);
  const first = new Set(all.toSorted((a, b) => sum(b) - sum(a)).slice(0, mostSeries));
  return {
    kept: all.filter((series) => first.has(series)),
    left: `The ${mostSeries} largest of ${all.length} series.`,
  };
}

/** A card is the first row, a value each. */
function card({ columns, rows }: Answer, render: Render): Drawing {
  const places = columns.map(({ name }) => name);
  const values = columns.map((_, at) => String(rows[0]![at] ?? ""));
  return {
    plot: {
      form: "card",
      stack: "no",
      title: render.title ?? "",
      kind: "name",
      places,
      series: values.map((name) => ({ name, values: [] })),
      xTitle: "",
      yTitle: "",
      legend: false,
      left: rows.length > 1 ? `The first of ${rows.length} rows.` : "",
    },
  };
}
