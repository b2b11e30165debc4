import { ShieldErrorFilled } from "@fluentui/react-icons";
import { flowTypeWord } from "../lib/side";
import styles from "./FlowType.module.css";

/** The type of a flow, as a word to recognise. */
export function FlowType({ type }: { type: string }) {
  const malicious = type === "MaliciousFlow";
  return (
    <span className={styles.type} data-malicious={malicious} title={flowTypeWord(type)}>
      {malicious && <ShieldErrorFilled aria-hidden="true" />}
      {type}
    </span>
  );
}
