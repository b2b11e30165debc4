import { DeleteRegular } from "@fluentui/react-icons";
import { type FormEvent, useId, useState } from "react";
import { formatInteger } from "../lib/format";
import { useView } from "../lib/hooks";
import { formatMoment } from "../lib/time";
import { Button } from "../parts/Button";
import { history, remembered, saved, useKept, withSaved } from "./kept";
import { formatSeconds } from "./Results";
import styles from "./Search.module.css";

/** What was asked before, the newest first. */
export function HistoryList({ open }: { open: (text: string) => void }) {
  const list = useKept(history);
  const [{ zone }] = useView();
  if (list.length === 0)
    return <p className={styles.words}>Nothing was asked yet. What is asked is kept in this browser.</p>;
  return (
    <>
      <ul className={styles.list}>
        {list.map(({ text, at, took, rows }) => (
          <li key={at}>
            <button type="button" className={styles.entry} title={text} onClick={() => open(text)}>
              <code className={styles.line}>{text}</code>
              <span className={styles.beside}>
                {formatMoment(at, zone)} · {formatSeconds(took)} ·{" "}
                {rows === null ? "no answer" : `${formatInteger(rows)} ${rows === 1 ? "row" : "rows"}`}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <span className={styles.beside}>The last {remembered}, in this browser alone</span>
        <Button size="small" onClick={() => history.write([])}>
          Clear
        </Button>
      </div>
    </>
  );
}

/** Queries with a name, and how this one gets one. */
export function SavedList({ text, open }: { text: string; open: (text: string) => void }) {
  const list = useKept(saved);
  const id = useId();
  const [name, setName] = useState("");
  const keep = (event: FormEvent) => {
    event.preventDefault();
    saved.write(withSaved(saved.read(), { name: name.trim(), text }));
    setName("");
  };
  const known = list.some((each) => each.name === name.trim());
  return (
    <>
      <form className={styles.save} onSubmit={keep}>
        <label htmlFor={id} className={styles.beside}>
          Save this query in this browser, as
        </label>
        <span className={styles.row}>
          <input
            id={id}
            className={styles.input}
            value={name}
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
          <Button type="submit" disabled={name.trim() === "" || text.trim() === ""}>
            {known ? "Replace" : "Save"}
          </Button>
        </span>
      </form>
      {list.length === 0 ? (
        <p className={styles.words}>Nothing is saved yet. To hand a query to others, copy a link to it.</p>
      ) : (
        <ul className={styles.list}>
          {list.map((each) => (
            <li key={each.name} className={styles.row}>
              <button type="button" className={styles.entry} title={each.text} onClick={() => open(each.text)}>
                <span className={styles.name}>{each.name}</span>
                <code className={styles.line}>{each.text}</code>
              </button>
              <Button
                size="small"
                appearance="subtle"
                icon={<DeleteRegular />}
                aria-label={`Forget ${each.name}`}
                title={`Forget ${each.name}`}
                onClick={() => saved.write(saved.read().filter(({ name }) => name !== each.name))}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
