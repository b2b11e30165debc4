import { useView } from "../lib/hooks";
import { comparisons } from "../lib/url";
import styles from "./CompareChoice.module.css";

const names = {
  before: "vs period before",
  week: "vs a week before",
  none: "not compared",
} as const;

/** With what every number is compared: a choice for all pages, kept in the address. */
export function CompareChoice() {
  const [{ compare }, change] = useView();
  return (
    <select
      className={styles.choice}
      aria-label="Compared with"
      title="With what numbers are compared: the time of the same length before, or the same time a week before"
      value={compare}
      onChange={({ target }) => change({ compare: comparisons.find((each) => each === target.value) ?? "before" })}
    >
      {comparisons.map((each) => (
        <option key={each} value={each}>
          {names[each]}
        </option>
      ))}
    </select>
  );
}
