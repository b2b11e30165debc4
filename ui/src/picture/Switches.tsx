import { useId } from "react";
import { formatInteger } from "../lib/format";
import styles from "./Switches.module.css";

interface Switch<Id extends string> {
  id: Id;
  name: string;
  title: string;
}

interface Props<Id extends string> {
  name: string;
  switches: readonly Switch<Id>[];
  on: ReadonlySet<Id>;
  toggle: (id: Id) => void;
  /** How many each of them leaves. */
  counts?: ReadonlyMap<Id, number>;
}

/** Parts of a picture that can be switched on and off, each with how many it leaves. */
export function Switches<Id extends string>({ name, switches, on, toggle, counts }: Props<Id>) {
  const id = useId();
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- a fieldset has no room for its legend in a line
    <div role="group" aria-labelledby={id} className={styles.group}>
      <span id={id} className={styles.name}>
        {name}
      </span>
      {switches
        .filter((each) => !counts || !on.has(each.id) || (counts.get(each.id) ?? 0) > 0)
        .map((each) => (
          <button
            key={each.id}
            type="button"
            className={styles.switch}
            title={each.title}
            aria-pressed={on.has(each.id)}
            data-switch={each.id}
            onClick={() => toggle(each.id)}
          >
            {each.name}
            {counts && <span className={`${styles.count} number`}>{formatInteger(counts.get(each.id) ?? 0)}</span>}
          </button>
        ))}
    </div>
  );
}
