import styles from "./ListCard.module.css";

export interface Mark {
  text: string;
  /** What it means, in a sentence. */
  title: string;
  grave?: boolean;
}

/** What is to be noticed of a row, each in a word or two. */
export function Marks({ of }: { of: readonly Mark[] }) {
  return (
    <span className={styles.marks}>
      {of.map(({ text, title, grave = false }) => (
        <span key={text} className={styles.mark} data-grave={grave} title={title}>
          {text}
        </span>
      ))}
    </span>
  );
}
