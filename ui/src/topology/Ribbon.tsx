import { useQuery } from "@tanstack/react-query";
import { type RefObject, useState } from "react";
import { type Scope, type Split, tableQuery } from "../api/queries";
import type { TableAnswer } from "../api/types";
import { choose, chosenOf, narrow, requires, without } from "../lib/filter";
import { formatMeasure, type Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { Switches } from "../picture/Switches";
import styles from "../picture/Ribbon.module.css";
import { connections, type Shown, states, type SwitchId } from "./shown";

interface Props {
  /** Where the focus goes to and comes from. */
  own: RefObject<HTMLDivElement | null>;
  scope: Scope;
  unit: Unit;
  on: ReadonlySet<SwitchId>;
  counts: Shown["counts"];
  toggle: (id: SwitchId) => void;
}

/** What of the map is shown: which connections, and which flows. */
export function Ribbon({ own, scope, unit, on, counts, toggle }: Props) {
  const [{ where }] = useView();
  const [filters, setFilters] = useState(() => fields.some(({ field }) => chosenOf(where, field) !== null));
  return (
    <div ref={own} className={styles.ribbon} role="group" aria-label="What is shown">
      <Switches name="Connections" switches={connections} on={on} toggle={toggle} counts={counts} />
      <Switches name="State" switches={states} on={on} toggle={toggle} counts={counts} />
      <button
        type="button"
        className={styles.more}
        aria-expanded={filters}
        onClick={() => setFilters(!filters)}
        title="By decision, direction, kind of flow, security group, protocol and subscription"
      >
        Filter flows
      </button>
      {filters && <Filters scope={scope} unit={unit} />}
    </div>
  );
}

interface Choice {
  value: string;
  name: string;
  flows: number;
}

interface Field {
  /** As the filter language has it. */
  field: string;
  name: string;
  split: Split;
  read: (answer: TableAnswer, unit: Unit) => Choice[];
}

const rowsOf = ({ rows }: TableAnswer, unit: Unit): Choice[] =>
  rows.map(({ keys: [key = ""], all }) => ({ value: key, name: lastOf(key), flows: all.total[unit] }));

const lastOf = (path: string) => path.slice(path.lastIndexOf("/") + 1) || "none";

const fields: readonly Field[] = [
  {
    field: "status",
    name: "Decision",
    split: "types",
    read: ({ all }, unit) => [
      { value: "allowed", name: "Allowed", flows: all.allowed[unit] },
      { value: "denied", name: "Blocked", flows: all.denied[unit] },
    ],
  },
  {
    field: "direction",
    name: "Direction",
    split: "types",
    read: ({ all }, unit) => [
      { value: "inbound", name: "In", flows: all.allowedIn[unit] + all.deniedIn[unit] },
      { value: "outbound", name: "Out", flows: all.allowedOut[unit] + all.deniedOut[unit] },
    ],
  },
  { field: "type", name: "Kind of flow", split: "types", read: rowsOf },
  { field: "nsg", name: "Security group", split: "security-groups", read: rowsOf },
  { field: "protocol", name: "Protocol", split: "protocols", read: rowsOf },
  { field: "subscription", name: "Subscription", split: "subscriptions", read: rowsOf },
];

const most = 100;

/** Which flows: each choice with what it leaves, beside all others that are made. */
function Filters({ scope, unit }: { scope: Scope; unit: Unit }) {
  const [{ where }, change] = useView();
  const malicious = requires(where, "malicious");
  const { data } = useQuery(askOf("types", scope, without(where, "malicious"), unit));
  return (
    <div className={styles.filters}>
      <label className={styles.field}>
        <input
          type="checkbox"
          checked={malicious}
          onChange={() => change({ where: malicious ? without(where, "malicious") : narrow(where, "malicious") })}
        />
        Malicious only
        {data && <span className="number"> {formatMeasure(data.malicious.total[unit], unit)}</span>}
      </label>
      {fields.map((field) => (
        <FieldChoice key={field.field} of={field} scope={scope} unit={unit} />
      ))}
    </div>
  );
}

function askOf(split: Split, scope: Scope, where: string, by: Unit) {
  return tableQuery({ split, scope: { ...scope, where }, by, sort: "total", offset: 0, limit: most, compare: null });
}

function FieldChoice({ of: { field, name, split, read }, scope, unit }: { of: Field; scope: Scope; unit: Unit }) {
  const [{ where }, change] = useView();
  const chosen = chosenOf(where, field) ?? "";
  // What else there is to choose, whatever is chosen of this.
  const { data } = useQuery(askOf(split, scope, choose(where, field, ""), unit));
  const choices = (data ? read(data, unit) : []).filter(({ value, flows }) => value !== "" && flows > 0);
  const known = chosen === "" || choices.some(({ value }) => value === chosen);
  return (
    <label className={styles.field}>
      <span className={styles.name}>{name}</span>
      <select value={chosen} onChange={({ target }) => change({ where: choose(where, field, target.value) })}>
        <option value="">All</option>
        {!known && <option value={chosen}>{lastOf(chosen)}</option>}
        {choices.map(({ value, name: called, flows }) => (
          <option key={value} value={value}>
            {called} · {formatMeasure(flows, unit)}
          </option>
        ))}
      </select>
    </label>
  );
}
