import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Scope, type Sort, tableQuery } from "../api/queries";
import type { TableRow } from "../api/types";
import type { Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Value } from "../parts/Value";
import type { Table } from "../tables/table";
import styles from "./TopFew.module.css";

interface Props {
  title: string;
  table: Table;
  scope: Scope;
  unit: Unit;
  sort?: Sort;
  /** The page that has all of them. */
  to: "/hosts" | "/ports" | "/rules" | "/malicious" | "/places";
  /** Which rows are meant; all where it is not said. */
  keep?: (row: TableRow) => boolean;
  none?: string;
  most?: number;
}

const few = 5;

/** Pages with a tab for each table. */
const tabbed: ReadonlySet<string> = new Set(["/hosts", "/malicious", "/places"]);

/** What a table is sorted by. */
function valueOf({ all, malicious }: TableRow, sort: Sort) {
  switch (sort) {
    case "allowedOut":
      return all.allowedOut;
    case "deniedOut":
      return all.deniedOut;
    case "maliciousTotal":
      return malicious.total;
    default:
      return all.total;
  }
}

/** The first few of something, about a part of a picture. */
export function TopFew({ title, table, scope, unit, sort = "total", to, keep, none = "None", most = few }: Props) {
  const [view] = useView();
  const limit = keep ? 100 : most;
  const { data, isError } = useQuery(
    tableQuery({ split: table.split, scope, by: unit, sort, offset: 0, limit, compare: null }),
  );
  const of = (row: TableRow) => valueOf(row, sort)[unit];
  const rows = data?.rows.filter((row) => of(row) > 0 && (!keep || keep(row))).slice(0, most);
  const search = { ...writeView({ ...view, where: scope.where }), ...(tabbed.has(to) && { tab: table.split }) };
  return (
    <section className={styles.list} aria-label={title}>
      <h3>
        <Link to={to} search={search}>
          {title}
        </Link>
      </h3>
      <table aria-label={title}>
        <tbody>
          {rows?.map((row) => {
            const { name, beside } = table.name(row.keys, row.hosts);
            const aside = row.hosts ? row.keys[0] : (row.ports?.[0]?.application ?? beside);
            return (
              <tr key={row.keys.join(" ")}>
                <th scope="row" title={row.keys.join(" ")}>
                  {name || "none"} {aside !== name && <span className={styles.beside}>{aside}</span>}
                </th>
                <td>
                  <Value value={of(row)} unit={unit} />
                </td>
              </tr>
            );
          })}
          {(rows?.length === 0 || (isError && !data)) && (
            <tr>
              <td className={styles.beside}>{rows ? none : "The server does not answer this."}</td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}
