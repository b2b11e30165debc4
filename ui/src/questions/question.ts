// A question whose answer is a ranking: hosts, conversations, ports, rules.
// From one entry come its table on the Overview, its page, and its files.

import type { ReactNode } from "react";
import type { Ask, Ranked } from "../api/queries";
import type { Cell } from "../lib/csv";
import type { Term } from "../lib/filter";
import type { Unit } from "../lib/format";
import type { Segment } from "../traffic/ShareBar";

export interface Question<Row extends Ranked> {
  /** The address of its page. */
  path: "/hosts" | "/conversations" | "/ports" | "/rules";
  title: string;
  /** What a row is: "host", "hosts". */
  one: string;
  many: string;
  /** One sentence on what the numbers mean, where that is not plain. */
  note?: string;
  ask: Ask<Row>;
  rowKey: (row: Row) => string;
  /** What names a row, where it has a table's first column to itself. */
  name: (row: Row) => ReactNode;
  /** What a row means in a filter: the first is the row as it is named. */
  terms: (row: Row) => readonly Term[];
  /** Lines of text in that name. */
  lines: 1 | 2 | 3;
  /** The parts of a row's measure, which colour its bar. */
  segments: (row: Row) => Segment[];
  /** The column that names a row on the page; it is always there. */
  key: Column<Row>;
  /** What else is known of a row. The measures that rank it are in every table. */
  columns: readonly Column<Row>[];
  /** The height of a row on the page in pixels, in wide and in narrow windows: rows of one height can be thousands. */
  rowHeight: { wide: number; narrow: number };
}

export interface Column<Row> {
  /** As the page's address has it. */
  id: string;
  name: string;
  /** What it is about, where there are many: the heading in the choice of columns. */
  group?: string;
  /** In pixels, at least. */
  width: number;
  number?: boolean;
  /** Whether it is there when nothing was chosen. */
  shown?: boolean;
  /** The unit by which its head ranks the rows. */
  ranks?: Unit;
  cell: (row: Row, unit: Unit) => ReactNode;
  /** What of it goes into a file. */
  fields: readonly Field<Row>[];
}

export interface Field<Row> {
  name: string;
  value: (row: Row) => Cell;
}
