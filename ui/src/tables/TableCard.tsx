import { askedTable } from "../api/asked";
import { DatabaseArrowDownRegular } from "@fluentui/react-icons";
import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { type CSSProperties, useId, useMemo } from "react";
import { exportRows, fetchOnce, type Sort, type TableAsk, tableFile, tableQuery } from "../api/queries";
import type { TableAnswer, TableRow } from "../api/types";
import { allRows, type Getting } from "../lib/all-rows";
import type { Unit } from "../lib/format";
import { phone, useMedia } from "../lib/hooks";
import { rowsOf, type Sheet } from "../lib/sheet";
import { ColumnChooser } from "../questions/ColumnChooser";
import { HandOver } from "../questions/HandOver";
import shared from "../questions/QuestionTable.module.css";
import { SaveFile } from "../questions/SaveFile";
import { SortHead } from "../questions/SortHead";
import { useColumns } from "../questions/useColumns";
import { Failure } from "../states/Failure";
import { columnsOf, keyColumn, type TableColumn } from "./columns";
import { Pager } from "./Pager";
import { Segmented } from "../parts/Segmented";
import { orders, type Table } from "./table";
import styles from "./TableCard.module.css";

interface Props {
  table: Table;
  ask: TableAsk;
  query: UseQueryResult<TableAnswer>;
  page: number;
  /** What rows are compared with; null: nothing. */
  against: string | null;
  turn: (page: number) => void;
  sortBy: (sort: Sort) => void;
  /** Whether it is of malicious flows alone. */
  malicious: boolean;
}

/** A table of traffic, sorted and paged by the server. */
export function TableCard({ table, ask, query, page, against, malicious, turn, sortBy }: Props) {
  const { data } = query;
  const queries = useQueryClient();
  const id = useId();
  const unit = ask.by;
  const most = useMemo(() => Math.max(0, ...(data?.rows.map(({ all }) => all.total[unit]) ?? [])), [data, unit]);
  const narrow = useMedia(phone);
  const others = columnsOf(table, most, { against, sort: ask.sort }, malicious, narrow);
  const [shown, choose] = useColumns(others);
  const columns: TableColumn[] = [keyColumn(table), ...shown];

  /** Every row there is, a thousand at a time. */
  const everything: Getting<Sheet> = async (signal, tell) => {
    const part = (offset: number) => fetchOnce(queries, tableQuery({ ...ask, offset, limit: exportRows }), signal);
    return rowsOf(columns, await allRows<TableRow>(part, exportRows)(signal, tell));
  };
  return (
    <section className={`card ${shared.card}`} aria-labelledby={id}>
      <div className={shared.head}>
        <h2 id={id} className={shared.title}>
          {table.title} by {unit}
        </h2>
        {data && (
          <Pager
            page={page}
            offset={data.offset}
            rows={data.rows.length}
            distinct={data.distinct}
            atLeast={data.distinctAtLeast}
            turn={turn}
          />
        )}
        {data && table.ends && data.distinct > 0 && (
          <span className={styles.note}>In is to it, out is from it; each flow counts at both of its ends</span>
        )}
        {!malicious && data && (
          <span className={styles.orders}>
            <span aria-hidden="true">Most</span>
            <Segmented
              label="Most of"
              value={orders.some(({ value }) => value === ask.sort) ? ask.sort : null}
              options={orders}
              onChange={sortBy}
            />
          </span>
        )}
        {data && (
          <HandOver
            what={table.many}
            many={table.many}
            span={ask.scope}
            asked={askedTable(ask)}
            shown={() => rowsOf(columns, data.rows)}
            all={everything}
            every
          >
            <ColumnChooser all={others} shown={shown} choose={choose} />
            <SaveFile
              many={table.many}
              name="Parquet"
              address={tableFile(ask, "parquet")}
              Icon={DatabaseArrowDownRegular}
            />
          </HandOver>
        )}
      </div>
      <div className={shared.body} data-reserve={!data}>
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {data && data.distinct === 0 && <Nothing table={table} />}
        {data && data.distinct > 0 && <Rows table={table} data={data} columns={columns} ask={ask} sortBy={sortBy} />}
      </div>
    </section>
  );
}

function Nothing({ table: { one, from } }: { table: Table }) {
  return (
    <p className={styles.nothing}>
      No flow here has {/^[aeiou]/.test(one) ? "an" : "a"} {one} at either end.{" "}
      {from === "inventory" && (
        <>
          What addresses are comes from an inventory: <code>weir topology import FILE...</code> reads one.
        </>
      )}
      {from === "operators" && (
        <>
          Operators come from a database that <code>geo.databases</code> of the configuration names.
        </>
      )}
    </p>
  );
}

interface RowsProps {
  table: Table;
  data: TableAnswer;
  columns: readonly TableColumn[];
  ask: TableAsk;
  sortBy: (sort: Sort) => void;
}

const rowHeight = 44;

function Rows({ table, data, columns, ask, sortBy }: RowsProps) {
  const narrow = useMedia(phone);
  const unit = ask.by;
  const widths = columns.map(({ width }, place) => (narrow && place === 0 ? Math.min(width, 190) : width));
  const note = table.ends ? `Each flow counts at both of its ends that are a ${table.one}` : undefined;
  return (
    // The box scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={shared.scroll} tabIndex={0} role="region" aria-label={`${table.title}, all rows`}>
      <table
        className={shared.table}
        style={{ "--row": `${rowHeight}px`, minWidth: widths.reduce((sum, width) => sum + width, 0) } as CSSProperties}
        aria-rowcount={data.distinct + 1}
      >
        <caption className="hidden">
          {table.title} by {unit}
          {note && `. ${note}`}
        </caption>
        <colgroup>
          {columns.map(({ id }, place) => (
            <col key={id} style={{ width: widths[place] }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <SortHead
                key={column.id}
                name={column.name}
                number={column.number}
                sort={column.sort}
                rising={column.sort === "key"}
                by={ask.sort}
                sortBy={sortBy}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row, i) => (
            <tr key={row.keys.join(" ")} aria-rowindex={data.offset + i + 2}>
              {columns.map((column, place) => {
                const cell = column.cell(row, unit);
                return place === 0 ? (
                  <th key={column.id} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td
                    key={column.id}
                    data-column={column.id}
                    data-number={column.number}
                    data-on={column.sort === ask.sort}
                  >
                    {cell}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <All data={data} columns={columns} unit={unit} note={note} />
      </table>
    </div>
  );
}

interface AllProps {
  data: TableAnswer;
  columns: readonly TableColumn[];
  unit: Unit;
  note: string | undefined;
}

/** The sums over all rows, shown or not. */
function All({ data, columns, unit, note }: AllProps) {
  const all: TableRow = { keys: [], filter: "", all: data.all, malicious: data.malicious, share: 1, before: null };
  return (
    <tfoot className={shared.sums}>
      <tr>
        <th scope="row" title={note}>
          All
        </th>
        {columns.slice(1).map(({ id, sort, cell, fields }) => (
          <td key={id} data-number data-column={id}>
            {sort && fields.length > 0 && cell(all, unit)}
          </td>
        ))}
      </tr>
    </tfoot>
  );
}
