import { WarningFilled } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { knowledgeQuery, statusQuery } from "../api/queries";
import { useNow, useView } from "../lib/hooks";
import { failingFeeds } from "../lib/knowledge";
import { day, formatAge, formatClock, formatDate, hour, minute, type Zone, zoneName } from "../lib/time";
import { writeView } from "../lib/url";
import styles from "./Freshness.module.css";

/** "data until 12:03:20 UTC, 14 s ago", by the server's clock. */
export function Freshness() {
  const { data, dataUpdatedAt, isError } = useQuery(statusQuery);
  const [{ zone }] = useView();
  const now = useNow(1000);
  if (!data) return null;

  const last = data.lastData === null ? null : Date.parse(data.lastData);
  const age = last === null ? 0 : Date.parse(data.now) + Math.max(0, now - dataUpdatedAt) - last;
  const state = isError ? "lost" : last !== null && age < hour ? "fresh" : "old";
  return (
    <div className={styles.freshness}>
      <span className={styles.dot} data-state={state} aria-hidden="true" />
      {last === null ? (
        <span>no data yet</span>
      ) : (
        <span>
          <span className={styles.wide}>data until </span>
          <time dateTime={data.lastData!} className={`${styles.until} number`}>
            {formatUntil(last, age, zone)}
          </time>
          <span className={`${styles.age} number`}>
            <span className={styles.wide}>,</span> {formatAge(age)}
          </span>
        </span>
      )}
      <FeedWarning />
      <Announcer last={last} zone={zone} />
    </div>
  );
}

/** A threat feed that fails makes the verdicts old, without the page looking old. */
function FeedWarning() {
  const { data } = useQuery(knowledgeQuery);
  const [view] = useView();
  const failing = failingFeeds(data);
  if (failing.length === 0) return null;
  const text = failing.length === 1 ? `The threat feed ${failing[0]} fails` : `${failing.length} threat feeds fail`;
  return (
    <Link to="/data" search={writeView(view)} className={styles.warning} aria-label={text} title={`${text}: see Data`}>
      <WarningFilled aria-hidden="true" />
    </Link>
  );
}

// The date is only worth its room where it is not today's.
function formatUntil(last: number, age: number, zone: Zone): string {
  const clock = `${formatClock(last, zone, true)} ${zoneName(last, zone)}`;
  const today = formatDate(last + age, zone) === formatDate(last, zone);
  return today && age < day ? clock : `${formatDate(last, zone)} ${clock}`;
}

/** Tells screen readers of new data, at most once a minute. */
function Announcer({ last, zone }: { last: number | null; zone: Zone }) {
  const [text, setText] = useState("");
  const spoken = useRef({ last, at: 0 });
  useEffect(() => {
    const before = spoken.current;
    if (last === null || last === before.last || Date.now() - before.at < minute) return;
    spoken.current = { last, at: Date.now() };
    setText(`New data, until ${formatClock(last, zone, true)} ${zoneName(last, zone)}`);
  }, [last, zone]);
  return (
    <span className="hidden" role="status">
      {text}
    </span>
  );
}
