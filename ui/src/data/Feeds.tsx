import type { Feed } from "../api/types";
import { formatInteger } from "../lib/format";
import { feedHealth, type FeedHealth } from "../lib/knowledge";
import { type Column, DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { SaveRows } from "../questions/SaveRows";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Health } from "./Health";
import { Moment } from "./Moment";

/** How the threat feeds are doing. */
export function Feeds({ feeds }: { feeds: Feed[] }) {
  return (
    <div className={feeds.length > 0 ? styles.whole : styles.half}>
      <Section
        level={2}
        card
        title="Threat feeds"
        beside={feeds.length === 0 ? "none" : formatInteger(feeds.length)}
        actions={feeds.length > 0 && <SaveRows many="threat feeds" rows={feeds} />}
      >
        {feeds.length === 0 ? (
          <>
            <p className={styles.text}>
              A threat feed lists addresses that are known to attack. Without one no flow counts as malicious. What is
              stored is judged anew as soon as one is there. From a file, as a list of addresses, CSV, STIX or MISP:
            </p>
            <Command text="weir threat import FILE" />
            <p className={styles.text}>Feeds that are to be kept fresh belong in the configuration, under threat.</p>
          </>
        ) : (
          <DataTable<Feed> caption="Threat feeds" rows={feeds} rowKey={(feed) => feed.name} columns={columns} />
        )}
      </Section>
    </div>
  );
}

const columns: [Column<Feed>, ...Column<Feed>[]] = [
  {
    name: "Feed",
    cell: (feed) => (
      <span>
        {feed.name}
        <span className={styles.small}>{feed.location || "imported by hand"}</span>
      </span>
    ),
  },
  { name: "State", cell: (feed) => <State of={feed} /> },
  { name: "Last good", cell: (feed) => (feed.good ? <Moment at={feed.good} /> : "never") },
  { name: "Next try", cell: (feed) => (feed.nextTry ? <Moment at={feed.nextTry} /> : "none") },
  { name: "Indicators", number: true, cell: (feed) => formatInteger(feed.indicators) },
  {
    name: "Never counted",
    number: true,
    cell: (feed) => (
      <span title="Listed, but these never count: private, reserved, or Azure's own">{formatInteger(feed.lost)}</span>
    ),
  },
  { name: "Rejected", number: true, cell: (feed) => formatInteger(feed.rejected) },
];

const healthWords: Record<FeedHealth, string> = {
  good: "Good",
  failing: "Failing",
  aside: "A reading waits to be confirmed",
  waiting: "Not read yet",
};

function State({ of: feed }: { of: Feed }) {
  const health = feedHealth(feed);
  const faulty = health === "failing" || health === "aside";
  return (
    <span>
      <Health mood={health === "aside" ? "failing" : health}>
        {healthWords[health]}
        {health === "failing" && feed.failures > 1 && ` ${formatInteger(feed.failures)} times`}
      </Health>
      {feed.error !== "" && <span className={styles.error}>{feed.error}</span>}
      {faulty && feed.good !== null && <span className={styles.small}>The last good state stays in use.</span>}
      {health === "aside" && <Command text={`weir threat confirm ${feed.name}`} />}
    </span>
  );
}
