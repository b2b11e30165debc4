// What the reader chose lives in the address, so that a view can be shared,
// reloaded and gone back to. Defaults are left out, to keep it short.

import { type Unit, units } from "./format";
import { defaultRange, type Last, lasts, type Range } from "../range/range";
import { isZone, type Zone } from "./time";

export interface View {
  range: Range;
  unit: Unit;
  zone: Zone;
  /** Which flows, in the language of filters; empty: all. */
  where: string;
  /** How what is shown over time is shown. */
  trend: Trend;
  /** With what numbers are compared. */
  compare: Comparison;
}

/** The time of the same length before, or the same time a week before. */
export type Comparison = "before" | "week" | "none";

export const comparisons: readonly Comparison[] = ["before", "week", "none"];

export type Trend = "bars" | "lines" | "table";

export const trends: readonly Trend[] = ["bars", "lines", "table"];

/** The parts of the address after the question mark. */
export interface Search {
  range?: string;
  from?: string;
  to?: string;
  unit?: string;
  zone?: string;
  where?: string;
  trend?: string;
  compare?: string;
  /** The columns of the page's table, see columns.ts. */
  columns?: string;
  /** Which of the tables of a page, by what it is sorted, and which hundred of its rows. */
  tab?: string;
  sort?: string;
  page?: string;
  /** Which host its page is about: an address or the name of a machine, and the network that it is in, where that is to be said. */
  host?: string;
  network?: string;
  /** Which networks of the map are open, the inside of which of their subnets is shown, and which of its nodes or edges is chosen. */
  open?: string;
  inside?: string;
  chosen?: string;
  /** What part of the world is in sight, what of the map was switched on or off, and which country it is about. */
  sight?: string;
  switched?: string;
  country?: string;
  /** What the panel at the side is about, see panel.ts. */
  address?: string;
  flow?: string;
  at?: string;
  vnet?: string;
  /** What the page "Search" asks, in KQL, and "query" where the text alone says of what time. */
  q?: string;
  timespan?: string;
}

/** Reads a view; what cannot be read is as if it were not there. */
export function readView(search: Search): View {
  return {
    range: readRange(search),
    unit: units.find((unit) => unit === search.unit) ?? "flows",
    zone: readZone(search.zone),
    where: search.where?.trim() ?? "",
    trend: trends.find((trend) => trend === search.trend) ?? "bars",
    compare: comparisons.find((compare) => compare === search.compare) ?? "before",
  };
}

function readZone(zone = "utc"): Zone {
  return zone === "local" || (isZone(zone) && zone.toLowerCase() !== "utc") ? zone : "utc";
}

function readRange(search: Search): Range {
  const from = Date.parse(search.from ?? "");
  const to = Date.parse(search.to ?? "");
  if (from < to) return { kind: "custom", from, to };
  if (search.range === "all") return { kind: "all" };
  const last = lasts.find((each) => each === search.range);
  return last ? { kind: "last", last } : defaultRange;
}

export function writeView(view: View): Search {
  const search: Search = {};
  const { range } = view;
  if (range.kind === "custom") {
    search.from = writeMoment(range.from);
    search.to = writeMoment(range.to);
  } else if (range.kind === "all") {
    search.range = "all";
  } else if (range.last !== (defaultRange as { last: Last }).last) {
    search.range = range.last;
  }
  if (view.unit !== "flows") search.unit = view.unit;
  if (view.zone !== "utc") search.zone = view.zone;
  if (view.where !== "") search.where = view.where;
  if (view.trend !== "bars") search.trend = view.trend;
  if (view.compare !== "before") search.compare = view.compare;
  return search;
}

/** What belongs to this page alone, and goes to no other. */
export function ofPage(search: Search): Search {
  const { columns, tab, sort, host, network, open, inside, chosen, sight, switched, country, q, timespan } = search;
  return {
    ...(columns !== undefined && { columns }),
    ...(tab !== undefined && { tab }),
    ...(sort !== undefined && { sort }),
    ...(host !== undefined && { host }),
    ...(network !== undefined && { network }),
    ...(open !== undefined && { open }),
    ...(inside !== undefined && { inside }),
    ...(chosen !== undefined && { chosen }),
    ...(sight !== undefined && { sight }),
    ...(switched !== undefined && { switched }),
    ...(country !== undefined && { country }),
    ...(q !== undefined && { q }),
    ...(timespan !== undefined && { timespan }),
  };
}

/** RFC 3339 in UTC, without empty milliseconds. */
export function writeMoment(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

const keys: readonly (keyof Search)[] = [
  "range",
  "from",
  "to",
  "unit",
  "zone",
  "where",
  "trend",
  "compare",
  "columns",
  "tab",
  "sort",
  "page",
  "host",
  "network",
  "open",
  "inside",
  "chosen",
  "sight",
  "switched",
  "country",
  "address",
  "flow",
  "at",
  "vnet",
  "q",
  "timespan",
];

/** Only the parts we know, only as text. */
export function pickSearch(raw: Record<string, unknown>): Search {
  const search: Search = {};
  for (const key of keys) {
    const value = raw[key];
    if (typeof value === "string" && value !== "") search[key] = value;
  }
  return search;
}

/** "?a=b" as an object; plain text, so that addresses stay readable. */
export function parseQuery(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

/** The reverse; what an address may hold as it is stays as it is: times and flows are full of it. */
export function stringifyQuery(search: object): string {
  const entries = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  if (entries.length === 0) return "";
  const text = new URLSearchParams(entries as [string, string][]).toString();
  return `?${text.replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%2F", "/")}`;
}
