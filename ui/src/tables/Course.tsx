import styles from "./CapacityTab.module.css";

interface Props {
  values: readonly number[];
  /** What is full; 0 where that is not known. */
  limit: number;
  label: string;
}

const height = 56;

/** The course of a rate as bars below the line of what is full. */
export function Course({ values, limit, label }: Props) {
  const most = Math.max(limit, ...values, 1) * 1.05;
  const line = height - (limit / most) * height;
  return (
    <svg
      className={styles.course}
      viewBox={`0 0 ${Math.max(1, values.length)} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map((value, i) => (
        <rect
          // A place in time is what tells points apart.
          // oxlint-disable-next-line react/no-array-index-key
          key={i}
          x={i + 0.1}
          width={0.8}
          y={height - (value / most) * height}
          height={(value / most) * height}
          data-full={limit > 0 && value >= 0.8 * limit}
        />
      ))}
      {limit > 0 && <line x1={0} x2={values.length} y1={line} y2={line} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
