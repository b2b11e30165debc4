import { Button } from "@fluentui/react-components";
import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { type Unit, units } from "../lib/format";
import { useView } from "../lib/hooks";
import { type Extent, type Last, lasts, next, previous, type Span, touches } from "../lib/range";
import { formatSpan, zoneName } from "../lib/time";
import { Segmented } from "../parts/Segmented";
import { CustomRange } from "./CustomRange";
import styles from "./Toolbar.module.css";

const lastNames: Record<Last, string> = { "1h": "1 h", "6h": "6 h", "24h": "24 h", "7d": "7 d" };
const unitNames: Record<Unit, string> = { flows: "Flows", packets: "Packets", bytes: "Bytes" };

const ranges = [
  ...lasts.map((last) => ({ value: last, label: lastNames[last], title: `The last ${lastNames[last]} of the data` })),
  { value: "all" as const, label: "All", title: "All the data" },
];

/** The heading of the view, and what can be chosen for all of it. */
export function Toolbar({ extent, span }: { extent: Extent; span: Span }) {
  const [{ range, unit, zone }, change] = useView();
  const chosen = range.kind === "last" ? range.last : range.kind === "all" ? "all" : null;
  const [earlier, later] = [previous(span), next(span)];
  return (
    <div className={styles.toolbar}>
      <div className={styles.heading}>
        <h1 className={styles.title}>Overview</h1>
        <p className={styles.range}>
          <span className="number">{formatSpan(span.from, span.to, zone)}</span> {zoneName(span.to, zone)}
          {range.kind === "last" && <> · last {lastNames[range.last]} of the data</>}
          {range.kind === "all" && " · all the data"}
        </p>
      </div>
      <div className={styles.controls}>
        <div className={styles.group}>
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
        <Segmented
          label="Unit"
          value={unit}
          options={units.map((value) => ({ value, label: unitNames[value] }))}
          onChange={(value) => change({ unit: value })}
        />
        <Segmented
          label="Time zone"
          value={zone}
          options={[
            { value: "utc" as const, label: "UTC" },
            { value: "local" as const, label: "Local", title: "The zone of this browser" },
          ]}
          onChange={(value) => change({ zone: value })}
        />
      </div>
    </div>
  );
}
