import { ArrowSyncRegular, InfoRegular } from "@fluentui/react-icons";
import { Hint } from "../parts/Hint";
import styles from "./Strip.module.css";

const once =
  "A flow between two of your machines is logged at both, and sometimes by NSG and VNet logs as well. Every number here counts it once. The rows as they were captured are in the views.";
const settling =
  "Intervals that were just stored are still being compared, so that each conversation counts once. The numbers can only become smaller, in a moment and by themselves.";

/** How the numbers are meant. */
export function Counting({ deduplicated }: { deduplicated: boolean }) {
  return (
    <span className={styles.note}>
      <Hint content={deduplicated ? once : settling}>
        {(handlers) => (
          <button type="button" className={styles.explained} {...handlers}>
            {deduplicated ? <InfoRegular aria-hidden="true" /> : <ArrowSyncRegular aria-hidden="true" />}
            {deduplicated
              ? "Each conversation counted once"
              : "Settling: some conversations may be counted twice for a moment"}
          </button>
        )}
      </Hint>
    </span>
  );
}
