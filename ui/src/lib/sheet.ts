// A ranking as a sheet of cells, for other programs.

import type { Ranked, Ranking } from "../api/queries";
import type { Cell } from "./csv";
import { units } from "./format";

/** What a column writes; the page's own columns have more. */
export interface Written<Row> {
  fields: readonly { name: string; value: (row: Row) => Cell }[];
}

export interface Sheet {
  header: string[];
  rows: Cell[][];
  /** What is not in the rows; null where all is. */
  rest: Cell[] | null;
}

/** Rows of which there are no others. */
export function rowsOf<Row>(columns: readonly Written<Row>[], rows: readonly Row[]): Sheet {
  const fields = columns.flatMap((column) => column.fields);
  return {
    header: fields.map(({ name }) => name),
    rows: rows.map((row) => fields.map(({ value }) => value(row))),
    rest: null,
  };
}

export function sheetOf<Row extends Ranked>(columns: readonly Written<Row>[], ranking: Ranking<Row>): Sheet {
  const fields = columns.flatMap((column) => column.fields);
  const rest = fields.map(({ name }, i): Cell => {
    const unit = units.find((each) => each === name);
    return unit ? ranking.other[unit] : i === 0 ? "other" : "";
  });
  return { ...rowsOf(columns, ranking.rows), rest: ranking.distinct > ranking.rows.length ? rest : null };
}

/** Header, rows, and the rest as the last row, so that the sums agree. */
export function linesOf({ header, rows, rest }: Sheet): Cell[][] {
  return [header, ...rows, ...(rest ? [rest] : [])];
}

/** Rows by the names of their fields; texts are as they are, since nothing takes them for a formula. */
export function toJSON({ header, rows, rest }: Sheet, about: object): string {
  const record = (cells: readonly Cell[]) => Object.fromEntries(header.map((name, i) => [name, cells[i]]));
  // Of the rest only sums are known.
  const sums = header.map((name, i) => [name, rest?.[i]] as const).filter(([, value]) => typeof value === "number");
  return `${JSON.stringify({ ...about, rows: rows.map(record), other: rest && Object.fromEntries(sums) }, null, 2)}\n`;
}
