import { Button } from "../parts/Button";
import styles from "./Failure.module.css";

/** One answer is missing; the rest of the page goes on. */
export function Failure({ error, again }: { error: Error; again: () => void }) {
  return (
    <div role="alert" className={styles.failure}>
      <p>Cannot show this: {error.message}</p>
      <Button size="small" onClick={again}>
        Ask again
      </Button>
    </div>
  );
}
