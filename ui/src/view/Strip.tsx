import { Button } from "../parts/Button";
import { ErrorCircleRegular, WarningRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import type { StatusAnswer } from "../api/types";
import { formatBytes, formatCount, formatInteger } from "../lib/format";
import { useNow, useView } from "../lib/hooks";
import { type Extent, resolve, type Span } from "../range/range";
import { formatDate, formatDuration, formatSpan, zoneName } from "../lib/time";
import { ProgressBar } from "../parts/ProgressBar";
import { Counting } from "./Counting";
import { InventoryHint } from "./InventoryHint";
import styles from "./Strip.module.css";

const RejectsPanel = lazy(() => import("../rejects/RejectsPanel"));

interface Props {
  status: StatusAnswer;
  extent: Extent;
  deduplicated: boolean;
  /** From when on flows are kept by interval, where the range begins earlier. */
  detail: string | null;
  /** Whether there is no inventory to name addresses. */
  nameless: boolean;
  /** The period that changes are measured against; null where there is none. */
  before: Span | null;
  /** What that is called. */
  against: string | null;
  /** Whether the data does not go back as far as that. */
  beyond: boolean;
  lost: Error | null;
}

/**
 * One line that is always there, so that nothing moves when there is
 * something to say: what was read, what was rejected, what is being read,
 * and how the numbers are meant.
 */
export function Strip({ status, extent, deduplicated, detail, nameless, before, against, beyond, lost }: Props) {
  const [{ zone }] = useView();
  const { counts, ingest } = status;
  const all = resolve({ kind: "all" }, extent);
  return (
    <div className={styles.strip}>
      {lost ? (
        <Lost />
      ) : (
        <>
          {ingest?.running ? (
            <Reading ingest={ingest} />
          ) : (
            <span title={`Data from ${formatSpan(all.from, all.to, zone)}`}>
              Read: <Count value={counts.tuples} of="tuples" /> from <Count value={counts.objects} of="objects" />
            </span>
          )}
          {counts.rejected > 0 && <Rejected count={counts.rejected} commit={status.lastCommit} />}
          {counts.beyond > 0 && (
            <span title="Dated more than a day after they were read. No range up to the end of the data has them; a custom one has.">
              {formatInteger(counts.beyond)} {counts.beyond === 1 ? "row" : "rows"} beyond the end of the data
            </span>
          )}
          {counts.pendingBytes > 0 && (
            <span title="The end of objects that are still being written, read as soon as their last record is whole.">
              {formatBytes(counts.pendingBytes)} waiting for more
            </span>
          )}
          {before && (
            <span title={`${formatSpan(before.from, before.to, zone)} ${zoneName(before.to, zone)}`}>
              Changes against {against?.startsWith("a ") ? "" : "the "}
              {against}
            </span>
          )}
          {beyond && (
            <span title={`Data from ${formatSpan(all.from, all.to, zone)}`}>
              Nothing to compare with: the data begins {formatDate(all.from, zone)}
            </span>
          )}
          {nameless && <InventoryHint />}
          {detail && (
            <span title="Flows by interval that began before it are forgotten. What sums by hour and day do not have is missing here.">
              In full from {detail.slice(0, 10)}; before it, sums by hour and day
            </span>
          )}
          <Counting deduplicated={deduplicated} />
        </>
      )}
    </div>
  );
}

function Count({ value, of }: { value: number; of: string }) {
  const name = value === 1 ? of.slice(0, -1) : of;
  return (
    <span className="number" title={`${formatInteger(value)} ${name}`}>
      {formatCount(value)} {name}
    </span>
  );
}

function Reading({ ingest }: { ingest: NonNullable<StatusAnswer["ingest"]> }) {
  const part = ingest.bytes > 0 ? ingest.bytesDone / ingest.bytes : 0;
  const text = `Reading: ${formatInteger(ingest.objectsDone)} of ${formatInteger(ingest.objects)} objects`;
  return (
    <span className={styles.reading}>
      {text}
      <span className={styles.progress}>
        <ProgressBar value={part} label={text} />
      </span>
      <span className="number">
        {Math.floor(part * 100)}%<span className={styles.rate}> · {formatCount(ingest.tuplesPerSecond)} tuples/s</span>
      </span>
    </span>
  );
}

function Rejected({ count, commit }: { count: number; commit: string | null }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={styles.rejected}
        onClick={() => setOpen(true)}
        title={`${formatInteger(count)} tuples or records could not be read and are in no number here. Show why.`}
      >
        <WarningRegular aria-hidden="true" />
        {formatCount(count)} rejected
      </button>
      {open && (
        <Suspense>
          <RejectsPanel onClose={() => setOpen(false)} commit={commit} />
        </Suspense>
      )}
    </>
  );
}

/** The server is gone, what is on the page stays. */
function Lost() {
  const [since] = useState(Date.now);
  const now = useNow(1000);
  return (
    <>
      <span className={styles.lost} role="alert">
        <ErrorCircleRegular aria-hidden="true" />
        Weir does not answer. The numbers below are the last it gave.
      </span>
      <span className="number">
        Asking again every 5 s, for {formatDuration(Math.max(0, now - since))} now. Was <code>weir serve</code> stopped?
      </span>
      <Button size="small" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </>
  );
}
