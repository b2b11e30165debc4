import { type FormEvent, useEffect, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import { type Zone, zoneName } from "../lib/time";
import { matching } from "./match";
import styles from "./Zone.module.css";

/** As many as are read at a glance; typing finds the others. */
const shown = 60;

/** Any zone that the browser knows, found by typing. */
export default function ZoneSearch({ choose }: { choose: (zone: Zone) => void }) {
  const [{ zone }] = useView();
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const found = matching(text);
  const [now] = useState(Date.now);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (found[0] !== undefined) choose(found[0]);
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <label className={styles.label}>
        Time zone
        <input
          ref={input}
          type="search"
          className={styles.input}
          placeholder="Paris, Kolkata, Los Angeles…"
          value={text}
          autoComplete="off"
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <ul className={styles.list} aria-label="Zones">
        {found.slice(0, shown).map((each) => (
          <li key={each}>
            <button
              type="button"
              className={styles.zone}
              aria-current={each === zone ? "true" : undefined}
              onClick={() => choose(each)}
            >
              <span className={styles.name}>{each.replaceAll("_", " ")}</span>
              <span className={`${styles.offset} number`}>{zoneName(now, each)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.hint} role="status">
        {found.length === 0
          ? `No zone is called ${JSON.stringify(text)}`
          : found.length > shown
            ? `${shown} of ${found.length}; type to find others`
            : `${found.length} ${found.length === 1 ? "zone" : "zones"}, as they are now`}
      </p>
      <p className={styles.hint}>Bars of a day begin at midnight UTC, whatever the zone.</p>
    </form>
  );
}
