import type { Place } from "../api/types";
import styles from "./Environment.module.css";

/** Whether a part of the estate is deployed, active and logged, in words and not by colour alone. */
export function States({ of }: { of: Place }) {
  const { deployed, active, malicious, logged, nics, loggedNICs } = of;
  return (
    <span className={styles.states}>
      <span className={styles.state} data-look={active ? "good" : "quiet"}>
        {active ? "active" : "inactive"}
      </span>
      {!deployed && (
        <span className={styles.state} data-look="quiet" title="The inventory does not have it">
          not in the inventory
        </span>
      )}
      {logged !== "" && (
        <span
          className={styles.state}
          data-look={logged === "all" ? "quiet" : "warn"}
          title={`${loggedNICs} of ${nics} NICs have a flow log that is on`}
        >
          {logged === "all" ? "logged" : logged === "some" ? `${loggedNICs} of ${nics} logged` : "not logged"}
        </span>
      )}
      {malicious && (
        <span className={styles.state} data-look="bad">
          malicious flows
        </span>
      )}
    </span>
  );
}
