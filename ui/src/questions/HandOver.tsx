import { Button } from "../parts/Button";
import { ArrowDownloadRegular, BracesRegular, CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import type { Scope } from "../api/queries";
import { toCSV, toTSV } from "../lib/csv";
import { copyText, saveFile } from "../lib/hand-over";
import { linesOf, type Sheet, toJSON } from "../lib/sheet";
import { writeMoment } from "../lib/url";
import styles from "./HandOver.module.css";

interface Props {
  /** The table's name within a sentence: "top hosts". */
  what: string;
  /** What its rows are: "hosts". */
  many: string;
  span: Scope;
  shown: () => Sheet;
  /** All rows, as far as the API gives them. */
  all: () => Promise<Sheet>;
  /** Whether all is all there is, however much. */
  every?: boolean;
  /** Whether it is saved as JSON too. */
  json?: boolean;
  /** Other actions on the table, before these. */
  children?: ReactNode;
}

/** Copying what a table shows, and saving all of it. */
export function HandOver({ what, many, span, shown, all, every = false, json = false, children }: Props) {
  const [done, setDone] = useState<string | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), 2000);
    return () => clearTimeout(timer);
  }, [done]);

  const copy = async () =>
    setDone((await copyText(toTSV(linesOf(shown())))) ? "Copied" : "The browser does not allow copying");
  const save = async (kind: string, type: string, write: (sheet: Sheet) => string) => {
    try {
      const name =
        `weir-${many.replaceAll(" ", "-")}-${writeMoment(span.from)}-${writeMoment(span.to)}.${kind}`.replaceAll(
          ":",
          "",
        );
      saveFile(name, type, write(await all()));
      setDone("Saved");
    } catch (error) {
      setDone(`Cannot export: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const most = every ? `Save all ${many}` : `Save up to 1,000 ${many}`;
  const about = { from: writeMoment(span.from), to: writeMoment(span.to), where: span.where };
  const action = (label: string, title: string, icon: React.ReactElement, act: () => Promise<void>) => (
    <Button size="small" appearance="subtle" icon={icon} aria-label={label} title={title} onClick={() => void act()} />
  );
  return (
    <div className={styles.actions}>
      <span role="status" className={styles.done}>
        {done}
      </span>
      {children}
      {action(`Copy ${what}`, "Copy this table", done === "Copied" ? <CheckmarkRegular /> : <CopyRegular />, copy)}
      {action(`Save ${what} as CSV`, `${most} as CSV`, <ArrowDownloadRegular />, () =>
        save("csv", "text/csv", (sheet) => toCSV(linesOf(sheet))),
      )}
      {json &&
        action(`Save ${what} as JSON`, `${most} as JSON`, <BracesRegular />, () =>
          save("json", "application/json", (sheet) => toJSON(sheet, about)),
        )}
    </div>
  );
}
