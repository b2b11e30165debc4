import { type Unit, units } from "../lib/format";
import { useView } from "../lib/hooks";
import { FilterBox } from "../filter/FilterBox";
import { formatSpan, zoneName } from "../lib/time";
import { Segmented } from "../parts/Segmented";
import { type Extent, lastNames, type Span } from "../range/range";
import { RangePicker } from "../range/RangePicker";
import { ZoneChoice } from "../zone/ZoneChoice";
import { CompareChoice } from "./CompareChoice";
import styles from "./Toolbar.module.css";

const unitNames: Record<Unit, string> = { flows: "Flows", packets: "Packets", bytes: "Bytes" };

interface Props {
  title: string;
  extent: Extent;
  span: Span;
}

/** The heading of the page, and what can be chosen for all of it. */
export function Toolbar({ title, extent, span }: Props) {
  const [{ range, unit, zone }, change] = useView();
  return (
    <div className={styles.toolbar}>
      <div className={styles.heading}>
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.range} title="Ranges end where the data ends">
          <span className="number">{formatSpan(span.from, span.to, zone)}</span> {zoneName(span.to, zone)}
          {range.kind === "last" && <> · last {lastNames[range.last]}</>}
          {range.kind === "all" && " · all data"}
        </p>
      </div>
      <div className={styles.controls}>
        <RangePicker extent={extent} span={span} />
        <Segmented
          label="Unit"
          value={unit}
          options={units.map((value) => ({ value, label: unitNames[value] }))}
          onChange={(value) => change({ unit: value })}
        />
        <ZoneChoice />
      </div>
      <div className={styles.filter}>
        <div className={styles.box}>
          <FilterBox />
        </div>
        <CompareChoice />
      </div>
    </div>
  );
}
