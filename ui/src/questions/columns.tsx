// Columns that several questions have.

import type { Ranked } from "../api/queries";
import type { Side } from "../api/types";
import { Drill } from "../filter/Drill";
import type { Term } from "../lib/filter";
import { capital, formatChange, formatFull, formatShare, type Measures, type Unit, units } from "../lib/format";
import { countryName } from "../lib/place";
import { className, kindName, verdictOf } from "../lib/side";
import { Value } from "../parts/Value";
import { type Segment, ShareBar } from "../traffic/ShareBar";
import styles from "./columns.module.css";
import type { Column } from "./question";
import { sideTerm } from "./terms";

/** A measure beside the one that ranks, shown in the unit of the page and saved in every unit. */
export function measureColumn<Row>(id: string, name: string, of: (row: Row) => Measures): Column<Row> {
  return {
    id,
    name,
    width: 92,
    number: true,
    shown: true,
    cell: (row, unit) => <Value value={of(row)[unit]} unit={unit} />,
    fields: units.map((unit) => ({ name: `${name.toLowerCase()} ${unit}`, value: (row) => of(row)[unit] })),
  };
}

/** A count in a unit of its own. */
export function countColumn<Row>(id: string, name: string, unit: Unit, of: (row: Row) => number): Column<Row> {
  return {
    id,
    name,
    width: 128,
    number: true,
    cell: (row) => <Value value={of(row)} unit={unit} />,
    fields: [{ name: name.toLowerCase(), value: of }],
  };
}

export function textColumn<Row>(
  id: string,
  name: string,
  width: number,
  of: (row: Row) => string,
  /** What a value means in a filter. */
  terms: (row: Row) => readonly Term[] = () => [],
): Column<Row> {
  return {
    id,
    name,
    width,
    cell: (row) => (
      <Drill terms={terms(row)}>
        <Text text={of(row)} />
      </Drill>
    ),
    fields: [{ name: name.toLowerCase(), value: of }],
  };
}

function Text({ text }: { text: string }) {
  return (
    <span className={styles.text} title={text}>
      {text}
    </span>
  );
}

interface SideFact {
  id: string;
  name: string;
  width: number;
  /** As it is in a file. */
  value: (side: Side) => string;
  /** As people read it, where that differs. */
  read?: (side: Side) => string;
}

const sideFacts: readonly SideFact[] = [
  { id: "name", name: "Name", width: 200, value: (side) => side.name },
  { id: "kind", name: "Kind", width: 150, value: (side) => side.kind, read: (side) => capital(kindName(side.kind)) },
  { id: "class", name: "Class", width: 160, value: (side) => side.class, read: (side) => className(side.class) },
  { id: "network", name: "Network", width: 240, value: (side) => side.network },
  { id: "region", name: "Region", width: 120, value: (side) => side.region },
  {
    id: "country",
    name: "Country",
    width: 140,
    value: (side) => side.country,
    read: (side) => side.country && countryName(side.country),
  },
  { id: "service", name: "Service", width: 180, value: (side) => side.service },
  {
    id: "verdict",
    name: "Verdict",
    width: 120,
    value: (side) => (side.malicious ? verdictOf(side.category) : ""),
  },
];

/**
 * What an address was, a column for each fact; those of one end of several have its name before theirs.
 * In a filter the end is src or dst, or either.
 */
export function sideColumns<Row>(end: string, inFilter: "" | "src" | "dst", of: (row: Row) => Side): Column<Row>[] {
  const several = inFilter !== "";
  return sideFacts.map(({ id, name, width, value, read = value }) => ({
    id: several ? `${end}-${id}` : id,
    name: several ? `${capital(end)} ${name.toLowerCase()}` : name,
    width,
    cell: (row) => (
      <Drill terms={sideTerm(id, of(row), inFilter)}>
        <Text text={read(of(row))} />
      </Drill>
    ),
    group: capital(end),
    fields: [{ name: `${end} ${id}`, value: (row) => value(of(row)) }],
  }));
}

/** The measures that rank; choosing the head of one ranks by it, here and everywhere. */
export function rankColumns<Row extends Ranked>(): Column<Row>[] {
  return units.map((unit) => ({
    id: unit,
    name: capital(unit),
    width: 84,
    number: true,
    shown: true,
    ranks: unit,
    cell: (row) => <Value value={row.total[unit]} unit={unit} />,
    fields: [{ name: unit, value: (row) => row.total[unit] }],
  }));
}

/** How a row changed against another time, in the unit of the page; what it had then is saved in every unit. */
export function changeColumn<Row>(
  against: string,
  of: (row: Row) => { now: Measures; before: Measures | null },
  group?: string,
): Column<Row> {
  return {
    id: "change",
    name: `vs ${against}`,
    ...(group && { group }),
    width: Math.max(108, 22 + 7 * against.length),
    number: true,
    shown: true,
    cell: (row, unit) => <Change {...of(row)} unit={unit} against={against} />,
    fields: units.map((unit) => ({ name: `before ${unit}`, value: (row) => of(row).before?.[unit] ?? "" })),
  };
}

interface ChangeProps {
  now: Measures;
  before: Measures | null;
  unit: Unit;
  against: string;
}

/** How a number changed; what it was, on hover. */
export function Change({ now, before, unit, against }: ChangeProps) {
  if (before === null) return null;
  return (
    <span className="number" title={`${capital(against)}: ${formatFull(before[unit], unit)}`}>
      {formatChange(now[unit], before[unit]) ?? "new"}
    </span>
  );
}

/** How much of all a row is, with a bar that compares it with the largest. */
export function shareColumn<Row extends { share: number }>(
  question: { segments: (row: Row) => Segment[] },
  most: number,
): Column<Row> {
  return {
    id: "share",
    name: "Share",
    width: 124,
    shown: true,
    cell: (row, unit) => (
      <span className={styles.share}>
        <span className={styles.bar}>
          <ShareBar segments={question.segments(row)} unit={unit} most={most} />
        </span>
        <span className="number">{formatShare(row.share)}</span>
      </span>
    ),
    fields: [{ name: "share", value: (row) => row.share }],
  };
}
