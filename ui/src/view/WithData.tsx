import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { statusQuery } from "../api/queries";
import type { StatusAnswer } from "../api/types";
import { useDelayed, useTitle } from "../lib/hooks";
import { NoData } from "../states/NoData";
import { NotAnswering } from "../states/NotAnswering";
import styles from "./Frame.module.css";

export interface About {
  status: StatusAnswer;
  /** Why the server does not answer any more, where it did before. */
  lost: Error | null;
}

/** What a page shows once there is data; until then, why there is none. */
export function WithData({ page, children }: { page: string; children: (about: About) => ReactNode }) {
  useTitle(page);
  const { data: status, error } = useQuery(statusQuery);
  const late = useDelayed(!status && !error, 100);
  if (!status) {
    if (error) return <NotAnswering view={page} error={error} />;
    return <div className={styles.blank}>{late && <p className={styles.waiting}>Asking the server…</p>}</div>;
  }
  if (status.firstData === null) return <NoData view={page} status={status} />;
  return children({ status, lost: error });
}
