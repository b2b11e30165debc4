import type { ReactNode } from "react";
import styles from "./Pairs.module.css";

/** Names with their values; what has no value is left out. */
export function Pairs({ of }: { of: Record<string, ReactNode> }) {
  const shown = Object.entries(of).filter(([, value]) => value !== "" && value !== null && value !== false);
  if (shown.length === 0) return null;
  return (
    <dl className={styles.pairs}>
      {shown.map(([name, value]) => (
        <div key={name} className={styles.pair}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
