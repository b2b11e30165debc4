import { useCallback, useMemo } from "react";
import type { SeriesAnswer } from "../api/types";
import { formatFull, formatMeasure, type Unit } from "../lib/format";
import { formatSpan, second, type Zone, zoneName } from "../lib/time";
import { useTheme } from "../shell/theme";
import bars from "../traffic/Bars.module.css";
import { type Course, type CoursePart, type Ghost, ghostAt, pick, places } from "../traffic/course";
import { CourseCard } from "../traffic/CourseCard";
import { ghostFoot, ghostHead } from "../traffic/TrafficCard";
import type { Table } from "./table";
import type { Series } from "./useSeries";

interface Props {
  table: Table;
  series: Series;
  unit: Unit;
  zone: Zone;
}

/** The first five of a table over time, and the rest of it. */
export function SeriesCard({ table, series: { now, earlier, period, asked }, unit, zone }: Props) {
  const { lines: colours } = useTheme();
  const { data } = now;
  const { extent, scope, against } = period;
  const course = useMemo((): Course | null => {
    if (!data) return null;
    const parts = partsOf(data, table, colours);
    return { ...courseOf(data), parts, ghost: earlier && against !== null ? ghostOf(data, earlier, against) : null };
  }, [data, earlier, against, table, colours]);
  const tooltip = useCallback(
    (index: number) => (course ? tooltipOf(course, index, unit, zone) : ""),
    [course, unit, zone],
  );
  return (
    <CourseCard
      title={`${table.title} over time`}
      hint={(bar) => `The first five, and the rest · ${bar} · drag to zoom`}
      query={now}
      asked={asked}
      course={course}
      most={colours.length}
      long={table.long ?? false}
      against={against}
      tooltip={tooltip}
      summary={data && course ? summarise(table, data, course, unit, zone) : ""}
      extent={extent}
      span={scope}
      unit={unit}
      zone={zone}
    />
  );
}

function courseOf({ times, grainSeconds }: SeriesAnswer) {
  return { times: times.map((time) => Date.parse(time)), grain: grainSeconds * second };
}

function partsOf(data: SeriesAnswer, table: Table, colours: readonly string[]): CoursePart[] {
  const parts = data.series.map(({ keys, hosts, values }, i): CoursePart => {
    const { name, beside } = table.name(keys, hosts);
    const same = data.series.filter((each) => table.name(each.keys, each.hosts).name === name).length > 1;
    return {
      id: keys.join(" "),
      name: same && beside ? `${name} (${beside})` : name || "none",
      colour: colours[i]!,
      values,
    };
  });
  if (data.other.every((value) => value === 0)) return parts;
  return [...parts, { id: "other", name: "Other", colour: colours.at(-1)!, values: data.other }];
}

function ghostOf(data: SeriesAnswer, then: SeriesAnswer, name: string): Ghost {
  const before = courseOf(then);
  const at = places(courseOf(data), before, Date.parse(data.from) - Date.parse(then.from));
  const all = then.other.map((rest, i) => then.series.reduce((sum, { values }) => sum + (values[i] ?? 0), rest));
  return { name, times: pick(before.times, at), parts: [{ id: "all", values: pick(all, at) }] };
}

function summarise(table: Table, data: SeriesAnswer, { parts }: Course, unit: Unit, zone: Zone): string {
  const [from, to] = [Date.parse(data.from), Date.parse(data.to)];
  const sums = parts.map(
    ({ name, values }) =>
      `${name} ${formatFull(
        values.reduce((sum, value) => sum + value, 0),
        unit,
      )}`,
  );
  return `${unit} by ${table.one} from ${formatSpan(from, to, zone)} ${zoneName(to, zone)}. In all: ${sums.join(", ") || "nothing"}.`;
}

/** Names come from logs and inventories, so they must be harmless in HTML. */
function tooltipOf({ times, grain, parts, ghost }: Course, index: number, unit: Unit, zone: Zone): string {
  const at = times[index]!;
  const row = (head: string, value: number) => `<tr><th>${head}</th><td>${formatMeasure(value, unit)}</td></tr>`;
  const rows = parts.map(({ name, colour, values }) =>
    row(`<i style="background:${colour}"></i>${harmless(name)}`, values[index] ?? 0),
  );
  const before = ghost && ghostAt(ghost, index);
  const all = parts.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
  rows.push(row("All", all));
  if (ghost && before !== null) rows.push(row(ghostHead(ghost.name), before));
  const foot = ghost && before !== null ? ghostFoot(ghost.name, ghost.times[index]!, grain, zone) : "";
  const span = formatSpan(at, at + grain, zone);
  return `<div class="${bars.tooltip}"><b>${span} ${zoneName(at, zone)}</b><table><tr><td></td><th>${unit}</th></tr>${rows.join("")}</table>${foot}</div>`;
}

export function harmless(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
