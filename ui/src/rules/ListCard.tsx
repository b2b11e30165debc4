import type { Asked } from "../api/asked";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { type CSSProperties, Fragment, type ReactNode, useId, useState } from "react";
import { exportRows, type Scope } from "../api/queries";
import { allRows, type Getting } from "../lib/all-rows";
import { phone, useMedia, useView } from "../lib/hooks";
import { rowsOf, type Sheet } from "../lib/sheet";
import { ColumnChooser } from "../questions/ColumnChooser";
import { HandOver } from "../questions/HandOver";
import shared from "../questions/QuestionTable.module.css";
import { SortHead } from "../questions/SortHead";
import { useColumns } from "../questions/useColumns";
import { Failure } from "../states/Failure";
import { Pager } from "../tables/Pager";
import tables from "../tables/TableCard.module.css";
import type { ListColumn, Listing } from "./list";
import styles from "./ListCard.module.css";

interface Props<Row, By> {
  title: string;
  /** What rows are called in files: "rules". */
  many: string;
  note: string;
  none: ReactNode;
  /** The first names the row, and is always there. */
  columns: readonly [ListColumn<Row, By>, ...ListColumn<Row, By>[]];
  rowKey: (row: Row) => string;
  /** What is to be said of a row, below it. */
  detail: (row: Row) => ReactNode;
  query: UseQueryResult<Listing<Row>>;
  /** So many rows behind a place. */
  fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<Listing<Row>>;
  scope: Scope;
  /** Where in the API it is asked, where that can be said in KQL. */
  asked: Asked | undefined;
  page: number;
  sort: By;
  go: (to: { sort?: By; page?: number }) => void;
}

const rowHeight = 44;

/** A list that the server sorts and pages, with more about each row below it. */
export function ListCard<Row, By extends string>(props: Props<Row, By>) {
  const { title, many, note, none, columns, query, fetch, scope, asked, page, go } = props;
  const { data } = query;
  const id = useId();
  const [key, ...others] = columns;
  const [chosen, choose] = useColumns(others);
  const shown = [key, ...(chosen as ListColumn<Row, By>[])];

  /** Every row there is, a thousand at a time. */
  const everything: Getting<Sheet> = async (signal, tell) => {
    const part = (offset: number) => fetch(offset, exportRows, signal);
    return rowsOf(shown, await allRows<Row>(part, exportRows)(signal, tell));
  };
  return (
    <section className={`card ${shared.card}`} aria-labelledby={id}>
      <div className={shared.head}>
        <h2 id={id} className={shared.title}>
          {title}
        </h2>
        {data && (
          <Pager
            page={page}
            offset={data.offset}
            rows={data.rows.length}
            distinct={data.distinct}
            atLeast={false}
            turn={(to) => go({ page: to })}
          />
        )}
        <span className={tables.note} title={note}>
          {note}
        </span>
        {data && (
          <HandOver
            what={many}
            many={many}
            span={scope}
            asked={asked}
            shown={() => rowsOf(shown, data.rows)}
            all={everything}
            every
          >
            <ColumnChooser all={others} shown={chosen} choose={choose} />
          </HandOver>
        )}
      </div>
      <div className={shared.body} data-reserve={!data}>
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {data && data.distinct === 0 && <p className={tables.nothing}>{none}</p>}
        {data && data.distinct > 0 && <Rows {...props} data={data} shown={shown} />}
      </div>
    </section>
  );
}

// These begin with the lowest, all others with the highest.
const rising = new Set<string>(["key", "last"]);

type RowsProps<Row, By> = Props<Row, By> & { data: Listing<Row>; shown: readonly ListColumn<Row, By>[] };

function Rows<Row, By extends string>({ title, data, shown, rowKey, detail, sort, go }: RowsProps<Row, By>) {
  const narrow = useMedia(phone);
  const [{ unit }] = useView();
  const [open, setOpen] = useState<string | null>(null);
  const id = useId();
  const widths = shown.map(({ width }, place) => (narrow && place === 0 ? Math.min(width, 190) : width));
  return (
    // The box scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={shared.scroll} tabIndex={0} role="region" aria-label={`${title}, all rows`}>
      <table
        className={shared.table}
        style={{ "--row": `${rowHeight}px`, minWidth: widths.reduce((sum, width) => sum + width, 0) } as CSSProperties}
      >
        <caption className="hidden">{title}</caption>
        <colgroup>
          {shown.map((column, place) => (
            <col key={column.id} style={{ width: widths[place] }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {shown.map((column) => (
              <SortHead
                key={column.id}
                name={column.name}
                number={column.number}
                sort={column.sort}
                rising={column.sort !== undefined && rising.has(column.sort)}
                by={sort}
                sortBy={(by) => go({ sort: by })}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row, i) => {
            const name = rowKey(row);
            const opened = open === name;
            return (
              <Fragment key={name}>
                <tr data-row={i}>
                  {shown.map((column, place) =>
                    place === 0 ? (
                      <th key={column.id} scope="row">
                        <span className={styles.key}>
                          <button
                            type="button"
                            className={styles.more}
                            aria-expanded={opened}
                            aria-controls={opened ? id : undefined}
                            aria-label={opened ? "Less" : "More"}
                            title={opened ? "Less" : "More about it"}
                            onClick={() => setOpen(opened ? null : name)}
                          >
                            {opened ? <ChevronDownRegular /> : <ChevronRightRegular />}
                          </button>
                          <span className={styles.name}>{column.cell(row, unit)}</span>
                        </span>
                      </th>
                    ) : (
                      <td
                        key={column.id}
                        data-column={column.id}
                        data-number={column.number}
                        data-on={column.sort === sort}
                      >
                        {column.cell(row, unit)}
                      </td>
                    ),
                  )}
                </tr>
                {opened && (
                  <tr id={id} className={styles.detail}>
                    <td colSpan={shown.length}>
                      <div className={styles.about}>{detail(row)}</div>
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
