// Values of an answer as text, by their type, and in order.

import { type Zone, formatDate, formatClock } from "../lib/time";
import type { Cell } from "../lib/csv";
import type { Column, Value } from "./ask";

const numbers = new Set(["int", "long", "real", "decimal"]);

export function isNumber({ type }: Column): boolean {
  return numbers.has(type);
}

export function isTime({ type }: Column): boolean {
  return type === "datetime";
}

/** A value as the table shows it; times to the part of a second that they have. */
export function show(value: Value, { type }: Column, zone: Zone): string {
  if (value === null) return "";
  if (type === "datetime" && typeof value === "string") return showTime(value, zone);
  return String(value);
}

function showTime(text: string, zone: Zone): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  const [, fraction = ""] = /(\.\d+)Z$/.exec(text) ?? [];
  return `${formatDate(at, zone)} ${formatClock(at, zone, true)}${fraction}`;
}

/** A dynamic in lines, where it is a list or a bag. */
export function spread(value: Value, { type }: Column): string | null {
  if (type !== "dynamic" || typeof value !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? JSON.stringify(parsed, null, 2) : null;
  } catch {
    return null;
  }
}

/** A value for other programs: times as the API has them. */
export function written(value: Value): Cell {
  return value === null ? "" : typeof value === "boolean" ? String(value) : value;
}

/** A row as one object. Names can recur, and the later ones get a number. */
export function record(columns: readonly Column[], row: readonly Value[]): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  columns.forEach((column, i) => {
    let { name } = column;
    for (let n = 1; name in named; n++) name = `${column.name}${n}`;
    named[name] = parsed(row[i] ?? null, column);
  });
  return named;
}

function parsed(value: Value, { type }: Column): unknown {
  if (type !== "dynamic" || typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export interface Sort {
  /** The place of the column. */
  column: number;
  rising: boolean;
}

/** The rows in order of a column: nulls last, equal ones as they came. */
export function sorted<Row extends readonly Value[]>(
  rows: readonly Row[],
  columns: readonly Column[],
  sort: Sort | null,
): readonly Row[] {
  const column = sort && columns[sort.column];
  if (!sort || !column) return rows;
  const key = keyOf(column);
  const keyed = rows.map((row) => ({ row, key: key(row[sort.column] ?? null) }));
  const way = sort.rising ? 1 : -1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return a.key < b.key ? -way : a.key > b.key ? way : 0;
  });
  return keyed.map(({ row }) => row);
}

function keyOf(column: Column): (value: Value) => string | number | bigint | null {
  switch (column.type) {
    case "int":
    case "real":
    case "decimal":
      return (value) => number(value);
    case "long":
      // Beyond 2^53 it is a text of digits, which only a bigint orders.
      return (value) => (typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : number(value));
    case "timespan":
      return (value) => (typeof value === "string" ? ticks(value) : null);
    case "datetime":
      // Longer fractions sort behind shorter ones once the Z is gone.
      return (value) => (typeof value === "string" ? value.replace("Z", "") : null);
    default:
      return (value) => (value === null ? null : String(value));
  }
}

function number(value: Value): number | null {
  if (value === null || value === "") return null;
  const read = Number(value);
  return Number.isNaN(read) ? null : read;
}

/** "-1.02:03:04.5" in seconds. */
export function ticks(text: string): number | null {
  const parts = /^(-?)(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!parts) return null;
  const [, sign, days = "0", hours, minutes, seconds] = parts;
  const size = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}
