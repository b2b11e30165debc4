import styles from "./ProgressBar.module.css";

interface Props {
  /** Of 1; undefined where nobody knows. */
  value?: number | undefined;
  label: string;
}

/** How far something has come: the browser's own, thin. */
export function ProgressBar({ value, label }: Props) {
  return <progress className={styles.bar} value={value} aria-label={label} />;
}
