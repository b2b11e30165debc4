import { Copy } from "../parts/Copy";
import styles from "./State.module.css";

interface Props {
  text: string;
  /** What it is, where it is not a command. */
  what?: string;
}

/** A command to type, or lines of a file, ready to copy. */
export function Command({ text, what = `the command ${text}` }: Props) {
  return (
    <div className={styles.command}>
      <code>{text}</code>
      <Copy text={text} what={what} />
    </div>
  );
}
