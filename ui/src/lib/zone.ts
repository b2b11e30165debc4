// Which zone times are shown in: the address says so, and else what was chosen last.

import type { Zone } from "./time";

const key = "weir.zone";

/** Remembers a choice; UTC is what is shown without one. */
export function rememberZone(zone: Zone): void {
  try {
    if (zone === "utc") localStorage.removeItem(key);
    else localStorage.setItem(key, zone);
  } catch {
    // Storage can be forbidden; the choice is then in the address alone.
  }
}

/** The address with the zone that was chosen last, where it says none. */
export function withZone(search: string): string {
  const query = new URLSearchParams(search);
  let zone: string | null = null;
  try {
    zone = localStorage.getItem(key);
  } catch {
    return search;
  }
  if (zone === null || query.has("zone")) return search;
  return `${search === "" ? "?" : `${search}&`}zone=${zone}`;
}

/** What a zone is called where there is little room: Los Angeles. */
export function shortZone(zone: Zone): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}
