import { formatMeasure, type Unit } from "../lib/format";
import { dashesOf, looks } from "../picture/looks";
import { lineKinds } from "./marks";
import styles from "./WorldPicture.module.css";

const signs = [
  { state: "deployed", active: true, logged: "", name: "Region, deployed and active" },
  { state: "deployed", active: false, logged: "", name: "deployed, no traffic" },
  { state: "azure", active: true, logged: "", name: "Azure's own addresses there" },
  { state: "unused", active: false, logged: "", name: "not deployed" },
  { state: "deployed", active: true, logged: "all", name: "Ring: all NICs logged" },
  { state: "deployed", active: true, logged: "some", name: "some logged" },
  { state: "site", active: true, logged: "", name: "Site that the configuration places" },
  { state: "country", active: true, logged: "", name: "Country" },
] as const;

/** What lines, colours and signs mean. Colour is never alone: lines differ in their dashes, signs in their shapes. */
export function Legend({ unit, most, compared }: { unit: Unit; most: number; compared: boolean }) {
  return (
    <ul className={styles.legend} aria-label="What the map shows">
      {lineKinds
        .toReversed()
        .filter((kind) => kind !== "gone" || compared)
        .map((kind) => (
          <li key={kind} className={styles.key} data-kind={kind}>
            <svg width="34" height="10" aria-hidden="true">
              <line x1="2" y1="5" x2="32" y2="5" strokeWidth="3" strokeDasharray={dashesOf(kind, 3).join(" ")} />
            </svg>
            {looks[kind].name}: {looks[kind].meaning}
          </li>
        ))}
      {compared && <li>+: new, had no traffic then</li>}
      <li>Below the world: what has no place; its lines show when it is chosen</li>
      <li>Width: {unit}. Arrows: to whom it is initiated</li>
      {signs.map(({ state, active, logged, name }) => (
        <li key={name} className={styles.key}>
          <svg width="24" height="24" viewBox="-12 -12 24 24" aria-hidden="true">
            {logged !== "" && <circle className={styles.ring} r="10" data-logged={logged} />}
            {state === "azure" || state === "unused" ? (
              <path className={styles.sign} data-state={state} d="M 0 -6 L 6 0 L 0 6 L -6 0 z" />
            ) : state === "site" ? (
              <path className={styles.sign} data-state="site" d="M -5 -5 H 5 V 5 H -5 z" />
            ) : (
              <circle
                className={styles.sign}
                r={state === "country" ? 4 : 6.5}
                data-state={state}
                data-active={active}
              />
            )}
          </svg>
          {name}
        </li>
      ))}
      <li className={styles.key}>
        <svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
          <path className={styles.warning} d="M 0 -4.5 L 4.5 3.5 L -4.5 3.5 z" />
        </svg>
        with malicious traffic
      </li>
      <li className={styles.key}>
        <span className={styles.ramp} aria-hidden="true" />
        Countries: up to {formatMeasure(most, unit)} {unit === "bytes" ? "" : unit}
      </li>
    </ul>
  );
}
