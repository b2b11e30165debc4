import { askedFlows } from "../api/asked";
import { AsKQL } from "../search/AsKQL";
import {
  ArrowDownloadRegular,
  ArrowPreviousRegular,
  BracesRegular,
  DatabaseArrowDownRegular,
  ChevronRightRegular,
  type FluentIcon,
} from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { type CSSProperties, useId, useState } from "react";
import { type FileFormat, flowsFile, type Scope } from "../api/queries";
import type { Flow, FlowsAnswer } from "../api/types";
import { formatInteger, type Unit } from "../lib/format";
import { phone, useMedia, useView } from "../lib/hooks";
import { Button } from "../parts/Button";
import { ColumnChooser } from "../questions/ColumnChooser";
import handOver from "../questions/HandOver.module.css";
import { SaveFile } from "../questions/SaveFile";
import shared from "../questions/QuestionTable.module.css";
import { SortHead } from "../questions/SortHead";
import { useColumns } from "../questions/useColumns";
import { Failure } from "../states/Failure";
import { flowColumns, type FlowColumn, timeColumn } from "./columns";
import { FlowDetail } from "./FlowDetail";
import styles from "./Flows.module.css";
import type { FlowSort } from "./sort";

interface Props {
  query: UseQueryResult<FlowsAnswer>;
  scope: Scope;
  sort: FlowSort;
  /** Whether these are the first rows. */
  first: boolean;
  turn: (after: string) => void;
  sortBy: (sort: FlowSort) => void;
}

/** Reduced flows, sorted by the server, page by page. */
export function FlowsCard({ query, scope, sort, first, turn, sortBy }: Props) {
  const { data } = query;
  const id = useId();
  const [{ zone, unit }] = useView();
  const [open, setOpen] = useState<Flow | null>(null);
  const [shown, choose] = useColumns(flowColumns);
  const columns: FlowColumn[] = [timeColumn(zone, setOpen), ...shown];
  return (
    <section className={`card ${shared.card}`} aria-labelledby={id}>
      <div className={shared.head}>
        <h2 id={id} className={shared.title}>
          Reduced flows by {sort}
        </h2>
        {data && <Turn data={data} first={first} turn={turn} />}
        <div className={handOver.actions}>
          <ColumnChooser all={flowColumns} shown={shown} choose={choose} />
          <AsKQL what="flows" asked={askedFlows(scope, sort)} />
          {files.map(({ format, ...file }) => (
            <SaveFile key={format} many="flows" address={flowsFile(scope, format)} {...file} />
          ))}
        </div>
      </div>
      <div className={shared.body} data-reserve={!data}>
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {data && data.rows.length === 0 && (
          <p className={styles.nothing}>
            {data.detail === null
              ? "There are no rows behind these."
              : "Of this time there are sums by hour and day alone: what flows were is forgotten."}
          </p>
        )}
        {data && data.rows.length > 0 && <Rows data={data} columns={columns} sort={sort} sortBy={sortBy} unit={unit} />}
      </div>
      {open && <FlowDetail flow={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

/** Which rows these are, and the way to those behind: what comes before them may be anything by now. */
function Turn({ data, first, turn }: { data: FlowsAnswer; first: boolean; turn: (after: string) => void }) {
  const { rows, count, next } = data;
  return (
    <span className={styles.pager}>
      {!first && (
        <Button size="small" appearance="subtle" icon={<ArrowPreviousRegular />} onClick={() => turn("")}>
          First rows
        </Button>
      )}
      <span className={`${styles.count} number`} role="status">
        {count === null
          ? `${formatInteger(rows.length)} more`
          : next === ""
            ? formatInteger(count)
            : `the first ${formatInteger(rows.length)} of ${formatInteger(count)}`}
      </span>
      {next !== "" && (
        <Button size="small" appearance="subtle" icon={<ChevronRightRegular />} onClick={() => turn(next)}>
          Rows behind
        </Button>
      )}
    </span>
  );
}

/** The files in which the server sends all rows. A format more is an entry here. */
const files: readonly { format: FileFormat; name: string; Icon: FluentIcon }[] = [
  { format: "csv", name: "CSV", Icon: ArrowDownloadRegular },
  { format: "json", name: "JSON", Icon: BracesRegular },
  { format: "parquet", name: "Parquet", Icon: DatabaseArrowDownRegular },
];

interface RowsProps {
  data: FlowsAnswer;
  columns: readonly FlowColumn[];
  sort: FlowSort;
  sortBy: (sort: FlowSort) => void;
  unit: Unit;
}

const rowHeight = 44;

function Rows({ data, columns, sort, sortBy, unit }: RowsProps) {
  const narrow = useMedia(phone);
  const widths = columns.map(({ width }, place) => (narrow && place === 0 ? 96 : width));
  return (
    // The box scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={shared.scroll} tabIndex={0} role="region" aria-label="Flows, all rows">
      <table
        className={shared.table}
        style={{ "--row": `${rowHeight}px`, minWidth: widths.reduce((sum, width) => sum + width, 0) } as CSSProperties}
      >
        <caption className="hidden">Reduced flows by {sort}</caption>
        <colgroup>
          {columns.map(({ id }, place) => (
            <col key={id} style={{ width: widths[place] }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHead
                key={column.id}
                name={column.name}
                number={column.number}
                sort={column.sort}
                by={sort}
                sortBy={sortBy}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((flow, i) => (
            <tr
              // Rows have no name of their own, and a page of them never changes its order.
              // oxlint-disable-next-line react/no-array-index-key
              key={i}
              data-uncounted={!flow.counted.starts && !flow.counted.forward && !flow.counted.back}
              className={styles.row}
            >
              {columns.map((column, place) =>
                place === 0 ? (
                  <th key={column.id} scope="row">
                    {column.cell(flow, unit)}
                  </th>
                ) : (
                  <td
                    key={column.id}
                    data-column={column.id}
                    data-number={column.number}
                    data-on={column.sort === sort}
                  >
                    {column.cell(flow, unit)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
