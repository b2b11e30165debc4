import { useNow } from "../lib/hooks";
import { ProgressBar } from "../parts/ProgressBar";
import { formatDuration } from "../lib/time";
import styles from "./Search.module.css";

/** That a query runs, and for how long; its room is there always. */
export function Progress({ since }: { since: number | null }) {
  return (
    <div className={styles.progress} role="status">
      {since === null ? (
        <span className={styles.keys}>Ctrl+Enter or Shift+Enter runs, Esc cancels</span>
      ) : (
        <Running since={since} />
      )}
    </div>
  );
}

function Running({ since }: { since: number }) {
  const now = useNow(500);
  return (
    <>
      <span className={styles.bar}>
        <ProgressBar label="The query is running" />
      </span>
      <span className="number">Running for {formatDuration(Math.max(0, now - since))}</span>
    </>
  );
}
