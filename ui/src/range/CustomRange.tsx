import { Button, Field, Input } from "@fluentui/react-components";
import { CalendarLtrRegular } from "@fluentui/react-icons";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import { type Extent, resolve, type Span } from "./range";
import { formatSpan, fromInput, toInput, zoneName } from "../lib/time";
import { Modal } from "../parts/Modal";
import styles from "./CustomRange.module.css";

/** Any range, by its two ends in the zone shown. */
export function CustomRange({ extent, span }: { extent: Extent; span: Span }) {
  const [{ range }] = useView();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  return (
    <>
      <span ref={anchor}>
        <Button
          icon={<CalendarLtrRegular />}
          aria-pressed={range.kind === "custom"}
          aria-haspopup="dialog"
          appearance={range.kind === "custom" ? "primary" : "secondary"}
          aria-label="Custom"
          title="Choose both ends of the range"
          className={styles.custom}
          onClick={() => setOpen(true)}
        >
          <span className={styles.wide}>Custom</span>
        </Button>
      </span>
      <Modal open={open} onClose={() => setOpen(false)} label="Custom time range" place={place}>
        <Ends extent={extent} span={span} done={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Ends({ extent, span, done }: { extent: Extent; span: Span; done: () => void }) {
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
