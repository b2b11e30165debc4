// From a traffic answer to what the chart draws.

import type { Measures, Unit } from "../lib/format";
import { day, formatClock, formatDate, hour, minute, type Zone, zoneOffset } from "../lib/time";

export type Direction = "in" | "out";
export type Status = "allowed" | "denied";

/** The four parts that all traffic falls into, in the order they are shown. */
export const parts = [
  { id: "allowedIn", status: "allowed", direction: "in", name: "Allowed in" },
  { id: "allowedOut", status: "allowed", direction: "out", name: "Allowed out" },
  { id: "deniedIn", status: "denied", direction: "in", name: "Denied in" },
  { id: "deniedOut", status: "denied", direction: "out", name: "Denied out" },
] as const satisfies readonly { id: string; status: Status; direction: Direction; name: string }[];

export type PartId = (typeof parts)[number]["id"];

/** The shape of a traffic answer that the functions here need. */
export interface TrafficLike {
  times: string[];
  series: { direction: Direction; status: Status; flows: number[]; packets: number[]; bytes: number[] }[];
  totals: { direction: Direction; status: Status; measures: Measures }[];
}

/** The values of each part in one unit, one for each bucket. */
export function partValues(traffic: TrafficLike, unit: Unit): Record<PartId, number[]> {
  const values = (direction: Direction, status: Status) =>
    traffic.series.find((each) => each.direction === direction && each.status === status)?.[unit] ??
    traffic.times.map(() => 0);
  return {
    allowedIn: values("in", "allowed"),
    allowedOut: values("out", "allowed"),
    deniedIn: values("in", "denied"),
    deniedOut: values("out", "denied"),
  };
}

/** The totals of each part. */
export function partTotals(traffic: TrafficLike): Record<PartId, Measures> {
  const total = (direction: Direction, status: Status) =>
    traffic.totals.find((each) => each.direction === direction && each.status === status)?.measures ?? {
      flows: 0,
      packets: 0,
      bytes: 0,
    };
  return {
    allowedIn: total("in", "allowed"),
    allowedOut: total("out", "allowed"),
    deniedIn: total("in", "denied"),
    deniedOut: total("out", "denied"),
  };
}

export function isEmpty(traffic: TrafficLike): boolean {
  return traffic.totals.every(({ measures: m }) => m.flows === 0 && m.packets === 0 && m.bytes === 0);
}

/** The bucket in which most happened, all parts together; -1 where nothing did. */
export function peak(values: Record<PartId, number[]>): number {
  let best = -1;
  let most = 0;
  for (let i = 0; i < values.allowedIn.length; i++) {
    const sum = parts.reduce((all, part) => all + (values[part.id][i] ?? 0), 0);
    if (sum > most) {
      most = sum;
      best = i;
    }
  }
  return best;
}

// prettier-ignore
const tickSteps = [
  minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
  day, 2 * day, 7 * day, 14 * day, 28 * day, 91 * day, 364 * day,
];

/**
 * Which buckets carry a label on the axis, and what it says: round times in
 * the zone shown, with the date below where a day begins. At most max labels.
 */
export function ticks(times: readonly number[], zone: Zone, max: number): Map<number, string> {
  const labels = new Map<number, string>();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return labels;

  const step = tickSteps.find((each) => (last - first) / each <= max - 1) ?? tickSteps.at(-1)!;
  const slot = (at: number, width: number) => Math.floor((at + zoneOffset(at, zone)) / width);
  let labelledDay: number | null = null;
  times.forEach((at, i) => {
    const before = times[i - 1];
    const starts =
      before === undefined ? (at + zoneOffset(at, zone)) % step === 0 : slot(at, step) !== slot(before, step);
    if (!starts) return;
    const today = slot(at, day);
    const newDay = today !== labelledDay;
    labelledDay = today;
    if (step >= day) labels.set(i, formatDate(at, zone));
    else labels.set(i, newDay ? `${formatClock(at, zone)}\n${formatDate(at, zone)}` : formatClock(at, zone));
  });
  return labels;
}
