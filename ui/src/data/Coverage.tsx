import { useQueryClient } from "@tanstack/react-query";
import { coverageRowsQuery, exportRows, fetchOnce } from "../api/queries";
import type { CoverageAnswer, CoverageNIC, CoverageSource } from "../api/types";
import { formatBytes, formatCount, formatInteger, formatShare, shortAcl } from "../lib/format";
import { allRows } from "../lib/all-rows";
import { formatDuration, second } from "../lib/time";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { SaveRows } from "../questions/SaveRows";
import { Failure } from "../states/Failure";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

interface Props {
  coverage: CoverageAnswer | undefined;
  error: Error | null;
  again: () => void;
}

/** Why one may see nothing: what is read, and which NICs of the inventory send no logs. */
export function Coverage({ coverage, error, again }: Props) {
  if (!coverage) {
    return (
      <div className={styles.whole}>
        <Section level={2} card title="What is missing">
          {error && <Failure error={error} again={again} />}
        </Section>
      </div>
    );
  }
  return (
    <>
      <div className={styles.whole}>
        <Missing of={coverage} />
      </div>
      {coverage.sources.length > 0 && (
        <div className={styles.whole}>
          <Section
            level={2}
            card
            title="What is read"
            beside={formatInteger(coverage.sources.length)}
            actions={<SaveRows many="sources" rows={coverage.sources} />}
          >
            <p className={styles.text}>
              {formatBytes(coverage.dayBytes)} of log objects in the last day of data.{" "}
              {formatShare(coverage.countedOnce)} of the flows that NICs recorded count; the rest was recorded at
              another NIC, too.
            </p>
            <div className={styles.below}>
              <DataTable<CoverageSource>
                caption="What is read, by place and kind of log"
                rows={coverage.sources}
                rowKey={({ place, family }) => `${place} ${family}`}
                columns={sources}
              />
            </div>
          </Section>
        </div>
      )}
    </>
  );
}

const faultNames: Record<CoverageNIC["fault"], string> = {
  "no-flow-log": "No flow log",
  disabled: "Disabled",
  "not-read": "Not read",
  silent: "Silent",
  "one-kind": "One kind only",
  idle: "Idle",
  detached: "Detached",
  "never-ran": "Never ran",
  "private-endpoint": "Private endpoint",
};

function Missing({ of: coverage }: { of: CoverageAnswer }) {
  const { words, inventory, nics, sending, reasons, rows, distinct } = coverage;
  const queries = useQueryClient();
  const every = allRows<CoverageNIC>(
    (offset, signal) => fetchOnce(queries, coverageRowsQuery(offset, exportRows), signal),
    exportRows,
  );
  const beside = inventory === null ? undefined : `${formatInteger(sending)} of ${formatInteger(nics)} NICs send logs`;
  return (
    <Section
      level={2}
      card
      title="What is missing"
      beside={beside}
      actions={rows.length > 0 && <SaveRows many="NICs that send no logs" rows={rows} all={every} />}
    >
      {words.length === 0 ? (
        <p className={styles.text}>Nothing is: all that is there was read, and every NIC that should sends logs.</p>
      ) : (
        <ul className={styles.words}>
          {words.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {reasons.length > 0 && (
        <dl className={styles.reasons}>
          {reasons.map(({ fault, nics: count, words: why }) => (
            <div key={fault}>
              <dt>
                {faultNames[fault]} <span className={styles.amount}>{formatInteger(count)}</span>
              </dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      )}
      {rows.length > 0 && (
        <div className={styles.below}>
          <DataTable<CoverageNIC>
            caption="NICs that send no logs, or fewer than they should"
            rows={rows}
            rowKey={({ nic }) => nic}
            columns={missing}
          />
          {distinct > rows.length && (
            <p className={styles.small}>
              The first {formatInteger(rows.length)} of {formatInteger(distinct)}; weir coverage shows all of them.
            </p>
          )}
        </div>
      )}
    </Section>
  );
}

const missing: [Column<CoverageNIC>, ...Column<CoverageNIC>[]] = [
  {
    name: "NIC",
    cell: ({ nic, machine }) => (
      <span>
        {nic}
        <span className={styles.small}>{machine}</span>
      </span>
    ),
  },
  { name: "Why", cell: ({ fault }) => faultNames[fault] },
  { name: "Last flow", cell: ({ last }) => (last ? <Moment at={last} /> : "none") },
  {
    name: "Subnet",
    cell: ({ subnet, region }) => (
      <span>
        {subnet}
        <span className={styles.small}>{region}</span>
      </span>
    ),
  },
  {
    name: "Flow log",
    cell: ({ flowLog, storage }) =>
      flowLog === "" ? (
        "none"
      ) : (
        <span>
          {shortAcl(flowLog)}
          <span className={styles.small}>{shortAcl(storage)}</span>
        </span>
      ),
  },
];

const sources: [Column<CoverageSource>, ...Column<CoverageSource>[]] = [
  {
    name: "Source",
    cell: ({ place, last }) => (
      <span title={`The last: ${last}`}>
        {shortAcl(place)}
        <span className={styles.small}>{place}</span>
      </span>
    ),
  },
  { name: "Kind", cell: ({ family }) => <span className={styles.together}>{family || "none yet"}</span> },
  {
    name: "Last tuple",
    cell: ({ lastTuple, lagSeconds }) =>
      lastTuple ? (
        <span>
          <Moment at={lastTuple} />
          <span className={styles.small}>{formatDuration((lagSeconds ?? 0) * second)} behind</span>
        </span>
      ) : (
        "none"
      ),
  },
  {
    name: "Objects",
    number: true,
    cell: ({ objects, failed }) => (
      <span title={formatInteger(objects)}>
        {formatCount(objects)}
        {failed > 0 && <span className={styles.error}>{formatInteger(failed)} failed</span>}
      </span>
    ),
  },
  { name: "Size", number: true, cell: ({ size }) => formatBytes(size) },
  { name: "In a day", number: true, cell: ({ dayBytes }) => formatBytes(dayBytes) },
  {
    name: "Tuples",
    number: true,
    cell: ({ tuples }) => <span title={formatInteger(tuples)}>{formatCount(tuples)}</span>,
  },
  { name: "Rejected", number: true, cell: ({ rejected }) => formatInteger(rejected) },
  {
    name: "Tuples to a row",
    number: true,
    cell: ({ reduction }) => (reduction === 0 ? "none" : reduction.toFixed(1)),
  },
];
