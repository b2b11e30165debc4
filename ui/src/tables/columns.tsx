// The columns of a table: what a row is, and what was counted of it.

import type { Sort } from "../api/queries";
import type { TableRow } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatChange, formatFull, type Measures, type Unit } from "../lib/format";
import { measureColumn, shareColumn } from "../questions/columns";
import type { Column } from "../questions/question";
import { parts } from "../traffic/series";
import type { Table } from "./table";
import styles from "./TableCard.module.css";

export interface TableColumn extends Column<TableRow> {
  /** How the server sorts by it. */
  sort?: Sort;
}

const ways = [{ id: "total", name: "Total" } as const, ...parts];

/** What names a row; it is always there. */
export function keyColumn({ one, keys, name }: Table): TableColumn {
  return {
    id: "key",
    name: one.charAt(0).toUpperCase() + one.slice(1),
    width: 290,
    sort: "key",
    cell: (row) => {
      const { name: text, beside } = name(row.keys);
      return (
        <>
          <span className={styles.name} title={row.keys.join(" ")}>
            {text || "none"}
          </span>
          {beside && <span className={styles.beside}>{beside}</span>}
          <Drill terms={[{ name: `${one} ${text}`, text: row.filter }]} />
        </>
      );
    },
    fields: keys.map((key, i) => ({ name: key, value: (row) => row.keys[i] ?? "" })),
  };
}

/** All other columns, the numbers in the unit of the page. */
export function columnsOf(most: number, compared: boolean, malicious: boolean, narrow: boolean): TableColumn[] {
  const share = shareColumn<TableRow>(
    { segments: ({ all }) => parts.map(({ id }) => ({ part: id, measures: all[id] })) },
    most,
  );
  return [
    // Where two columns are in sight, the number by which rows are told apart is one of them.
    ...(narrow ? [] : [share]),
    { ...wayColumn("total", "Total", "total", ({ all }) => all.total), shown: true },
    ...(compared ? [change] : []),
    ...ways.slice(1).map(({ id, name }) => wayColumn(id, name, id, ({ all }) => all[id])),
    ...ways.map(({ id, name }) =>
      wayColumn(
        maliciousId(id),
        id === "total" ? "Malicious" : `Malicious ${name.toLowerCase()}`,
        maliciousId(id),
        ({ malicious }) => malicious[id],
        // Of malicious flows it is the total once more.
        id === "total" && !malicious,
      ),
    ),
    ...(narrow ? [share] : []),
  ];
}

const maliciousId = (id: (typeof ways)[number]["id"]) =>
  `malicious${id.charAt(0).toUpperCase()}${id.slice(1)}` as Extract<Sort, `malicious${string}`>;

function wayColumn(id: string, name: string, sort: Sort, of: (row: TableRow) => Measures, shown = !id.startsWith("m")) {
  const column: TableColumn = measureColumn<TableRow>(id, name, of);
  column.sort = sort;
  column.shown = shown;
  column.group = id.startsWith("malicious") ? "Malicious flows" : "All flows";
  column.width = Math.max(92, 44 + 7 * name.length);
  return column;
}

const change: TableColumn = {
  id: "change",
  name: "Change",
  group: "All flows",
  width: 92,
  number: true,
  shown: true,
  cell: ({ all, before }, unit) => before && <Change now={all.total[unit]} before={before[unit]} unit={unit} />,
  fields: [
    { name: "before flows", value: ({ before }) => before?.flows ?? "" },
    { name: "before packets", value: ({ before }) => before?.packets ?? "" },
    { name: "before bytes", value: ({ before }) => before?.bytes ?? "" },
  ],
};

function Change({ now, before, unit }: { now: number; before: number; unit: Unit }) {
  return (
    <span className="number" title={`The period before: ${formatFull(before, unit)}`}>
      {formatChange(now, before) ?? "new"}
    </span>
  );
}
