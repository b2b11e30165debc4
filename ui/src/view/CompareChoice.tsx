import { useView } from "../lib/hooks";
import { comparisons } from "../lib/url";
import { Select } from "../parts/Select";

const names = {
  before: "vs period before",
  week: "vs a week before",
  none: "not compared",
} as const;

const options = comparisons.map((value) => ({ value, label: names[value] }));

/** With what every number is compared: a choice for all pages, kept in the address. */
export function CompareChoice() {
  const [{ compare }, change] = useView();
  return (
    <Select
      label="Compared with"
      title="With what numbers are compared: the time of the same length before, or the same time a week before"
      value={compare}
      options={options}
      narrow={132}
      onChange={(chosen) => change({ compare: comparisons.find((each) => each === chosen) ?? "before" })}
    />
  );
}
