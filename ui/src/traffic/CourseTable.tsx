import type { Unit } from "../lib/format";
import { formatSpan, type Zone, zoneName } from "../lib/time";
import { Value } from "../parts/Value";
import { type Course, ghostAt } from "./course";
import styles from "./CourseTable.module.css";

interface Props {
  title: string;
  course: Course;
  unit: Unit;
  zone: Zone;
}

/** The values of a chart as a table: the same buckets, newest first. */
export default function CourseTable({ title, course, unit, zone }: Props) {
  const { times, grain, parts, ghost } = course;
  const rows = times.map((at, i) => ({ at, i })).toReversed();
  const last = (times.at(-1) ?? 0) + grain;
  return (
    // The region scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table className={styles.table}>
        <caption className="hidden">
          {title} in {unit}, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Time ({zoneName(last, zone)})</th>
            {parts.map(({ id, name }) => (
              <th key={id} scope="col" className={styles.right} title={name}>
                {name}
              </th>
            ))}
            <th scope="col" className={styles.right}>
              All
            </th>
            {ghost && (
              <th scope="col" className={styles.right}>
                {ghost.name}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, i }) => (
            <tr key={at}>
              <th scope="row" className="number">
                {formatSpan(at, at + grain, zone)}
              </th>
              {parts.map(({ id, values }) => (
                <td key={id} className={styles.right}>
                  <Value value={values[i] ?? 0} unit={unit} />
                </td>
              ))}
              <td className={styles.right}>
                <Value value={parts.reduce((sum, { values }) => sum + (values[i] ?? 0), 0)} unit={unit} />
              </td>
              {ghost && <td className={styles.right}>{then(ghostAt(ghost, i), unit)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function then(value: number | null, unit: Unit) {
  return value === null ? "–" : <Value value={value} unit={unit} />;
}
