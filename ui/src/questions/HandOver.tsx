import {
  ArrowDownloadRegular,
  BracesRegular,
  CheckmarkRegular,
  CopyRegular,
  DismissRegular,
  type FluentIcon,
} from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import type { Asked } from "../api/asked";
import type { Scope } from "../api/queries";
import type { Getting, Progress } from "../lib/all-rows";
import { toTSV } from "../lib/csv";
import { formatBytes, formatInteger } from "../lib/format";
import { type Format, formats } from "../lib/formats";
import { copyText, saveFile } from "../lib/hand-over";
import { linesOf, type Sheet } from "../lib/sheet";
import { writeMoment } from "../lib/url";
import { Button } from "../parts/Button";
import { ProgressBar } from "../parts/ProgressBar";
import { AsKQL } from "../search/AsKQL";
import styles from "./HandOver.module.css";

interface Props {
  /** The table's name within a sentence: "top hosts". */
  what: string;
  /** What its rows are: "hosts". */
  many: string;
  /** Of which time it is, where it is of one. */
  span?: Scope;
  shown: () => Sheet;
  /** All rows, as far as the API gives them. */
  all: Getting<Sheet>;
  /** Whether all is all there is, however much. */
  every?: boolean;
  /** Where in the API it is asked, where that can be said in KQL. */
  asked?: Asked | undefined;
  /** Other actions on the table, before these. */
  children?: ReactNode;
}

const icons: Record<Format["id"], FluentIcon> = { csv: ArrowDownloadRegular, json: BracesRegular };

/** Copying what a table shows, and saving all of it, which may take its time and can be cancelled. */
export function HandOver({ what, many, span, shown, all, every = false, asked, children }: Props) {
  const [done, setDone] = useState<string | null>(null);
  const [saving, setSaving] = useState<{ abort: AbortController; progress: Progress } | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), 4000);
    return () => clearTimeout(timer);
  }, [done]);
  // What is asked for another page is for nobody any more.
  const running = saving?.abort;
  useEffect(() => () => running?.abort(), [running]);

  const copy = async () =>
    setDone((await copyText(toTSV(linesOf(shown())))) ? "Copied" : "The browser does not allow copying");
  const save = async ({ id, type, write }: Format) => {
    const abort = new AbortController();
    const tell = (progress: Progress) => abort.signal.aborted || setSaving({ abort, progress });
    setDone(null);
    tell({ rows: 0, of: null });
    try {
      const sheet = await all(abort.signal, tell);
      abort.signal.throwIfAborted();
      const about = span && { from: writeMoment(span.from), to: writeMoment(span.to), where: span.where };
      const text = write(sheet, about ?? {});
      const name = ["weir", many.replaceAll(" ", "-"), ...(about ? [about.from, about.to] : [])].join("-");
      const size = saveFile(`${name}.${id}`.replaceAll(":", ""), type, text);
      setDone(`Saved: ${formatInteger(sheet.rows.length)} rows, ${formatBytes(size)}`);
    } catch (error) {
      if (abort.signal.aborted) setDone("Cancelled");
      else setDone(`Cannot export: ${error instanceof Error ? error.message : String(error)}`);
    }
    setSaving(null);
  };
  const most = every ? `Save all ${many}` : `Save up to 1,000 ${many}`;
  const action = (label: string, title: string, icon: React.ReactElement, act: () => Promise<void>) => (
    <Button
      key={label}
      size="small"
      appearance="subtle"
      icon={icon}
      aria-label={label}
      title={title}
      onClick={() => void act()}
    />
  );
  return (
    <div className={styles.actions}>
      <span role="status" className={styles.done}>
        {saving ? come(saving.progress) : done}
      </span>
      {saving ? (
        <>
          <span className={styles.progress}>
            <ProgressBar value={share(saving.progress)} label={`Saving ${many}`} />
          </span>
          <Button
            size="small"
            appearance="subtle"
            icon={<DismissRegular />}
            title="Ask for no more rows, and save nothing"
            onClick={() => saving.abort.abort()}
          >
            Cancel
          </Button>
        </>
      ) : (
        <>
          {children}
          {asked && <AsKQL what={what} asked={asked} />}
          {action(`Copy ${what}`, "Copy this table", done === "Copied" ? <CheckmarkRegular /> : <CopyRegular />, copy)}
          {formats.map((format) => {
            const Icon = icons[format.id];
            return action(`Save ${what} as ${format.name}`, `${most} as ${format.name}`, <Icon />, () => save(format));
          })}
        </>
      )}
    </div>
  );
}

function come({ rows, of }: Progress): string {
  return of === null ? `${formatInteger(rows)} rows` : `${formatInteger(rows)} of ${formatInteger(of)} rows`;
}

function share({ rows, of }: Progress): number | undefined {
  return of === null ? undefined : rows / Math.max(1, of);
}
