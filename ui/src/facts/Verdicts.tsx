import { CheckmarkCircleRegular, ShieldErrorFilled, ShieldProhibitedRegular } from "@fluentui/react-icons";
import type { AddressFacts, VerdictFact } from "../api/types";
import { useView } from "../lib/hooks";
import { verdictOf } from "../lib/side";
import { formatDate } from "../lib/time";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import styles from "./Facts.module.css";

/** Every statement of a threat list about an address, and why it counts or not. */
export function Verdicts({ facts }: { facts: AddressFacts }) {
  const counting = facts.verdicts.filter((verdict) => verdict.counts).length;
  const beside = facts.verdicts.length === 0 ? undefined : `${counting} of ${facts.verdicts.length} count`;
  return (
    <Section title="Verdicts" beside={beside}>
      {facts.verdicts.length === 0 && (
        <p className={styles.clean}>
          <CheckmarkCircleRegular aria-hidden="true" /> No threat list names it.
        </p>
      )}
      <ul className={styles.verdicts}>
        {facts.verdicts.map((verdict) => (
          <Verdict
            key={[verdict.feed, verdict.indicator, verdict.category, verdict.firstListed].join(" ")}
            verdict={verdict}
          />
        ))}
      </ul>
    </Section>
  );
}

function Verdict({ verdict }: { verdict: VerdictFact }) {
  const [{ zone }] = useView();
  const day = (at: string | null) => (at === null ? "" : formatDate(Date.parse(at), zone));
  return (
    <li className={styles.verdict} data-counts={verdict.counts}>
      <p className={styles.statement}>
        {verdict.counts ? <ShieldErrorFilled aria-hidden="true" /> : <ShieldProhibitedRegular aria-hidden="true" />}
        <b>{verdictOf(verdict.category)}</b>
        <span>{verdict.counts ? "counts" : "does not count"}</span>
      </p>
      {verdict.why !== "" && <p className={styles.why}>{verdict.why}</p>}
      <Pairs
        of={{
          Feed: verdict.feed,
          Indicator: <code>{verdict.indicator}</code>,
          Confidence: `${verdict.confidence} %`,
          "First listed": day(verdict.firstListed),
          "Last listed": day(verdict.lastListed),
          Detail: verdict.detail,
        }}
      />
    </li>
  );
}
