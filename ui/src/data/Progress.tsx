import { ErrorCircleRegular } from "@fluentui/react-icons";
import type { Judging } from "../api/types";
import { worksOf } from "../lib/knowledge";
import { ProgressBar } from "../parts/ProgressBar";
import styles from "./DataPage.module.css";

/** What is being done to bring the store up to what is known. */
export function Progress({ judging }: { judging: Judging }) {
  const works = worksOf(judging);
  return (
    <section aria-label="Progress" className={`card ${styles.progress}`} role="status">
      {works.length === 0 && (
        <p className={styles.text}>
          Everything stored is judged by what is known now, and each conversation is counted once.
        </p>
      )}
      {works.map((work) => (
        <div key={work.text} className={styles.work} data-failed={work.failed}>
          {work.failed && <ErrorCircleRegular aria-hidden="true" />}
          <span>{work.text}</span>
          {work.part !== null && (
            <div className={styles.bar}>
              <ProgressBar value={work.part} label={work.text} />
            </div>
          )}
        </div>
      ))}
    </section>
  );
}
