import type { RefObject } from "react";
import type { GeoAnswer } from "../api/types";
import type { Unit } from "../lib/format";
import { countryName } from "../lib/place";
import { Switches } from "../picture/Switches";
import { goneSwitch, kindSwitches, placeSwitch, regionSwitches, stateSwitches, type SwitchId } from "./switches";
import styles from "../picture/Ribbon.module.css";

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
      <Switches name="Regions" switches={regionSwitches} on={on} toggle={toggle} />
      <Switches name="Deployed ones" switches={stateSwitches} on={on} toggle={toggle} />
      <Switches
        name="Traffic"
        switches={[...kindSwitches, ...(data.compared ? [goneSwitch] : []), placeSwitch]}
        on={on}
        toggle={toggle}
      />
      <label className={styles.field}>
        <span className={styles.name}>Countries</span>
        <select value={country} onChange={({ target }) => setCountry(target.value)}>
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
