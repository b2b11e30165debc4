import type { StoreAnswer, StoreTable } from "../api/types";
import { detailOf, growthOf, keptOf, outlookOf, periodOf, tableName } from "../lib/disk";
import { formatBytes, formatCount } from "../lib/format";
import { DataTable } from "../parts/DataTable";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import { SaveRows } from "../questions/SaveRows";
import { Failure } from "../states/Failure";
import styles from "./DataPage.module.css";

interface Props {
  store: StoreAnswer | undefined;
  error: Error | null;
  again: () => void;
}

/** What uses the disk, from when on what detail exists, and for how long there is room. */
export function Disk({ store, error, again }: Props) {
  return (
    <div className={styles.half}>
      <Section
        level={2}
        card
        title="Disk"
        beside={store && formatBytes(store.bytes)}
        actions={store && <SaveRows many="tables of the store" rows={store.tables} />}
      >
        {error && !store && <Failure error={error} again={again} />}
        {store && <Shown of={store} />}
      </Section>
    </div>
  );
}

function Shown({ of: store }: { of: StoreAnswer }) {
  return (
    <>
      <Pairs
        of={{
          "On disk": `${formatBytes(store.file - store.free)} in use, ${formatBytes(store.free)} free inside the file, ${formatBytes(store.log)} of log`,
          Room:
            store.disk.size > 0 && `${formatBytes(store.disk.available)} of ${formatBytes(store.disk.size)} are free`,
          Detail: detailOf(store),
          Kept: keptOf(store),
          Growth: growthOf(store),
          "In 30 days": outlookOf(store),
        }}
      />
      <div className={styles.below}>
        <DataTable<StoreTable>
          caption="What uses the disk"
          rows={store.tables.filter((table) => table.rows > 0 || table.bytes > 0)}
          rowKey={(table) => table.name}
          columns={[
            {
              name: "What",
              cell: (table) => (
                <span>
                  {tableName(table.name)}
                  {table.first && <span className={styles.small}>{periodOf(table)}</span>}
                </span>
              ),
            },
            { name: "Rows", number: true, cell: (table) => formatCount(table.rows) },
            {
              name: "Size",
              number: true,
              // What is in the write-ahead log has no blocks of its own yet.
              cell: (table) => (table.rows > 0 && table.bytes === 0 ? "in the log" : formatBytes(table.bytes)),
            },
          ]}
        />
      </div>
    </>
  );
}
