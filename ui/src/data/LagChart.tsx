import type { SourceLag } from "../api/types";
import { formatInteger } from "../lib/format";
import { formatLag, lagOf, quartersOf } from "../lib/sources";
import { formatClock, minute, type Zone, zoneName } from "../lib/time";
import { DataTable } from "../parts/DataTable";
import styles from "./LagChart.module.css";

const height = 96;
const minutes = 180;

/** What the lines are at, in seconds. A lag of a second and one of ten minutes are both to be seen. */
const rungs = [1, 10, 60, 600, 3600, 36_000];

interface Props {
  lags: readonly SourceLag[];
  now: number;
  zone: Zone;
}

/** How long blocks took until they could be asked for, by the minute in which they were written: the mean, and the most. */
export function LagChart({ lags, now, zone }: Props) {
  const end = Math.ceil(now / minute) * minute;
  const begin = end - minutes * minute;
  const shown = lags.filter(({ at }) => Date.parse(at) >= begin && Date.parse(at) < end);
  const whole = lagOf(shown);
  const top = rungs.find((rung) => rung > Math.max(10, whole?.most ?? 0)) ?? rungs.at(-1)!;
  const y = (seconds: number) => height * (1 - Math.log(Math.max(0.5, seconds) / 0.5) / Math.log(top / 0.5));
  const label = whole
    ? `Chart of the lag in the last three hours: ${formatInteger(whole.blocks)} blocks, ${formatLag(whole.mean)} in the mean, ${formatLag(whole.most)} at most. Below it is a table.`
    : "Chart of the lag in the last three hours: nothing was read as it was written.";
  return (
    <div className={styles.lag}>
      <div className={styles.chart}>
        {rungs
          .filter((rung) => rung <= top)
          .map((rung) => (
            <span key={rung} className={styles.rung} style={{ top: y(rung) }} aria-hidden="true">
              {formatLag(rung).replace(".0", "")}
            </span>
          ))}
        <svg viewBox={`0 0 ${minutes} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {shown.map(({ at, blocks, mean, most }) => {
            const x = (Date.parse(at) - begin) / minute;
            return (
              <g key={at}>
                <title>{`${formatClock(Date.parse(at), zone)}: ${formatInteger(blocks)} ${blocks === 1 ? "block" : "blocks"}, mean ${formatLag(mean)}, most ${formatLag(most)}`}</title>
                <rect className={styles.hit} x={x} width={1} y={0} height={height} />
                <rect className={styles.most} x={x + 0.1} width={0.8} y={y(most)} height={y(mean) - y(most)} />
                <rect className={styles.mean} x={x + 0.1} width={0.8} y={y(mean) - 1.5} height={3} />
              </g>
            );
          })}
        </svg>
        {!whole && <p className={styles.none}>Nothing was read as it was written yet</p>}
      </div>
      <div className={styles.ends}>
        <span>{formatClock(begin, zone)}</span>
        <span className={styles.legend}>
          <i className={styles.meanKey} /> mean <i className={styles.mostKey} /> up to the most
        </span>
        <span>
          {formatClock(end, zone)} {zoneName(end, zone)}
        </span>
      </div>
      <details className={styles.details}>
        <summary>As a table</summary>
        <Quarters lags={shown} zone={zone} />
      </details>
    </div>
  );
}

/** The same by quarters of an hour, the last first. */
function Quarters({ lags, zone }: { lags: readonly SourceLag[]; zone: Zone }) {
  return (
    <DataTable
      caption="Lag by quarters of an hour"
      rows={quartersOf(lags)}
      rowKey={({ at }) => String(at)}
      columns={[
        { name: "From", cell: ({ at }) => `${formatClock(at, zone)} ${zoneName(at, zone)}` },
        { name: "Blocks", number: true, cell: ({ blocks }) => formatInteger(blocks) },
        { name: "Mean", number: true, cell: ({ mean }) => formatLag(mean) },
        { name: "Most", number: true, cell: ({ most }) => formatLag(most) },
      ]}
    />
  );
}
