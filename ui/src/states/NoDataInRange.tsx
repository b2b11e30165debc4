import { Button } from "../parts/Button";
import { type Extent, type Range, resolve, type Span, touches } from "../range/range";
import { formatSpan, type Zone, zoneName } from "../lib/time";
import { State } from "./State";
import styles from "./State.module.css";

interface Props {
  span: Span;
  extent: Extent;
  zone: Zone;
  onChange: (range: Range) => void;
}

/** There is data, but not in the range asked for. */
export function NoDataInRange({ span, extent, zone, onChange }: Props) {
  const all = resolve({ kind: "all" }, extent);
  const where = !touches(span, extent)
    ? span.from >= all.to
      ? "The data ends before this range."
      : "The data begins after this range."
    : "The range lies within the data, but nothing was captured in it.";
  return (
    <State title="No flows in this range">
      <p>
        Nothing was captured in <b className="number">{formatSpan(span.from, span.to, zone)}</b>{" "}
        {zoneName(span.to, zone)}. {where} There is data for{" "}
        <b className="number">{formatSpan(all.from, all.to, zone)}</b>.
      </p>
      <div className={styles.row}>
        <Button appearance="primary" onClick={() => onChange({ kind: "all" })}>
          Show all the data
        </Button>
        <Button onClick={() => onChange({ kind: "last", last: "24h" })}>Show its last 24 h</Button>
      </div>
    </State>
  );
}
