import { Button, Tooltip } from "@fluentui/react-components";
import { ArrowDownloadRegular, ArrowSortDownRegular, CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useState } from "react";
import { shownRows } from "../api/queries";
import { type Cell, toCSV, toTSV } from "../lib/csv";
import { formatInteger, formatShare, type Measures, type Unit, units } from "../lib/format";
import { useView } from "../lib/hooks";
import { copyText, saveFile } from "../lib/hand-over";
import type { Span } from "../range/range";
import { writeMoment } from "../lib/url";
import { Value } from "../parts/Value";
import { Failure } from "../states/Failure";
import { ShareBar, type Segment } from "./ShareBar";
import styles from "./TopTable.module.css";

/** What every ranked answer of the API has. */
export interface Ranked<Row> {
  rows: Row[];
  distinct: number;
  total: Measures;
  other: Measures;
}

interface Props<Row extends { total: Measures; share: number }> {
  title: string;
  /** What a row is: "host", "hosts". */
  one: string;
  many: string;
  /** One sentence on what the numbers mean, where that is not plain. */
  note?: string;
  query: UseQueryResult<Ranked<Row>>;
  span: Span;
  unit: Unit;
  /** Whether to keep the room of ten rows, because it was once shown empty. */
  reserve: boolean;
  /** Lines of text in the name of a row. */
  lines?: 1 | 2 | 3;
  rowKey: (row: Row) => string;
  name: (row: Row) => ReactNode;
  /** The parts of a row's measure, which colour its bar. */
  segments: (row: Row) => Segment[];
  /** The columns of a copy or an export, before the measures. */
  exportHeader: string[];
  exportCells: (row: Row) => Cell[];
  /** All rows for an export, as far as the API gives them. */
  exportAll: () => Promise<Ranked<Row>>;
}

/** The first ten of something, with the rest as a row, so that the sums agree. */
export function TopTable<Row extends { total: Measures; share: number }>(props: Props<Row>) {
  const { title, one, many, note, query, unit, reserve, lines = 1, rowKey, name, segments } = props;
  const id = useId();
  const { data } = query;
  const most = Math.max(0, ...(data?.rows.map((row) => row.total[unit]) ?? []));
  const hiddenRows = data ? data.distinct - data.rows.length : 0;
  return (
    <section className={`card ${styles.card}`} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          {title}
        </h2>
        {data && (
          <span className={styles.count}>
            {data.distinct > data.rows.length
              ? `${data.rows.length} of ${formatInteger(data.distinct)}`
              : formatInteger(data.distinct)}
          </span>
        )}
        {data && <HandOver {...props} data={data} />}
      </div>
      <div
        className={styles.body}
        data-lines={lines}
        data-reserve={reserve ? lines : 0}
        data-full={data?.rows.length === shownRows}
      >
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {!(query.isError && !data) && (
          <table className={styles.table}>
            <caption className="hidden">
              {title} by {unit}
              {note && `. ${note}`}
            </caption>
            <Head one={one} unit={unit} />
            <tbody>
              {data
                ? data.rows.map((row) => (
                    <tr key={rowKey(row)}>
                      <th scope="row">
                        <span className={styles.name}>
                          <span className={styles.label}>{name(row)}</span>
                          <span className={`${styles.share} number`} title={`${formatShare(row.share)} of all ${unit}`}>
                            {formatShare(row.share)}
                          </span>
                        </span>
                        <ShareBar segments={segments(row)} unit={unit} most={most} />
                      </th>
                      <MeasureCells measures={row.total} unit={unit} />
                    </tr>
                  ))
                : Array.from({ length: shownRows }, (_, i) => <SkeletonRow key={i} />)}
            </tbody>
            {data && (
              <tfoot>
                {hiddenRows > 0 && (
                  <tr>
                    <th scope="row">
                      Other: {formatInteger(hiddenRows)} {hiddenRows === 1 ? one : many}
                    </th>
                    <MeasureCells measures={data.other} unit={unit} />
                  </tr>
                )}
                <tr>
                  <th scope="row" title={note}>
                    All
                    {note && <span className={styles.note}> · {note}</span>}
                  </th>
                  <MeasureCells measures={data.total} unit={unit} />
                </tr>
              </tfoot>
            )}
          </table>
        )}
      </div>
    </section>
  );
}

const unitNames: Record<Unit, string> = { flows: "Flows", packets: "Packets", bytes: "Bytes" };

/** The names of the columns; choosing a unit ranks by it, here and everywhere. */
function Head({ one, unit }: { one: string; unit: Unit }) {
  const [, change] = useView();
  return (
    <thead>
      <tr>
        <th scope="col">{one.charAt(0).toUpperCase() + one.slice(1)}</th>
        {units.map((each) => (
          <th key={each} scope="col" className={styles.measure} aria-sort={each === unit ? "descending" : "none"}>
            <button
              type="button"
              className={styles.sort}
              title={`Rank by ${each}`}
              data-on={each === unit}
              onClick={() => change({ unit: each })}
            >
              {each === unit && <ArrowSortDownRegular aria-hidden="true" />}
              {unitNames[each]}
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function MeasureCells({ measures, unit }: { measures: Measures; unit: Unit }) {
  return units.map((each) => (
    <td key={each} className={styles.measure} data-on={each === unit} data-unit={each}>
      <Value value={measures[each]} unit={each} />
    </td>
  ));
}

function SkeletonRow() {
  return (
    <tr>
      <td colSpan={4}>
        <div className={styles.skeleton} />
      </td>
    </tr>
  );
}

type Row = { total: Measures; share: number };

/** Copying what is shown, and saving all of it. */
function HandOver<R extends Row>(props: Props<R> & { data: Ranked<R> }) {
  const { title, many, data, span, exportHeader, exportCells, exportAll } = props;
  const [done, setDone] = useState<string | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), 2000);
    return () => clearTimeout(timer);
  }, [done]);

  const cells = (answer: Ranked<R>): Cell[][] => [
    [...exportHeader, ...units],
    ...answer.rows.map((row) => [...exportCells(row), ...units.map((each) => row.total[each])]),
    ...(answer.distinct > answer.rows.length
      ? [["other", ...exportHeader.slice(1).map(() => ""), ...units.map((each) => answer.other[each])]]
      : []),
  ];
  const copy = async () =>
    setDone((await copyText(toTSV(cells(data)))) ? "Copied" : "The browser does not allow copying");
  const save = async () => {
    try {
      const file = `weir-${many}-${writeMoment(span.from)}-${writeMoment(span.to)}.csv`.replaceAll(":", "");
      saveFile(file, "text/csv", toCSV(cells(await exportAll())));
      setDone("Saved");
    } catch (error) {
      setDone(`Cannot export: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <div className={styles.actions}>
      <span role="status" className={styles.done}>
        {done}
      </span>
      <Tooltip content="Copy this table" relationship="label">
        <Button
          size="small"
          appearance="subtle"
          icon={done === "Copied" ? <CheckmarkRegular /> : <CopyRegular />}
          aria-label={`Copy ${title.toLowerCase()}`}
          onClick={() => void copy()}
        />
      </Tooltip>
      <Tooltip content={`Save up to 1,000 ${many} as CSV`} relationship="label">
        <Button
          size="small"
          appearance="subtle"
          icon={<ArrowDownloadRegular />}
          aria-label={`Save ${title.toLowerCase()} as CSV`}
          onClick={() => void save()}
        />
      </Tooltip>
    </div>
  );
}
