import { type ReactNode, useId } from "react";
import styles from "./Section.module.css";

interface Props {
  title: string;
  /** A count or the like beside the title. */
  beside?: ReactNode;
  /** What can be done with it, at the end of its head. */
  actions?: ReactNode;
  level?: 2 | 3;
  card?: boolean;
  children: ReactNode;
}

/** A part of a view with a title. */
export function Section({ title, beside, actions, level = 3, card = false, children }: Props) {
  const id = useId();
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section aria-labelledby={id} className={card ? `card ${styles.card}` : styles.section}>
      <div className={styles.head}>
        <Heading id={id} className={styles.title}>
          {title}
        </Heading>
        {beside !== undefined && <span className={styles.beside}>{beside}</span>}
        {actions}
      </div>
      {children}
    </section>
  );
}
