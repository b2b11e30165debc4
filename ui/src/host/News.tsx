import { Address } from "../address/Address";
import type { HostAnswer, Port } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatInteger, type Measures, type Unit } from "../lib/format";
import { portName } from "../lib/port";
import { formatMoment, type Zone, zoneName } from "../lib/time";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { portTerms } from "../questions/terms";
import { partnerKey } from "./partners";
import styles from "./host.module.css";

/** How many of each are shown; the table of partners marks the others. */
const shown = 6;

interface Props {
  answer: HostAnswer | undefined;
  unit: Unit;
  zone: Zone;
  /** Whether to keep room, because it was once shown empty. */
  reserve: boolean;
}

/** What a host did not have before: it is what an incident begins with. */
export function News({ answer, unit, zone, reserve }: Props) {
  const news = answer?.news;
  const since = news && `${formatMoment(Date.parse(news.since), zone)} ${zoneName(Date.parse(news.since), zone)}`;
  return (
    <div className={styles.news} data-reserve={reserve}>
      <Section title="What is new" level={2} card beside={since && `not seen from ${since} until this range`}>
        {answer && !news && (
          <p className={styles.dim}>There are no flows of all of the time before, so nothing is told as new.</p>
        )}
        {news && (
          <div className={styles.lists}>
            <List
              title="Partners"
              count={news.partners.distinct}
              none="Every partner was there before."
              rows={news.partners.rows.slice(0, shown).map((row) => ({
                key: partnerKey(row),
                name: <Address address={row.address} side={row.side} brief />,
                measures: row.total,
              }))}
              unit={unit}
            />
            <List
              title="Ports it serves"
              count={news.serves.distinct}
              none="It served every port before."
              rows={ports(news.serves.rows)}
              unit={unit}
            />
            <List
              title="Ports it uses"
              count={news.uses.distinct}
              none="It used every port before."
              rows={ports(news.uses.rows)}
              unit={unit}
            />
          </div>
        )}
      </Section>
    </div>
  );
}

interface Row {
  key: string;
  name: React.ReactNode;
  measures: Measures;
}

function ports(rows: readonly Port[]): Row[] {
  return rows.slice(0, shown).map((port) => ({
    key: `${port.port} ${port.protocol}`,
    name: (
      <Drill terms={portTerms(port)}>
        <span>{portName(port)}</span>
      </Drill>
    ),
    measures: port.total,
  }));
}

interface ListProps {
  title: string;
  count: number;
  none: string;
  rows: readonly Row[];
  unit: Unit;
}

function List({ title, count, none, rows, unit }: ListProps) {
  return (
    <div>
      <h3 className={styles.heading}>
        {title} {count > 0 && <span className={styles.dim}>{formatInteger(count)}</span>}
      </h3>
      {count === 0 && <p className={styles.dim}>{none}</p>}
      <ul>
        {rows.map(({ key, name, measures }) => (
          <li key={key}>
            <span className={styles.name}>{name}</span>
            <span className={styles.measure}>
              <Value value={measures[unit] || measures.flows} unit={measures[unit] === 0 ? "flows" : unit} named />
            </span>
          </li>
        ))}
      </ul>
      {count > rows.length && <p className={styles.dim}>and {formatInteger(count - rows.length)} more</p>}
    </div>
  );
}
