import { Button } from "../parts/Button";
import { Refused } from "../api/client";
import styles from "./Facts.module.css";

/** Why there is no answer, in the words of the server where it has some, and what can be done. */
export function Unanswered({ what, error, again }: { what: string; error: Error; again: () => void }) {
  return (
    <div role="alert" className={styles.unanswered}>
      <p>
        <b>Nothing can be said about {what}.</b>
      </p>
      {error instanceof Refused ? (
        <p>The server answered: {error.message}</p>
      ) : (
        <p>
          The server does not answer. Is <code>weir serve</code> still running?
        </p>
      )}
      <Button onClick={again}>Ask again</Button>
    </div>
  );
}
