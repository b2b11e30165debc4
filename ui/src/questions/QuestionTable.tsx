import { ArrowSortDownRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useId, useMemo, useRef } from "react";
import type { Asked } from "../api/asked";
import type { Ranked, Ranking, Scope } from "../api/queries";
import { Drill } from "../filter/Drill";
import { formatInteger, type Unit, units } from "../lib/format";
import { phone, useMedia, useView } from "../lib/hooks";
import { sheetOf } from "../lib/sheet";
import { Failure } from "../states/Failure";
import { ColumnChooser } from "./ColumnChooser";
import { changeColumn, rankColumns, shareColumn } from "./columns";
import { HandOver } from "./HandOver";
import type { Column, Question } from "./question";
import styles from "./QuestionTable.module.css";
import { Sums } from "./Sums";
import { useColumns } from "./useColumns";
import { useRows } from "./useRows";

interface Props<Row extends Ranked> {
  question: Question<Row>;
  query: UseQueryResult<Ranking<Row>>;
  span: Scope;
  unit: Unit;
  /** What its numbers are compared with; null: nothing. */
  against: string | null;
  /** Whether to keep the room of the rows, because it was once shown empty. */
  reserve: boolean;
  /** Where in the API it is asked. */
  asked: Asked;
}

/** Every row that the server ranks, in a box of its own that scrolls. */
export function QuestionTable<Row extends Ranked>({
  question,
  query,
  span,
  unit,
  against,
  reserve,
  asked,
}: Props<Row>) {
  const { data } = query;
  const { many } = question;
  const id = useId();
  const most = useMemo(() => Math.max(0, ...(data?.rows.map((row) => row.total[unit]) ?? [])), [data, unit]);
  const narrow = useMedia(phone);
  const all = arrange(question, most, against, narrow ? unit : null);
  const [shown, choose] = useColumns(all);
  const columns = [question.key, ...shown];
  return (
    <section className={`card ${styles.card}`} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          {question.title} by {unit}
        </h2>
        {data && <span className={styles.count}>{countOf(data)}</span>}
        {data && (
          <HandOver
            what={many}
            many={many}
            span={span}
            asked={asked}
            shown={() => sheetOf(columns, data)}
            all={async () => sheetOf(columns, data)}
          >
            <ColumnChooser all={all} shown={shown} choose={choose} />
          </HandOver>
        )}
      </div>
      <div className={styles.body} data-reserve={reserve}>
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {data && <Rows question={question} data={data} columns={columns} unit={unit} where={span.where} />}
      </div>
    </section>
  );
}

/**
 * All columns but the first. What a row is comes before how much of it there
 * is; on a phone, where two are in sight, what ranks the rows comes first.
 */
function arrange<Row extends Ranked>(
  question: Question<Row>,
  most: number,
  against: string | null,
  first: Unit | null,
): Column<Row>[] {
  const words = question.columns.filter((column) => !column.number);
  const numbers = [...rankColumns<Row>(), ...question.columns.filter((column) => column.number)];
  if (against !== null)
    numbers.splice(
      units.length,
      0,
      changeColumn<Row>(against, ({ total: now, before }) => ({ now, before })),
    );
  const share = shareColumn(question, most);
  if (first === null) return [...words, share, ...numbers];
  return [...numbers.toSorted((a, b) => Number(b.ranks === first) - Number(a.ranks === first)), share, ...words];
}

function countOf({ rows, distinct, distinctAtLeast }: Ranking<unknown>): string {
  if (distinct <= rows.length) return formatInteger(distinct);
  return `the first ${formatInteger(rows.length)} of ${distinctAtLeast ? "at least " : ""}${formatInteger(distinct)}`;
}

interface RowsProps<Row extends Ranked> {
  question: Question<Row>;
  data: Ranking<Row>;
  columns: readonly Column<Row>[];
  unit: Unit;
  where: string;
}

function Rows<Row extends Ranked>({ question, data, columns, unit, where }: RowsProps<Row>) {
  const { title, note, rowKey, rowHeight } = question;
  const { rows } = data;
  const narrow = useMedia(phone);
  const height = narrow ? rowHeight.narrow : rowHeight.wide;
  const box = useRef<HTMLDivElement>(null);
  const [first, last] = useRows(box, rows.length, height);
  const order = `${unit} ${where}`;
  const shown = useRef(order);
  useEffect(() => {
    // Other rows begin at their top.
    if (shown.current !== order) box.current?.scrollTo({ top: 0 });
    shown.current = order;
  }, [order]);
  // On a phone the name of a row, which stays, must leave room for others beside it.
  const widths = columns.map((column, place) => (narrow && place === 0 ? Math.min(column.width, 168) : column.width));
  return (
    // The box scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} className={styles.scroll} tabIndex={0} role="region" aria-label={`${title}, all rows`}>
      <table
        className={styles.table}
        style={{ "--row": `${height}px`, minWidth: widths.reduce((sum, width) => sum + width, 0) } as CSSProperties}
        aria-rowcount={rows.length + 1}
      >
        <caption className="hidden">
          {title} by {unit}
          {note && `. ${note}`}
        </caption>
        <colgroup>
          {columns.map((column, place) => (
            <col key={column.id} style={{ width: widths[place] }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.id} column={column} unit={unit} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={first * height} />
          {rows.slice(first, last).map((row, i) => (
            <tr key={rowKey(row)} aria-rowindex={first + i + 2}>
              {columns.map((column, place) =>
                place === 0 ? (
                  <th key={column.id} scope="row">
                    {column.cell(row, unit)}
                    <Drill terms={question.terms(row)} />
                  </th>
                ) : (
                  <td
                    key={column.id}
                    data-column={column.id}
                    data-number={column.number}
                    data-on={column.ranks === unit}
                  >
                    {column.cell(row, unit)}
                  </td>
                ),
              )}
            </tr>
          ))}
          <Gap height={(rows.length - last) * height} />
        </tbody>
        <Sums question={question} data={data} columns={columns} unit={unit} />
      </table>
    </div>
  );
}

/** The room of rows that are not drawn. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className={styles.gap}>
      <td style={{ height }} />
    </tr>
  );
}

/** The name of a column; that of a measure ranks by it, here and everywhere. */
function Head<Row>({ column, unit }: { column: Column<Row>; unit: Unit }) {
  const [, change] = useView();
  const { name, number, ranks } = column;
  if (ranks === undefined) {
    return (
      <th scope="col" data-number={number} title={name}>
        {name}
      </th>
    );
  }
  const on = ranks === unit;
  return (
    <th scope="col" data-number aria-sort={on ? "descending" : "none"}>
      <button
        type="button"
        className={styles.rank}
        data-on={on}
        title={`Rank by ${ranks}`}
        onClick={() => change({ unit: ranks })}
      >
        {on && <ArrowSortDownRegular aria-hidden="true" />}
        {name}
      </button>
    </th>
  );
}
