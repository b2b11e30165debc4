import { Link } from "@tanstack/react-router";
import { type RefObject, useContext } from "react";
import { narrow, not, type Term } from "../lib/filter";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import { AboutContext } from "./Drill";
import styles from "./Drill.module.css";

interface Props {
  terms: readonly Term[];
  place: { below: RefObject<HTMLElement | null> };
  onClose: () => void;
}

/** What a value can mean for a filter, each with what can be done with it. */
export default function DrillMenu({ terms, place, onClose }: Props) {
  return (
    <Modal open onClose={onClose} label={`Filter by ${terms[0]?.name ?? ""}`} place={place}>
      {terms.map((term) => (
        <Choice key={term.text} term={term} done={onClose} />
      ))}
    </Modal>
  );
}

/** One thing that a value can mean, and both ways to filter by it. */
export function Choice({ term, done }: { term: Term; done?: () => void }) {
  const [view, change] = useView();
  const about = useContext(AboutContext);
  const { where } = view;
  const behind = narrow(about === "" ? where : narrow(where, about), term.text);
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
        <Link to="/flows" search={writeView({ ...view, where: behind })} className={styles.flows} onClick={done}>
          Flows<span className="hidden"> of {term.name}</span>
        </Link>
      </span>
    </div>
  );
}
