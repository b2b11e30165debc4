import type { ReactNode } from "react";
import styles from "./DataTable.module.css";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  number?: boolean;
}

interface Props<Row> {
  /** What the table is, for those who cannot see it. */
  caption: string;
  rows: readonly Row[];
  /** The first is the name of the row. */
  columns: readonly [Column<Row>, ...Column<Row>[]];
  rowKey: (row: Row, index: number) => string;
}

/** A plain table, whose rows become small lists where there is no room for columns. */
export function DataTable<Row>({ caption, rows, columns, rowKey }: Props<Row>) {
  const [first, ...others] = columns;
  const look = (column: Column<Row>) => (column.number ? `${styles.number} number` : undefined);
  return (
    <table className={styles.table}>
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" className={look(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={rowKey(row, i)}>
            <th scope="row">{first.cell(row)}</th>
            {others.map((column) => (
              <td key={column.name} className={look(column)} data-name={column.name}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
