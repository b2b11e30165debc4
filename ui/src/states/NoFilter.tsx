import { Button } from "../parts/Button";
import { State } from "./State";
import styles from "./State.module.css";

/** The address has a filter that is none. */
export function NoFilter({ error, clear }: { error: Error; clear: () => void }) {
  return (
    <State title="The filter cannot be read">
      <p role="alert">{error.message}</p>
      <div className={styles.row}>
        <Button appearance="primary" onClick={clear}>
          Clear the filter
        </Button>
      </div>
    </State>
  );
}
