import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Scope, type Sort, tableQuery } from "../api/queries";
import type { GeoEdge, HostKey } from "../api/types";
import type { Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Value } from "../parts/Value";
import type { Table } from "../tables/table";
import styles from "./Chosen.module.css";

interface Props {
  title: string;
  table: Table;
  scope: Scope;
  unit: Unit;
  sort?: Sort;
  /** The page that has all of them, and its tab. */
  to: "/hosts" | "/ports" | "/places" | "/malicious";
  /** Which hosts are meant: those at one of both ends. */
  keep?: (host: HostKey) => boolean;
  none: string;
}

const shown = 5;

/** The first few of something, about a place. */
export function TopList({ title, table, scope, unit, sort = "total", to, keep, none }: Props) {
  const [view] = useView();
  const limit = keep ? 100 : shown;
  const { data, isError } = useQuery(
    tableQuery({ split: table.split, scope, by: unit, sort, offset: 0, limit, compare: null }),
  );
  const rows = data?.rows.filter(({ hosts }) => !keep || (hosts?.[0] !== undefined && keep(hosts[0]))).slice(0, shown);
  const search = { ...writeView({ ...view, where: scope.where }), ...(to !== "/ports" && { tab: table.split }) };
  return (
    <section className={styles.list} aria-label={title}>
      <h3>
        <Link to={to} search={search}>
          {title}
        </Link>
      </h3>
      <table>
        <caption className="hidden">{title}</caption>
        <tbody>
          {rows?.map((row) => {
            const { name, beside } = table.name(row.keys, row.hosts);
            const host = row.hosts?.[0];
            return (
              <tr key={row.keys.join(" ")}>
                <th scope="row" title={[...row.keys, beside].filter(Boolean).join(" · ")}>
                  {name}
                  {(beside || (host && name !== row.keys[0] && row.keys[0])) && (
                    <span className={styles.beside}> {host ? row.keys[0] : beside}</span>
                  )}
                </th>
                <td>
                  <Value value={valueOf(row.all, row.malicious, sort)[unit]} unit={unit} />
                </td>
              </tr>
            );
          })}
          {rows?.length === 0 && (
            <tr>
              <th scope="row" className={styles.beside}>
                {none}
              </th>
            </tr>
          )}
          {isError && !data && (
            <tr>
              <th scope="row" className={styles.beside}>
                The server does not answer this.
              </th>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

type Ways = GeoEdge["all"];

function valueOf(all: Ways, malicious: Ways, sort: Sort) {
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
