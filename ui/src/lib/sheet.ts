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

/** Rows of an answer as they are, with the fields of what is in them: "total flows". */
export function plainSheet(rows: readonly object[]): Sheet {
  const flat = rows.map((row) => new Map(cellsOf(row)));
  const header = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  return { header, rows: flat.map((row) => header.map((name) => row.get(name) ?? "")), rest: null };
}

function cellsOf(value: object, before = ""): [string, Cell][] {
  return Object.entries(value).flatMap(([key, field]: [string, unknown]): [string, Cell][] => {
    const name = before + key.replace(/([a-z])(?=[A-Z])/g, "$1 ").toLowerCase();
    if (Array.isArray(field)) return [[name, field.map((each) => textOf(each)).join(" ")]];
    if (typeof field === "object" && field !== null) return cellsOf(field, `${name} `);
    return [[name, typeof field === "number" ? field : textOf(field)]];
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean);
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
