import { ArrowSortDownRegular, ArrowSortUpRegular } from "@fluentui/react-icons";
import styles from "./QuestionTable.module.css";

interface Props<By> {
  name: string;
  number: boolean | undefined;
  /** How the server sorts by it, where it can. */
  sort: By | undefined;
  /** That by which it is sorted now. */
  by: By;
  /** Whether its lowest come first. */
  rising?: boolean;
  sortBy: (sort: By) => void;
}

/** The name of a column, by which the server sorts where it can. */
export function SortHead<By extends string>({ name, number, sort, by, rising = false, sortBy }: Props<By>) {
  if (sort === undefined) {
    return (
      <th scope="col" data-number={number} title={name}>
        {name}
      </th>
    );
  }
  const on = sort === by;
  const Arrow = rising ? ArrowSortUpRegular : ArrowSortDownRegular;
  const order = rising ? "ascending" : "descending";
  return (
    <th scope="col" data-number={number} aria-sort={on ? order : "none"}>
      <button
        type="button"
        className={styles.rank}
        data-on={on}
        title={`Sort by ${name.toLowerCase()}`}
        onClick={() => sortBy(sort)}
      >
        {on && <Arrow aria-hidden="true" />}
        {name}
      </button>
    </th>
  );
}
