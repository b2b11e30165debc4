import { formatFull, type Measures, type Unit } from "../lib/format";
import styles from "./ShareBar.module.css";
import { type PartId, parts } from "./series";

/** A part of a row's measure, in the colour of that part of the traffic. */
export interface Segment {
  part: PartId;
  /** What it is called here, where that is not the part's own name. */
  name?: string;
  measures: Measures;
}

/** A bar as long as the row is against the largest, made of its parts. */
export function ShareBar({ segments, unit, most }: { segments: Segment[]; unit: Unit; most: number }) {
  const shown = segments.filter((segment) => segment.measures[unit] > 0);
  const title = shown.map((segment) => `${nameOf(segment)}: ${formatFull(segment.measures[unit], unit)}`).join("\n");
  return (
    <span className={styles.bar} title={title}>
      {shown.map((segment) => (
        <span
          key={segment.part}
          style={{
            width: `${(segment.measures[unit] / most) * 100}%`,
            background: `var(--part-${segment.part})`,
          }}
        />
      ))}
      <span className="hidden">{title}</span>
    </span>
  );
}

function nameOf(segment: Segment): string {
  return segment.name ?? parts.find((part) => part.id === segment.part)!.name;
}
