import { lazy, Suspense, useState } from "react";
import type { StatusAnswer } from "../api/types";
import { formatBytes, formatCount, formatInteger } from "../lib/format";
import { parseInterval } from "../range/range";
import { formatDuration } from "../lib/time";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

const RejectsPanel = lazy(() => import("../rejects/RejectsPanel"));

/** What was read and stored, and how fresh it is. */
export function Store({ status }: { status: StatusAnswer }) {
  const { counts } = status;
  return (
    <Section level={2} card title="Flow logs">
      {counts.objects === 0 && (
        <>
          <p className={styles.text}>This store is empty. Give Weir a file or a folder of NSG or VNet flow logs:</p>
          <Command text="weir ingest PATH" />
        </>
      )}
      <Pairs
        of={{
          "First data": status.firstData && <Moment at={status.firstData} />,
          "Last data": status.lastData && <Moment at={status.lastData} age={status.now} />,
          "Last stored": status.lastCommit && <Moment at={status.lastCommit} age={status.now} />,
          Interval: formatDuration(parseInterval(status.interval)),
          Read: `${count(counts.objects, "object")}, ${formatBytes(counts.bytes)}`,
          Tuples: <Number value={counts.tuples} />,
          "Rows stored": <Number value={counts.rows} />,
          "Beyond the end":
            counts.beyond > 0 &&
            `${count(counts.beyond, "row")} dated more than a day after they were read: only a custom range has them`,
          "Too old":
            counts.tooOld > 0 && `${count(counts.tooOld, "tuple")} older than what is kept, which are not stored`,
          "Size on disk": formatBytes(counts.storedBytes),
          Waiting: counts.pendingBytes > 0 && `${formatBytes(counts.pendingBytes)} for the rest of their record`,
          Rejected: <Rejected count={counts.rejected} commit={status.lastCommit} />,
        }}
      />
    </Section>
  );
}

function count(value: number, one: string): string {
  return `${formatInteger(value)} ${value === 1 ? one : `${one}s`}`;
}

function Number({ value }: { value: number }) {
  return (
    <span className="number" title={formatInteger(value)}>
      {formatCount(value)}
    </span>
  );
}

function Rejected({ count, commit }: { count: number; commit: string | null }) {
  const [open, setOpen] = useState(false);
  if (count === 0) return "nothing";
  return (
    <>
      <button type="button" className={styles.link} onClick={() => setOpen(true)}>
        {formatInteger(count)} {count === 1 ? "tuple or record" : "tuples or records"}: show why
      </button>
      {open && (
        <Suspense>
          <RejectsPanel onClose={() => setOpen(false)} commit={commit} />
        </Suspense>
      )}
    </>
  );
}
