import { Button } from "../parts/Button";
import { FilterRegular } from "@fluentui/react-icons";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { narrow, not, type Term } from "../lib/filter";
import { useView } from "../lib/hooks";
import { Modal } from "../parts/Modal";
import styles from "./Drill.module.css";

interface Props {
  /** What the value can mean for a filter; nothing where it is none. */
  terms: readonly Term[];
  /** The value, where it is text alone: it is then the button itself. */
  children?: ReactNode;
}

/** From a value to the flows that have it, or to all others. */
export function Drill({ terms, children }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  const [first] = terms;
  if (!first) return children;
  const common = { ref: anchor, type: "button", "aria-haspopup": "dialog", onClick: () => setOpen(true) } as const;
  return (
    <>
      {children === undefined ? (
        <button
          {...common}
          className={styles.funnel}
          aria-label={`Filter by ${first.name}`}
          title="Only this, not this"
        >
          <FilterRegular aria-hidden="true" />
        </button>
      ) : (
        <button {...common} className={styles.value}>
          {children}
        </button>
      )}
      {open && (
        <Modal open onClose={() => setOpen(false)} label={`Filter by ${first.name}`} place={place}>
          {terms.map((term) => (
            <Choice key={term.text} term={term} done={() => setOpen(false)} />
          ))}
        </Modal>
      )}
    </>
  );
}

/** One thing that a value can mean, and both ways to filter by it. */
export function Choice({ term, done }: { term: Term; done?: () => void }) {
  const [{ where }, change] = useView();
  const choose = (text: string) => {
    done?.();
    change({ where: narrow(where, text) });
  };
  return (
    <div role="group" aria-label={term.name} className={styles.choice}>
      <code className={styles.term}>{term.text}</code>
      <span className={styles.ways}>
        <Button size="small" appearance="primary" onClick={() => choose(term.text)}>
          Only this
        </Button>
        <Button size="small" onClick={() => choose(not(term.text))}>
          Not this
        </Button>
      </span>
    </div>
  );
}
