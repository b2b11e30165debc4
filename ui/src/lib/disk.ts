// How what uses the disk is told on the page.

import type { StoreAnswer } from "../api/types";
import { formatBytes, formatCount } from "./format";

/** A day in UTC, by which things are kept: 2026-11-01. */
const date = (at: string) => at.slice(0, 10);

/** From when on what detail exists. */
export function detailOf({ detail }: StoreAnswer): string {
  const parts: [string, string | null][] = [
    ["by interval", detail.intervals],
    ["by hour", detail.hours],
    ["by day", detail.days],
  ];
  return parts
    .filter(([, from]) => from !== null)
    .map(([what, from]) => `${what} from ${date(from!)}`)
    .join(", ");
}

/** How long things are kept. */
export function keptOf({ retention }: StoreAnswer): string {
  const { intervals, hours, days } = retention;
  if ([intervals, hours, days].every((span) => span === "0")) return "everything, for ever";
  const kept = (span: string) => (span === "0" ? "for ever" : `for ${span}`);
  return `intervals ${kept(intervals)}, sums by hour ${kept(hours)}, sums by day ${kept(days)}`;
}

/** What each day like the last one adds. */
export function growthOf({ growth }: StoreAnswer): string {
  return growth.from === null ? "" : `${formatCount(growth.rows)} rows and ${formatBytes(growth.bytes)} a day`;
}

/** Where that leads. */
export function outlookOf({ growth, disk }: StoreAnswer): string {
  if (growth.from === null) return "";
  const full =
    growth.full !== null
      ? `; the disk is full on ${date(growth.full)}`
      : disk.size > 0
        ? "; the disk is not full within ten years"
        : "";
  return `${formatBytes(growth.in30Days)}${full}`;
}

const names: Record<string, string> = {
  facts: "Flows by interval",
  hours: "Sums by hour",
  days: "Sums by day",
  hosts: "Addresses and what they were",
  endpoints: "Machines, networks, countries",
  ledger: "Log objects and rejects",
  documents: "Inventories, tags, feeds",
  other: "Rules, indexes, the catalogue",
};

/** What a table is, in words. */
export function tableName(name: string): string {
  return names[name] ?? name;
}

/** The days that a table has. */
export function periodOf({ first, last }: StoreAnswer["tables"][number]): string {
  if (!first || !last) return "";
  return date(first) === date(last) ? date(first) : `${date(first)} – ${date(last)}`;
}
