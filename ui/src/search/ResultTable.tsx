import { ArrowSortDownRegular, ArrowSortUpRegular } from "@fluentui/react-icons";
import { type CSSProperties, useMemo, useRef, useState } from "react";
import { formatInteger } from "../lib/format";
import { useView } from "../lib/hooks";
import type { Zone } from "../lib/time";
import shared from "../questions/QuestionTable.module.css";
import { useRows } from "../questions/useRows";
import type { Answer, Column, Value } from "./ask";
import { isNumber, show, type Sort, sorted } from "./cells";
import { RowDetail } from "./RowDetail";
import styles from "./Results.module.css";

const rowHeight = 30;

/** The rows of an answer, of which those in sight are drawn. */
export function ResultTable({ answer: { columns, rows } }: { answer: Answer }) {
  const [{ zone }] = useView();
  const [sort, setSort] = useState<Sort | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const [first, last] = useRows(box, rows.length, rowHeight);
  const shown = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
  const widths = useMemo(() => columns.map((column, at) => widthOf(column, rows, at, zone)), [columns, rows, zone]);
  const numbers = 24 + 9 * String(rows.length).length;
  const sum = widths.reduce((sum, width) => sum + width, numbers);
  return (
    <>
      {/* The box scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} className={`${shared.scroll} ${styles.scroll}`} tabIndex={0} role="region" aria-label="Rows">
        <table
          className={`${shared.table} ${styles.table}`}
          style={{ "--row": `${rowHeight}px`, minWidth: sum } as CSSProperties}
          aria-rowcount={rows.length + 1}
        >
          <caption className="hidden">Rows of the answer</caption>
          <colgroup>
            <col style={{ width: numbers }} />
            {widths.map((width, at) => (
              // Columns have their place, and can have a name twice.
              // oxlint-disable-next-line react/no-array-index-key
              <col key={at} style={{ width }} />
            ))}
            {/* What is left of a wide window. */}
            <col />
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">
                <span className="hidden">Row</span>
              </th>
              {columns.map((column, at) => (
                // oxlint-disable-next-line react/no-array-index-key
                <Head key={at} column={column} at={at} sort={sort} setSort={setSort} />
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            <Gap height={first * rowHeight} />
            {shown.slice(first, last).map((row, i) => (
              // A row has no name but its place.
              // oxlint-disable-next-line react/no-array-index-key
              <tr key={first + i} aria-rowindex={first + i + 2}>
                <th scope="row">
                  <button
                    type="button"
                    className={styles.open}
                    title="All of this row"
                    aria-label={`Row ${first + i + 1}, all of it`}
                    onClick={() => setOpen(first + i)}
                  >
                    {first + i + 1}
                  </button>
                </th>
                {columns.map((column, at) => (
                  // oxlint-disable-next-line react/no-array-index-key
                  <Cell key={at} value={row[at] ?? null} column={column} zone={zone} />
                ))}
                <td />
              </tr>
            ))}
            <Gap height={(rows.length - last) * rowHeight} />
          </tbody>
        </table>
      </div>
      {open !== null && (
        <RowDetail
          title={`Row ${formatInteger(open + 1)} of ${formatInteger(rows.length)}`}
          columns={columns}
          row={shown[open]!}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Head({
  column,
  at,
  sort,
  setSort,
}: {
  column: Column;
  at: number;
  sort: Sort | null;
  setSort: (sort: Sort | null) => void;
}) {
  const on = sort?.column === at;
  const rising = on && sort.rising;
  // Up, down, and as it came.
  const next = !on ? { column: at, rising: true } : rising ? { column: at, rising: false } : null;
  const Arrow = rising ? ArrowSortUpRegular : ArrowSortDownRegular;
  return (
    <th
      scope="col"
      data-number={isNumber(column) || undefined}
      aria-sort={on ? (rising ? "ascending" : "descending") : "none"}
    >
      <button
        type="button"
        className={shared.rank}
        data-on={on}
        title={`${column.name}: ${column.type}. ${next === null ? "As the rows came" : `Sort, ${next.rising ? "lowest" : "highest"} first`}`}
        onClick={() => setSort(next)}
      >
        {on && <Arrow aria-hidden="true" />}
        {column.name}
        <span className={styles.type}>{column.type}</span>
      </button>
    </th>
  );
}

function Cell({ value, column, zone }: { value: Value; column: Column; zone: Zone }) {
  const text = show(value, column, zone);
  return (
    <td data-number={isNumber(column) || undefined} data-null={value === null || undefined} title={text}>
      {value === null ? "null" : text}
    </td>
  );
}

function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className={shared.gap}>
      <td style={{ height }} />
    </tr>
  );
}

/** As wide as its name and the first of its values want, within reason. */
function widthOf(column: Column, rows: Answer["rows"], at: number, zone: Zone): number {
  const head = 32 + 7.2 * column.name.length + 6 * column.type.length;
  const longest = rows
    .slice(0, 100)
    .reduce((most, row) => Math.max(most, show(row[at] ?? null, column, zone).length), 4);
  return Math.round(Math.max(head, Math.min(360, 20 + 7.4 * longest)));
}
