import { Button } from "../parts/Button";
import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useView } from "../lib/hooks";
import { Segmented } from "../parts/Segmented";
import { CustomRange } from "./CustomRange";
import { type Extent, type Last, lastNames, lasts, next, previous, type Span, touches } from "./range";
import styles from "./RangePicker.module.css";

const ranges: { value: Last | "all"; label: string; title: string }[] = [
  ...lasts.map((last) => ({ value: last, label: lastNames[last], title: `The last ${lastNames[last]} of the data` })),
  { value: "all", label: "All", title: "All the data" },
];

/** What time the page is about: one range for every view, kept in the address. */
export function RangePicker({ extent, span }: { extent: Extent; span: Span }) {
  const [{ range }, change] = useView();
  const chosen = range.kind === "last" ? range.last : range.kind === "all" ? "all" : null;
  const [earlier, later] = [previous(span), next(span)];
  return (
    <div className={styles.picker}>
      <Button
        icon={<ChevronLeftRegular />}
        aria-label="Earlier"
        title="Earlier, by the length of the range"
        disabled={!touches(earlier, extent)}
        onClick={() => change({ range: { kind: "custom", ...earlier } })}
      />
      <Segmented
        label="Time range, up to the end of the data"
        value={chosen}
        options={ranges}
        onChange={(value) => change({ range: value === "all" ? { kind: "all" } : { kind: "last", last: value } })}
      />
      <CustomRange extent={extent} span={span} />
      <Button
        icon={<ChevronRightRegular />}
        aria-label="Later"
        title="Later, by the length of the range"
        disabled={!touches(later, extent)}
        onClick={() => change({ range: { kind: "custom", ...later } })}
      />
    </div>
  );
}
