// The columns of a table: what a row is, and what was counted of it.

import { Address } from "../address/Address";
import { HostLink } from "../address/HostLink";
import type { Sort } from "../api/queries";
import type { TableRow } from "../api/types";
import { Drill } from "../filter/Drill";
import type { Measures } from "../lib/format";
import { portName, portNumbers } from "../lib/port";
import { changeColumn, measureColumn, shareColumn, sideColumns, textColumn } from "../questions/columns";
import names from "../questions/names.module.css";
import type { Column } from "../questions/question";
import { portTerms } from "../questions/terms";
import { parts } from "../traffic/series";
import { sortsBy, type Table } from "./table";
import styles from "./TableCard.module.css";

export interface TableColumn extends Column<TableRow> {
  /** How the server sorts by it. */
  sort?: Sort;
}

const ways = [{ id: "total", name: "Total" } as const, ...parts];

// Of a pair the first initiates more.
const directions = [
  { id: "total", name: "Total" },
  { id: "allowed", name: "Allowed" },
  { id: "denied", name: "Denied" },
  { id: "allowedOut", name: "Allowed →" },
  { id: "allowedIn", name: "Allowed ←" },
  { id: "deniedOut", name: "Denied →" },
  { id: "deniedIn", name: "Denied ←" },
] as const;

/** What names a row; it is always there. */
export function keyColumn(table: Table): TableColumn {
  const { one, keys, name, isHost } = table;
  if (table.split === "hosts" || table.split === "pairs") return hostsColumn(table);
  return {
    id: "key",
    name: one.charAt(0).toUpperCase() + one.slice(1),
    width: 256,
    sort: "key",
    cell: (row) => {
      const { name: text, beside } = name(row.keys);
      const port = portOf(table, row);
      return (
        <>
          <span className={styles.name} title={row.keys.join(" ")}>
            {text || "none"}
          </span>
          {beside && (
            <span className={styles.beside}>
              {beside} {port?.application}
            </span>
          )}
          {isHost && (
            <span className={styles.page}>
              <HostLink host={row.keys[0]!} />
            </span>
          )}
          <Drill terms={port ? portTerms(port) : [{ name: `${one} ${text}`, text: row.filter }]} />
        </>
      );
    },
    fields:
      table.split === "ports" ? portFields : keys.map((key, i) => ({ name: key, value: (row) => row.keys[i] ?? "" })),
  };
}

/** The port that a row of ports is. */
const portOf = ({ split }: Table, { ports: [port] = [] }: TableRow) => (split === "ports" ? port : undefined);

const portFields: TableColumn["fields"] = [
  { name: "port", value: ({ ports: [port] = [] }) => (port ? portNumbers(port) : "") },
  { name: "protocol", value: ({ ports: [port] = [] }) => port?.protocol ?? "" },
  { name: "application", value: ({ ports: [port] = [] }) => port?.application ?? "" },
];

/** A host, or two of them, each the way to what it was. */
function hostsColumn({ split, one, keys }: Table): TableColumn {
  return {
    id: "key",
    name: one.charAt(0).toUpperCase() + one.slice(1),
    width: split === "pairs" ? 340 : 276,
    cell: ({ keys: addresses, hosts = [], filter }) => (
      <span className={split === "pairs" ? names.ends : undefined}>
        {hosts.map(({ address, side }, i) => [
          i > 0 && (
            <span key="and" className={names.arrow}>
              <span aria-hidden="true">⇄</span>
              <span className="hidden"> and </span>
            </span>
          ),
          <Address key={address} address={address} side={side} seenFrom={hosts[1 - i]?.side.vnet ?? ""} tight />,
        ])}
        <Drill terms={[{ name: `${one} ${addresses.join(" and ")}`, text: filter }]} />
      </span>
    ),
    fields: keys.flatMap((key, i) => [
      { name: key, value: (row: TableRow) => row.keys[i] ?? "" },
      { name: key.replace("ip", "name"), value: (row: TableRow) => row.hosts?.[i]?.side.name ?? "" },
    ]),
  };
}

/** What else is known of hosts. */
function factsOf({ split }: Table): TableColumn[] {
  if (split === "hosts") return sideColumns<TableRow>("host", "", ({ hosts = [] }) => hosts[0]!.side);
  return [
    {
      ...textColumn<TableRow>("ports", "Ports", 150, ({ ports = [] }) => ports.map(portName).join(", ")),
      shown: true,
      fields: [
        {
          name: "ports",
          value: ({ ports = [] }) => ports.map((each) => `${portNumbers(each)}/${each.protocol}`).join(" "),
        },
      ],
    },
  ];
}

/** All other columns, the numbers in the unit of the page. */
export function columnsOf(
  table: Table,
  most: number,
  { against, sort: by }: { against: string | null; sort: Sort },
  malicious: boolean,
  narrow: boolean,
): TableColumn[] {
  const counted = table.split === "pairs" ? directions : ways;
  const share = shareColumn<TableRow>(
    { segments: ({ all }) => parts.map(({ id }) => ({ part: id, measures: all[id] })) },
    most,
  );
  const all: TableColumn[] = [
    // Where two columns are in sight, the number by which rows are told apart is one of them.
    ...(narrow ? [] : [share]),
    ...(table.split === "pairs" ? factsOf(table) : []),
    { ...wayColumn("total", "Total", "total", ({ all }) => all.total), shown: true },
    ...(against === null
      ? []
      : [changeColumn<TableRow>(against, ({ all, before }) => ({ now: all.total, before }), "All flows")]),
    ...counted.slice(1).map(({ id, name }) =>
      // Of pairs what was allowed is shown by which way, what was denied in one.
      wayColumn(id, name, id, ({ all: of }) => of[id], table.split !== "pairs" || !/^denied.|^allowed$/.test(id)),
    ),
    ...counted.map(({ id, name }) =>
      wayColumn(
        maliciousId(id),
        id === "total" ? "Malicious" : `Malicious ${name.toLowerCase()}`,
        maliciousId(id),
        ({ malicious }) => malicious[id],
        // Of malicious flows it is the total once more.
        id === "total" && !malicious,
      ),
    ),
    {
      ...wayColumn("deniedBenign", "Denied benign", "deniedBenign", deniedBenign, by === "deniedBenign"),
      group: "Benign flows",
    },
    ...(table.split === "hosts" ? factsOf(table) : []),
    ...(narrow ? [share] : []),
  ];
  return all.map((column) => {
    const { sort, ...unsorted } = column;
    return sort && sortsBy(table, sort) ? column : unsorted;
  });
}

function deniedBenign({ all: { denied }, malicious: { denied: bad } }: TableRow): Measures {
  return {
    flows: denied.flows - bad.flows,
    packets: denied.packets - bad.packets,
    bytes: denied.bytes - bad.bytes,
  };
}

const maliciousId = (id: (typeof ways | typeof directions)[number]["id"]) =>
  `malicious${id.charAt(0).toUpperCase()}${id.slice(1)}` as Extract<Sort, `malicious${string}`>;

function wayColumn(id: string, name: string, sort: Sort, of: (row: TableRow) => Measures, shown = !id.startsWith("m")) {
  const column: TableColumn = measureColumn<TableRow>(id, name, of);
  column.sort = sort;
  column.shown = shown;
  column.group = id.startsWith("malicious") ? "Malicious flows" : "All flows";
  column.width = Math.max(92, 44 + 7 * name.length);
  return column;
}
