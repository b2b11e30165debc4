import { useIsFetching } from "@tanstack/react-query";
import { useDelayed } from "../lib/hooks";
import styles from "./Busy.module.css";

// Nobody waits for what is asked for again and again.
const byTheClock = new Set<unknown>(["status", "knowledge", "store"]);

/** A thin line under the header, only where an answer takes long enough to wonder. */
export function Busy() {
  const asking = useIsFetching({ predicate: (query) => !byTheClock.has(query.queryKey[0]) }) > 0;
  const late = useDelayed(asking, 400);
  return <div className={styles.busy} data-on={late} aria-hidden="true" />;
}
