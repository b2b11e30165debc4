import { Button } from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { copyText } from "../lib/hand-over";
import styles from "./State.module.css";

/** A command to type, ready to copy. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles.command}>
      <code>{text}</code>
      <Button
        size="small"
        appearance="subtle"
        icon={copied ? <CheckmarkRegular /> : <CopyRegular />}
        aria-label={copied ? "Copied" : `Copy the command ${text}`}
        onClick={() => void copyText(text).then(setCopied)}
      />
    </div>
  );
}
