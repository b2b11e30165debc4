import type { ReactNode } from "react";
import styles from "./State.module.css";

/** A view that has nothing to show, and says why and what to do. */
export function State({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={`card ${styles.state}`}>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  );
}
