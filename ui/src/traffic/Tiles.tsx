import { capital, formatChange, formatFull, type Measures, type Unit, units } from "../lib/format";
import type { Span } from "../range/range";
import { formatSpan, type Zone } from "../lib/time";
import { Value } from "../parts/Value";
import { type PartId, parts } from "./series";
import styles from "./Tiles.module.css";

type Totals = Record<PartId, Measures>;

interface Props {
  totals: Totals | undefined;
  before: Totals | undefined;
  /** What the totals before are of; null where the data does not go back that far. */
  beforeSpan: Span | null;
  /** What that is called. */
  against: string;
  unit: Unit;
  zone: Zone;
}

/** The four totals, in the colours of the chart. */
export function Tiles({ totals, before, beforeSpan, against, unit, zone }: Props) {
  return (
    <section aria-label="Totals" className={styles.tiles}>
      {parts.map((part) => {
        const total = totals?.[part.id];
        const past = before?.[part.id];
        return (
          <div key={part.id} className={`card ${styles.tile}`} data-part={part.id}>
            <div className={styles.head}>
              <span className={styles.swatch} style={{ background: `var(--part-${part.id})` }} />
              <h2 className={styles.name}>{part.name}</h2>
              {total && past && beforeSpan && (
                <Change
                  now={total[unit]}
                  before={past[unit]}
                  unit={unit}
                  against={against}
                  when={formatSpan(beforeSpan.from, beforeSpan.to, zone)}
                />
              )}
            </div>
            {total && (
              <>
                <p className={styles.main} data-unit={unit}>
                  <Value value={total[unit]} unit={unit} />
                  {unit !== "bytes" && <span className={styles.unit}>{unit}</span>}
                </p>
                <p className={styles.others}>
                  {units
                    .filter((other) => other !== unit)
                    .map((other) => (
                      <Value key={other} value={total[other]} unit={other} named />
                    ))}
                </p>
              </>
            )}
          </div>
        );
      })}
    </section>
  );
}

interface ChangeProps {
  now: number;
  before: number;
  unit: Unit;
  against: string;
  /** When that was. */
  when?: string;
}

/** How a number changed, and against what: in sight where there is room for it, else on hover. */
export function Change({ now, before, unit, against, when }: ChangeProps) {
  const title = `${capital(against)}${when ? `, ${when}` : ""}: ${formatFull(before, unit)}`;
  return (
    <p className={`${styles.change} number`} title={title}>
      {formatChange(now, before) ?? "new"}
      <span className={styles.against}> vs {against}</span>
    </p>
  );
}
