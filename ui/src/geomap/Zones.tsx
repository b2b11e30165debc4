import { useQuery } from "@tanstack/react-query";
import { environmentQuery, type Scope } from "../api/queries";
import { Drill } from "../filter/Drill";
import type { Unit } from "../lib/format";
import { Value } from "../parts/Value";
import styles from "../picture/TopFew.module.css";

interface Props {
  region: string;
  /** Of what stays within the region. */
  scope: Scope;
  unit: Unit;
}

/** What went from zone to zone of a region, and what stayed within each. */
export function Zones({ region, scope, unit }: Props) {
  const { data, isError } = useQuery(environmentQuery(scope, unit));
  const pairs = data?.zones.filter((pair) => pair.region === region);
  const title = "Between zones, within the region";
  return (
    <section className={styles.list} aria-label={title}>
      <h3>{title}</h3>
      <table aria-label={title}>
        <tbody>
          {pairs?.map(({ from, to, filter, total }) => {
            const name = from === to ? `within ${from}` : `${from} → ${to}`;
            return (
              <tr key={name}>
                <th scope="row">
                  <Drill terms={[{ name: `zone ${name}`, text: filter }]}>{name}</Drill>
                </th>
                <td>
                  <Value value={total[unit]} unit={unit} />
                </td>
              </tr>
            );
          })}
          {(pairs?.length === 0 || (isError && !data)) && (
            <tr>
              <td className={styles.beside}>
                {pairs ? "The inventory has no zones there" : "The server does not answer this."}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}
