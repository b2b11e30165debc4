import type { Asked } from "../api/asked";
import { AsKQL } from "../search/AsKQL";
import { ZoomOutRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useId, useMemo, useState } from "react";
import { capital, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { day, formatClock, formatDuration, type Zone, zoneOffset } from "../lib/time";
import { Button } from "../parts/Button";
import { Segmented } from "../parts/Segmented";
import { type Extent, type Span, zoomOut } from "../range/range";
import { useTheme } from "../shell/theme";
import { Failure } from "../states/Failure";
import bars from "./Bars.module.css";
import styles from "./CourseCard.module.css";
import { type Course, dashes, ghostLines, type Line, signed } from "./course";

// Fetched along with the data, not after it.
const chartModule = import("./Bars");
const Bars = lazy(() => chartModule);
const CourseTable = lazy(() => import("./CourseTable"));

const trends = [
  { value: "bars", label: "Bars", title: "One on the other" },
  { value: "lines", label: "Lines", title: "Each for itself" },
  { value: "table", label: "Table", title: "All values" },
] as const;

interface Props {
  title: string;
  /** Where in the API it is asked. */
  asked: Asked;
  /** What is to be known of the chart; nothing before it is there. */
  hint: (bar: string) => string;
  /** Of what the course is. */
  query: Pick<UseQueryResult, "isError" | "isPending" | "error" | "refetch">;
  course: Course | null;
  /** How many parts it can have: room is kept for their names. */
  most: number;
  /** Whether these are long. */
  long?: boolean;
  /** What the course is compared with, if anything, whether it is there yet or not. */
  against: string | null;
  /** What is said of a bucket, as HTML: what comes from a log must be made harmless. */
  tooltip: (index: number) => string;
  /** The course in words, for those who cannot see it: what it is of, and its sums. */
  summary: string;
  extent: Extent;
  span: Span;
  unit: Unit;
  zone: Zone;
}

/** Something over time: as bars, as lines or as a table, beside what it was in the time that it is compared with. */
export function CourseCard({
  title,
  asked,
  hint,
  query,
  course,
  most,
  long = false,
  against,
  tooltip,
  summary,
  ...about
}: Props) {
  const { extent, span, unit, zone } = about;
  const [{ range, trend }, change] = useView();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { theme } = useTheme();
  const id = useId();
  const grey = theme.colorNeutralForeground2;
  const drawn = useMemo(
    () =>
      course && { bars: trend === "bars" ? barsOf(course, hidden) : [], lines: linesOf(course, hidden, trend, grey) },
    [course, hidden, trend, grey],
  );
  const partial = course ? course.times.findIndex((at) => at + course.grain > extent.last) : -1;
  const said = useCallback(
    (index: number) => tooltip(index) + (partial >= 0 && index >= partial ? partialNote(extent.last, zone) : ""),
    [tooltip, partial, extent.last, zone],
  );
  const toggle = (part: string) => {
    const next = new Set(hidden);
    if (!next.delete(part)) next.add(part);
    setHidden(next);
  };
  const keys = (course?.parts ?? []).map(({ id, name, colour }, i) => ({ id, name, colour, dash: dashes[i] ?? "" }));
  return (
    <section className={`card ${styles.card}`} aria-labelledby={id} data-course={trend}>
      <div className={styles.head}>
        <div className={styles.heading}>
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          <p className={styles.hint}>{course && hint(barOf(course, zone))}</p>
        </div>
        <div className={styles.actions}>
          <AsKQL what={title.toLowerCase()} asked={asked} />
          <Button
            size="small"
            appearance="subtle"
            icon={<ZoomOutRegular />}
            disabled={range.kind === "all"}
            onClick={() => change({ range: zoomOut(span, extent) })}
          >
            Zoom out
          </Button>
          <Segmented
            label="Over time as"
            size="small"
            value={trend}
            options={trends}
            onChange={(value) => change({ trend: value })}
          />
        </div>
      </div>
      {trend !== "table" && (
        <div
          className={styles.legend}
          data-long={long}
          style={{ "--lines": Math.ceil((most + (against ? 2 : 1)) / (long ? 1 : 2)) } as React.CSSProperties}
          role="group"
          aria-label="Shown in the chart"
        >
          {keys.map(({ id, name, colour, dash }) => (
            <Key key={id} name={name} shown={!hidden.has(id)} toggle={() => toggle(id)}>
              {trend === "lines" ? (
                <Stroke colour={colour} dash={dash} />
              ) : (
                <span className={styles.swatch} style={{ "--colour": colour } as React.CSSProperties} />
              )}
            </Key>
          ))}
          {against && course && (
            <Key name={capital(against)} shown={!hidden.has(ghost)} toggle={() => toggle(ghost)}>
              <Stroke colour={grey} dash={ghostDash} width={1.5} />
            </Key>
          )}
          {partial >= 0 && (
            <span
              className={styles.open}
              title={`The data ends ${formatClock(extent.last, zone, true)}: the numbers grow`}
            >
              <span className={styles.hatch} />
              Not whole yet
            </span>
          )}
        </div>
      )}
      <div className={styles.body}>
        {query.isError && !course && <Failure error={query.error as Error} again={() => void query.refetch()} />}
        {query.isPending && <div className={styles.skeleton} aria-label="Reading the course" role="status" />}
        <Suspense>
          {course && trend === "table" && <CourseTable title={title} course={course} unit={unit} zone={zone} />}
          {course && drawn && trend !== "table" && (
            <Bars
              {...drawn}
              times={course.times}
              grain={course.grain}
              unit={unit}
              zone={zone}
              tooltip={said}
              partial={partial < 0 ? course.times.length : partial}
              summary={`${trend === "bars" ? "Bar" : "Line"} chart of ${summary} As a table it has all values.`}
              onZoom={(from, to) => change({ range: { kind: "custom", from, to } })}
            />
          )}
        </Suspense>
      </div>
    </section>
  );
}

/** How much time a bar is of. */
function barOf({ grain, times }: Course, zone: Zone): string {
  const elsewhere = grain >= day && times.some((at) => zoneOffset(at, zone) !== 0);
  return `${formatDuration(grain)} a bar${elsewhere ? ", from midnight UTC" : ""}`;
}

/** What is said of a bucket that the data does not fill yet. */
function partialNote(last: number, zone: Zone): string {
  return `<p class="${bars.partial}">Not whole: the data ends ${formatClock(last, zone, true)}</p>`;
}

const ghost = "then";
export const ghostDash = "5 3";

function barsOf({ parts }: Course, hidden: ReadonlySet<string>) {
  return parts.map(({ id, name, colour, down, values }) => ({
    name,
    colour,
    values: signed(
      values.map((value) => (hidden.has(id) ? 0 : value)),
      down,
    ),
  }));
}

function linesOf(course: Course, hidden: ReadonlySet<string>, trend: string, grey: string): Line[] {
  const parts = course.parts.map(({ id, colour, down, values }, i): Line => {
    return { id, colour, dash: dashes[i] ?? "", width: 2, values: hidden.has(id) ? [] : signed(values, down) };
  });
  const then = course.ghost && !hidden.has(ghost) ? ghostLines(course.ghost, hidden) : [];
  return [
    ...(trend === "lines" ? parts : []),
    ...then.map(({ down, values }): Line => {
      return {
        id: `${ghost}${down ? "-down" : ""}`,
        colour: grey,
        dash: ghostDash,
        width: 1.5,
        values: signed(values, down),
      };
    }),
  ];
}

interface KeyProps {
  name: string;
  shown: boolean;
  toggle: () => void;
  children: React.ReactNode;
}

function Key({ name, shown, toggle, children }: KeyProps) {
  return (
    <button
      type="button"
      className={styles.key}
      data-short={name.length <= 14}
      aria-pressed={shown}
      title={`Show or hide ${name}`}
      onClick={toggle}
    >
      {children}
      <span className={styles.name}>{name}</span>
    </button>
  );
}

function Stroke({ colour, dash, width = 2.5 }: { colour: string; dash: string; width?: number }) {
  return (
    <svg className={styles.stroke} width="20" height="12" aria-hidden="true">
      <line x1="0" y1="6" x2="20" y2="6" stroke={colour} strokeWidth={width} strokeDasharray={dash} />
    </svg>
  );
}
