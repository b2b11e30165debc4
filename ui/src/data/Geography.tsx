import type { Geo } from "../api/types";
import { formatInteger } from "../lib/format";
import { databaseType } from "../lib/knowledge";
import { DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

interface Props {
  databases: Geo[];
  attribution: string[];
  /** Whether it has a row of its own. */
  whole: boolean;
}

/** The databases of countries and owners, with what their licences want to be shown. */
export function Geography({ databases, attribution, whole }: Props) {
  return (
    <div className={whole ? styles.whole : styles.half}>
      <Section level={2} card title="Countries and owners">
        {databases.length === 0 ? (
          <p className={styles.text}>
            No database is in use: public addresses have no country. The configuration names files in the layouts of
            GeoLite2, GeoIP2, DB-IP or IPinfo.
          </p>
        ) : (
          <DataTable<Geo>
            caption="Databases, in order of precedence"
            rows={databases}
            rowKey={(each, i) => `${i} ${each.name}`}
            columns={[
              {
                name: "Database",
                cell: (each) => (
                  <span>
                    {each.name}
                    <span className={styles.small}>{databaseType(each.type)}</span>
                    {each.error !== "" && <span className={styles.error}>Not used as it is now: {each.error}</span>}
                  </span>
                ),
              },
              {
                name: "Gives",
                cell: (each) => [each.country && "countries", each.asn && "owners"].filter(Boolean).join(", "),
              },
              { name: "Built", cell: (each) => (each.built ? <Moment at={each.built} /> : "unknown") },
              { name: "Networks", number: true, cell: (each) => formatInteger(each.networks) },
            ]}
          />
        )}
        {attribution.length > 0 && (
          <div className={styles.attribution}>
            {attribution.map((line) => (
              <p key={line} className={styles.small}>
                {line}
              </p>
            ))}
          </div>
        )}
      </Section>
    </div>
  );
}
