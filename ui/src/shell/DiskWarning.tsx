import { WarningFilled } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { diskQuery } from "../api/queries";
import { useDelayed } from "../lib/hooks";
import { second } from "../lib/time";
import { Command } from "../states/Command";
import styles from "./DiskWarning.module.css";

/** Says on every view that the disk will soon be full, with the line of the configuration to add. */
export function DiskWarning() {
  // What the view asks comes first.
  const calm = useDelayed(true, 3 * second);
  const { data } = useQuery({ ...diskQuery, enabled: calm });
  if (!data || data.warning === "") return null;
  return (
    <div role="alert" className={styles.warning}>
      <span className={styles.sign}>
        <WarningFilled aria-hidden="true" />
      </span>
      <div>
        <p>{data.warning}</p>
        {data.advice !== "" && <Command text={data.advice} />}
      </div>
    </div>
  );
}
