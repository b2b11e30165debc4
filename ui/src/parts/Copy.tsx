import { Button } from "./Button";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { type ReactElement, useEffect, useState } from "react";
import { copyText } from "../lib/hand-over";

interface Props {
  text: string;
  /** What is copied: "the address". */
  what: string;
  icon?: ReactElement;
}

/** Puts a text on the clipboard, and says whether it did. */
export function Copy({ text, what, icon }: Props) {
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const label = copied === null ? `Copy ${what}` : copied ? "Copied" : "The browser does not allow copying";
  return (
    <Button
      size="small"
      appearance="subtle"
      icon={copied ? <CheckmarkRegular /> : (icon ?? <CopyRegular />)}
      aria-label={label}
      title={label}
      onClick={() => void copyText(text).then(setCopied)}
    />
  );
}
