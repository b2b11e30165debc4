import { Button } from "../parts/Button";
import { State } from "./State";
import styles from "./State.module.css";

interface Props {
  where: string;
  /** How to say it where the page and not the reader chose the filter. */
  none: string | undefined;
  clear: () => void;
  /** Undefined where it is all the data already. */
  showAll: (() => void) | undefined;
}

/** There may be data in the range, but none that the filter lets pass. */
export function NoFlowsPass({ where, none, clear, showAll }: Props) {
  return (
    <State title={none ?? "No flows pass the filter"}>
      <p>
        In this range there is none that is <code>{where}</code>.
      </p>
      <div className={styles.row}>
        {none === undefined && (
          <Button appearance="primary" onClick={clear}>
            Clear the filter
          </Button>
        )}
        {showAll && <Button onClick={showAll}>Look in all the data</Button>}
      </div>
    </State>
  );
}
