import { WarningFilled } from "@fluentui/react-icons";
import { Link, useLocation } from "@tanstack/react-router";
import type { SourcesAnswer } from "../api/types";
import { useView } from "../lib/hooks";
import { sourceTrouble } from "../lib/sources";
import { writeView } from "../lib/url";
import styles from "./DiskWarning.module.css";

/** Says on every view, in one line, which source cannot be read or comes too late. */
export default function SourceWarning({ of: { rows, now } }: { of: SourcesAnswer }) {
  const [view] = useView();
  const there = useLocation({ select: ({ pathname }) => pathname === "/data" });
  const trouble = sourceTrouble(rows, Date.parse(now));
  if (trouble === null) return null;
  return (
    <div role="alert" className={`${styles.warning} ${styles.line}`} title={trouble}>
      <span className={styles.sign}>
        <WarningFilled aria-hidden="true" />
      </span>
      <p className={styles.cut}>{trouble}</p>
      {!there && (
        <Link to="/data" search={writeView(view)} className={styles.link}>
          What mends it
        </Link>
      )}
    </div>
  );
}
