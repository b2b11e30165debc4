import {
  ArrowSyncRegular,
  CheckmarkCircleRegular,
  ClockRegular,
  ErrorCircleFilled,
  WarningFilled,
} from "@fluentui/react-icons";
import type { ReactNode } from "react";
import styles from "./DataPage.module.css";

export type Mood = "good" | "failing" | "late" | "waiting" | "running";

const signs: Record<Mood, ReactNode> = {
  good: <CheckmarkCircleRegular aria-hidden="true" />,
  failing: <ErrorCircleFilled aria-hidden="true" />,
  late: <WarningFilled aria-hidden="true" />,
  waiting: <ClockRegular aria-hidden="true" />,
  running: <ArrowSyncRegular aria-hidden="true" />,
};

/** How something is doing, by sign and word and not by colour alone. */
export function Health({ mood, children }: { mood: Mood; children: ReactNode }) {
  return (
    <span className={styles.health} data-health={mood}>
      {signs[mood]}
      <span>{children}</span>
    </span>
  );
}
