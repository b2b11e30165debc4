import { type RefObject, useId } from "react";
import type { GeoAnswer } from "../api/types";
import type { Unit } from "../lib/format";
import { countryName } from "../lib/place";
import {
  goneSwitch,
  kindSwitches,
  placeSwitch,
  regionSwitches,
  stateSwitches,
  type Switch,
  type SwitchId,
} from "./switches";
import styles from "./Ribbon.module.css";

interface Props {
  /** Where the focus goes to and comes from. */
  own: RefObject<HTMLDivElement | null>;
  of: GeoAnswer;
  unit: Unit;
  on: ReadonlySet<SwitchId>;
  toggle: (id: SwitchId) => void;
  country: string;
  setCountry: (code: string) => void;
}

/** What of the map is shown: regions by their state, kinds of traffic, countries. */
export function Ribbon({ own, of: data, unit, on, toggle, country, setCountry }: Props) {
  const countries = data.nodes
    .filter(({ kind }) => kind === "country")
    .toSorted((a, b) => b.total[unit] - a.total[unit]);
  const known = countries.some(({ name }) => name === country) || country === "" || country === "none";
  return (
    <div ref={own} className={styles.ribbon} role="group" aria-label="What is shown">
      <Group name="Regions" switches={regionSwitches} on={on} toggle={toggle} />
      <Group name="Deployed ones" switches={stateSwitches} on={on} toggle={toggle} />
      <Group
        name="Traffic"
        switches={[...kindSwitches, ...(data.compared ? [goneSwitch] : []), placeSwitch]}
        on={on}
        toggle={toggle}
      />
      <label className={styles.group}>
        <span className={styles.name}>Countries</span>
        <select className={styles.choice} value={country} onChange={({ target }) => setCountry(target.value)}>
          <option value="">All</option>
          <option value="none">None</option>
          {!known && <option value={country}>{countryName(country)}</option>}
          {countries.map(({ name, malicious }) => (
            <option key={name} value={name}>
              {countryName(name)}
              {malicious ? " (malicious)" : ""}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface GroupProps {
  name: string;
  switches: readonly Switch[];
  on: ReadonlySet<SwitchId>;
  toggle: (id: SwitchId) => void;
}

function Group({ name, switches, on, toggle }: GroupProps) {
  const id = useId();
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- a fieldset has no room for its legend in a line
    <div role="group" aria-labelledby={id} className={styles.group}>
      <span id={id} className={styles.name}>
        {name}
      </span>
      {switches.map((each) => (
        <button
          key={each.id}
          type="button"
          className={styles.switch}
          title={each.title}
          aria-pressed={on.has(each.id)}
          data-kind={each.id}
          onClick={() => toggle(each.id)}
        >
          {each.name}
        </button>
      ))}
    </div>
  );
}
