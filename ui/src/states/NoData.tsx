import { Button } from "../parts/Button";
import { lazy, Suspense, useState } from "react";
import type { StatusAnswer } from "../api/types";
import { formatBytes, formatInteger } from "../lib/format";
import { ProgressBar } from "../parts/ProgressBar";
import { Command } from "./Command";
import { State } from "./State";

const RejectsPanel = lazy(() => import("../rejects/RejectsPanel"));

/** The store holds no flow at all: being filled, filled with nothing readable, or new. */
export function NoData({ view, status }: { view: string; status: StatusAnswer }) {
  const { ingest, counts } = status;
  return (
    <>
      <h1 className="hidden">{view}</h1>
      {ingest?.running ? (
        <State title="Reading the first flow logs">
          <p>
            {formatInteger(ingest.objectsDone)} of {formatInteger(ingest.objects)} objects,{" "}
            {formatBytes(ingest.bytesDone)} of {formatBytes(ingest.bytes)}. The page shows them as soon as the first are
            stored; there is no need to reload.
          </p>
          <ProgressBar
            value={ingest.bytes > 0 ? ingest.bytesDone / ingest.bytes : 0}
            label="Part of the flow logs that was read"
          />
        </State>
      ) : counts.rejected > 0 ? (
        <AllRejected status={status} />
      ) : counts.objects > 0 ? (
        <State title="No flows in what was read">
          <p>
            {formatInteger(counts.objects)} objects were read and none holds a flow
            {counts.pendingBytes > 0 &&
              `; ${formatBytes(counts.pendingBytes)} wait for the rest of their record, which is still to be written`}
            . Flow logs are JSON with a list named “records”. To read others:
          </p>
          <Command text="weir ingest PATH" />
        </State>
      ) : (
        <State title="No flow logs yet">
          <p>
            This store is empty. Give Weir a file or a folder of NSG or VNet flow logs, as Azure writes them or packed
            with gzip; it works while this server runs, and the page fills by itself.
          </p>
          <Command text="weir ingest PATH" />
          <p>No logs at hand? This shows the page with a simulated network, in a store of its own:</p>
          <Command text="weir demo" />
        </State>
      )}
    </>
  );
}

function AllRejected({ status }: { status: StatusAnswer }) {
  const [open, setOpen] = useState(false);
  return (
    <State title="Nothing that was read is a flow">
      <p>
        {formatInteger(status.counts.rejected)} tuples or records were read and all of them were rejected. The reasons,
        with the place of each, say whether these are flow logs.
      </p>
      <div>
        <Button appearance="primary" onClick={() => setOpen(true)}>
          Show why
        </Button>
      </div>
      {open && (
        <Suspense>
          <RejectsPanel onClose={() => setOpen(false)} commit={status.lastCommit} />
        </Suspense>
      )}
    </State>
  );
}
