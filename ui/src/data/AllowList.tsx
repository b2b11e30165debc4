import type { Allow } from "../api/types";
import { formatInteger } from "../lib/format";
import { DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { SaveRows } from "../questions/SaveRows";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

/** What never counts as malicious, by whose word. */
export function AllowList({ entries }: { entries: Allow[] }) {
  return (
    <div className={entries.length > 0 ? styles.whole : styles.half}>
      <Section
        level={2}
        card
        title="Allow-list"
        beside={entries.length === 0 ? "empty" : formatInteger(entries.length)}
        actions={entries.length > 0 && <SaveRows many="allow-list" rows={entries} />}
      >
        {entries.length === 0 ? (
          <>
            <p className={styles.text}>
              An address that a feed lists by mistake goes here, with who allowed it and why. It then counts as harmless
              at once, in the past too.
            </p>
            <Command text={'weir threat allow ADDRESS --why "WHY"'} />
          </>
        ) : (
          <DataTable<Allow>
            caption="Allow-list"
            rows={entries}
            rowKey={(each, i) => `${i} ${each.address}`}
            columns={[
              { name: "Address", cell: (each) => each.address },
              { name: "Who", cell: (each) => each.who },
              { name: "Why", cell: (each) => each.why },
              { name: "Until", cell: (each) => (each.until ? <Moment at={each.until} /> : "for ever") },
            ]}
          />
        )}
      </Section>
    </div>
  );
}
