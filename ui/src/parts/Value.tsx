import { formatFull, formatMeasure, type Unit } from "../lib/format";

/** A count in short, with every digit on hover. */
export function Value({ value, unit, named = false }: { value: number; unit: Unit; named?: boolean }) {
  const name = named && unit !== "bytes" ? ` ${value === 1 ? unit.slice(0, -1) : unit}` : "";
  return (
    <span className="number" title={formatFull(value, unit)}>
      {formatMeasure(value, unit)}
      {name}
    </span>
  );
}
