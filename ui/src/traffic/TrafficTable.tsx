import { useMemo } from "react";
import type { TrafficAnswer } from "../api/types";
import type { Unit } from "../lib/format";
import { formatSpan, second, type Zone, zoneName } from "../lib/time";
import { Value } from "../parts/Value";
import { parts, partValues } from "./series";
import styles from "./TrafficTable.module.css";

/** The chart's values as a table: the same buckets, newest first. */
export function TrafficTable({ traffic, unit, zone }: { traffic: TrafficAnswer; unit: Unit; zone: Zone }) {
  const values = useMemo(() => partValues(traffic, unit), [traffic, unit]);
  const grain = traffic.grainSeconds * second;
  const to = Date.parse(traffic.to);
  const rows = traffic.times.map((time, i) => ({ at: Date.parse(time), i })).toReversed();
  return (
    // The region scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Traffic over time, as a table">
      <table className={styles.table}>
        <caption className="hidden">Traffic over time in {unit}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time ({zoneName(to, zone)})</th>
            {parts.map((part) => (
              <th key={part.id} scope="col" className={styles.right}>
                {part.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, i }) => (
            <tr key={at}>
              <th scope="row" className="number">
                {formatSpan(at, at + grain, zone)}
              </th>
              {parts.map((part) => (
                <td key={part.id} className={styles.right}>
                  <Value value={values[part.id][i] ?? 0} unit={unit} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
