import styles from "./Facts.module.css";

/** Keeps the room of what is being asked for. */
export function Waiting() {
  return (
    <div role="status" aria-label="Looking it up" className={styles.waiting}>
      {[140, 110, 180].map((height) => (
        <div key={height} className={styles.skeleton} style={{ height }} />
      ))}
    </div>
  );
}
