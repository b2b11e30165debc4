import type { Asked } from "../api/asked";
import type { UseQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { TrafficAnswer } from "../api/types";
import { formatFull, formatMeasure, type Unit, units } from "../lib/format";
import { formatSpan, second, type Zone, zoneName } from "../lib/time";
import type { Extent, Span } from "../range/range";
import { useTheme } from "../shell/theme";
import tooltipStyles from "./Bars.module.css";
import { type Course, type Ghost, pick, places } from "./course";
import { CourseCard } from "./CourseCard";
import { parts, partTotals, partValues, peak } from "./series";

interface Props {
  /** Where in the API it is asked. */
  asked: Asked;
  traffic: UseQueryResult<TrafficAnswer>;
  /** The same in the time that it is compared with, and what that is called; null where nothing is compared. */
  then: Then | null;
  extent: Extent;
  span: Span;
  unit: Unit;
  zone: Zone;
}

export interface Then {
  name: string;
  /** Not yet there: undefined. */
  traffic: TrafficAnswer | undefined;
}

/** Allowed and denied, in and out, over time. */
export function TrafficCard({ traffic, then, asked, span, unit, zone, extent }: Props) {
  const { data } = traffic;
  const { parts: colours } = useTheme();
  const [name, before] = [then?.name ?? null, then?.traffic];
  const course = useMemo((): Course | null => {
    if (!data) return null;
    const values = partValues(data, unit);
    const of = courseOf(data);
    return {
      ...of,
      parts: parts.map(({ id, name, direction }) => {
        return { id, name, colour: colours[id], values: values[id], down: direction === "out" };
      }),
      ghost: name !== null && before ? ghostOf(data, before, name, unit) : null,
    };
  }, [data, before, name, unit, colours]);
  const tooltip = useCallback(
    (index: number) => (data ? tooltipOf(data, before && name ? { name, before } : null, index, unit, zone) : ""),
    [data, before, name, unit, zone],
  );
  const summary = useMemo(() => (data ? summarise(data, unit, zone) : ""), [data, unit, zone]);
  return (
    <CourseCard
      title="Traffic over time"
      hint={(bar) =>
        `In is above, out below the line · ${bar} · drag to zoom${unit === "flows" ? "" : ` · denied flows carry no ${unit}`}`
      }
      query={traffic}
      asked={asked}
      course={course}
      most={parts.length}
      against={name}
      tooltip={tooltip}
      summary={summary}
      extent={extent}
      span={span}
      unit={unit}
      zone={zone}
    />
  );
}

function courseOf({ times, grainSeconds }: TrafficAnswer) {
  return { times: times.map((time) => Date.parse(time)), grain: grainSeconds * second };
}

/** Which bucket of the time before lies at the place of each bucket. */
function placesOf(data: TrafficAnswer, before: TrafficAnswer): number[] {
  return places(courseOf(data), courseOf(before), Date.parse(data.from) - Date.parse(before.from));
}

function ghostOf(data: TrafficAnswer, before: TrafficAnswer, name: string, unit: Unit): Ghost {
  const at = placesOf(data, before);
  const values = partValues(before, unit);
  return {
    name,
    times: pick(courseOf(before).times, at),
    parts: parts.map(({ id, direction }) => ({ id, down: direction === "out", values: pick(values[id], at) })),
  };
}

/** The chart in a few sentences, for those who cannot see it. */
function summarise(data: TrafficAnswer, unit: Unit, zone: Zone): string {
  const values = partValues(data, unit);
  const totals = partTotals(data);
  const { times, grain } = courseOf(data);
  const at = peak(values);
  const [from, to] = [Date.parse(data.from), Date.parse(data.to)];
  const sentences = [
    `${unit} from ${formatSpan(from, to, zone)} ${zoneName(to, zone)}.`,
    `In all: ${parts.map((part) => `${part.name.toLowerCase()} ${formatFull(totals[part.id][unit], unit)}`).join(", ")}.`,
  ];
  const time = times[at];
  if (time !== undefined) {
    const sum = parts.reduce((all, part) => all + (values[part.id][at] ?? 0), 0);
    sentences.push(`Most in ${formatSpan(time, time + grain, zone)}: ${formatFull(sum, unit)}.`);
  }
  return sentences.join(" ");
}

type Compared = { name: string; before: TrafficAnswer } | null;

/** All values of a bucket; nothing in it comes from a log, so it is safe as HTML. */
function tooltipOf(traffic: TrafficAnswer, then: Compared, index: number, unit: Unit, zone: Zone): string {
  const { times, grain } = courseOf(traffic);
  const at = times[index]!;
  const row = (head: string, of: TrafficAnswer, place: number, ids: readonly (typeof parts)[number]["id"][]) => {
    const cells = units.map((each) => {
      const values = partValues(of, each);
      const sum = ids.reduce((all, id) => all + (values[id][place] ?? 0), 0);
      return `<td${each === unit ? " data-on" : ""}>${formatMeasure(sum, each)}</td>`;
    });
    return `<tr><th>${head}</th>${cells.join("")}</tr>`;
  };
  const head = units.map((each) => `<th${each === unit ? " data-on" : ""}>${each}</th>`).join("");
  const rows = parts.map(({ id, name }) =>
    row(`<i style="background:var(--part-${id})"></i>${name}`, traffic, index, [id]),
  );
  const ids = parts.map(({ id }) => id);
  let beside = "";
  if (then) {
    const place = placesOf(traffic, then.before)[index]!;
    const start = courseOf(then.before).times[place];
    if (start !== undefined) {
      rows.push(row("All", traffic, index, ids), row(ghostHead(then.name), then.before, place, ids));
      beside = ghostFoot(then.name, start, grain, zone);
    }
  }
  const span = formatSpan(at, at + grain, zone);
  return `<div class="${tooltipStyles.tooltip}"><b>${span} ${zoneName(at, zone)}</b><table><tr><td></td>${head}</tr>${rows.join("")}</table>${beside}</div>`;
}

/** The name of what is compared with, beside the line that it has in the chart. */
export function ghostHead(name: string): string {
  return `<i class="${tooltipStyles.then}"></i>${name}`;
}

/** When that was. */
export function ghostFoot(name: string, start: number, grain: number, zone: Zone): string {
  return `<p>${name}: ${formatSpan(start, start + grain, zone)}</p>`;
}
