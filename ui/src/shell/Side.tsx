import { Navigation } from "./Navigation";
import styles from "./Side.module.css";

/** The navigation beside the page. */
export function Side({ folded }: { folded: boolean }) {
  return (
    <div className={styles.side} data-folded={folded}>
      <Navigation folded={folded} />
    </div>
  );
}
