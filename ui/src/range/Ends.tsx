import { Field, Input } from "@fluentui/react-components";
import { Button } from "../parts/Button";
import { type FormEvent, useState } from "react";
import { useView } from "../lib/hooks";
import { formatSpan, fromInput, toInput, zoneName } from "../lib/time";
import styles from "./Ends.module.css";
import { type Extent, resolve, type Span } from "./range";

/** Both ends of a range, in the zone shown. */
export default function Ends({ extent, span, done }: { extent: Extent; span: Span; done: () => void }) {
  const [{ zone }, change] = useView();
  const [from, setFrom] = useState(() => toInput(span.from, zone));
  const [to, setTo] = useState(() => toInput(span.to, zone));
  const ends = { from: fromInput(from, zone), to: fromInput(to, zone) };
  const problem = ends.from !== null && ends.to !== null && ends.from >= ends.to ? "Must be after the start" : "";
  const all = resolve({ kind: "all" }, extent);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ends.from === null || ends.to === null || problem !== "") return;
    change({ range: { kind: "custom", from: ends.from, to: ends.to } });
    done();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label={`From (${zoneName(span.from, zone)})`}>
        <Input type="datetime-local" step={1} value={from} onChange={(_, data) => setFrom(data.value)} required />
      </Field>
      <Field
        label={`To, not included (${zoneName(span.to, zone)})`}
        validationState={problem === "" ? "none" : "error"}
        validationMessage={problem === "" ? null : problem}
      >
        <Input type="datetime-local" step={1} value={to} onChange={(_, data) => setTo(data.value)} required />
      </Field>
      <p className={styles.hint}>
        There is data for
        <br />
        <span className="number">{formatSpan(all.from, all.to, zone)}</span>
      </p>
      <div className={styles.buttons}>
        <Button type="submit" appearance="primary" disabled={problem !== ""}>
          Show
        </Button>
        <Button type="button" onClick={done}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
