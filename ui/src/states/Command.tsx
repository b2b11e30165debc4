import { Copy } from "../parts/Copy";
import styles from "./State.module.css";

/** A command to type, ready to copy. */
export function Command({ text }: { text: string }) {
  return (
    <div className={styles.command}>
      <code>{text}</code>
      <Copy text={text} what={`the command ${text}`} />
    </div>
  );
}
