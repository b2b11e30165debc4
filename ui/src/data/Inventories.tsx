import type { Knowledge } from "../api/types";
import { formatInteger } from "../lib/format";
import { countOf, countsOf } from "../lib/knowledge";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

/** From where the names of addresses come. */
export function Inventories({ topology }: { topology: Knowledge["topology"] }) {
  if (topology.snapshots === 0) {
    return (
      <Section level={2} card title="Inventories" beside="none">
        <p className={styles.text}>
          An inventory names virtual machines, subnets, gateways and sites, and tells overlapping address spaces apart.
          Without one, addresses are known by what the logs say. Logs that are stored already get their names as soon as
          an inventory is there, without being read again.
        </p>
        <div className={styles.text}>From files that the Azure portal, az or Resource Graph wrote:</div>
        <Command text="weir topology import FILE..." />
        <div className={styles.text}>Or straight from Azure:</div>
        <Command text="weir topology sync" />
      </Section>
    );
  }
  const counts = countsOf(topology.counts);
  return (
    <Section
      level={2}
      card
      title="Inventories"
      beside={topology.snapshots === 1 ? "1 snapshot" : `${formatInteger(topology.snapshots)} snapshots`}
    >
      <Pairs
        of={{
          First: topology.first && <Moment at={topology.first} />,
          Last: topology.last && <Moment at={topology.last} />,
          "In the last": counts.length > 0 && (
            <ul className={styles.counts}>
              {counts.map(([kind, count]) => (
                <li key={kind} className="number">
                  {countOf(kind, count)}
                </li>
              ))}
            </ul>
          ),
        }}
      />
    </Section>
  );
}
