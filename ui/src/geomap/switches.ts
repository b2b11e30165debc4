// What of the map can be switched on and off: the link keeps what is not as it is at first.

import type { GeoNode } from "../api/types";
import type { Kind } from "../picture/kinds";

export type SwitchId =
  "deployed" | "azure" | "unused" | "active" | "inactive" | "logged" | "unlogged" | "unplaced" | "gone" | Kind;

export interface Switch {
  id: SwitchId;
  name: string;
  title: string;
  /** Whether it is off until somebody wants it. */
  off?: boolean;
}

export const regionSwitches: readonly Switch[] = [
  { id: "deployed", name: "Deployed", title: "Regions in which the inventory has something" },
  { id: "azure", name: "Azure's own", title: "Other regions, with whose addresses of Azure there was traffic" },
  { id: "unused", name: "Not deployed", title: "Regions with neither resources nor traffic", off: true },
];

/** Of regions that are deployed. */
export const stateSwitches: readonly Switch[] = [
  { id: "active", name: "Active", title: "Deployed regions with traffic" },
  { id: "inactive", name: "Inactive", title: "Deployed regions without traffic" },
  { id: "logged", name: "Logged", title: "Deployed regions of which some or all NICs have flow logs" },
  { id: "unlogged", name: "Not logged", title: "Deployed regions without any flow log" },
];

export const kindSwitches: readonly Switch[] = [
  { id: "benign", name: "Benign", title: "Allowed, and no end is malicious" },
  { id: "malicious", name: "Malicious", title: "With an address of a threat feed at an end, allowed or denied" },
  { id: "blocked", name: "Blocked", title: "Denied, and no end is malicious" },
];

/** What is there to be switched where the time is compared with another. */
export const goneSwitch: Switch = {
  id: "gone",
  name: "Gone",
  title: "Had traffic in the time that it is compared with, and has none now",
};

/** What stands below the world. */
export const placeSwitch: Switch = {
  id: "unplaced",
  name: "Lines to what has no place",
  title:
    "Lines to sites, private addresses and the like, which stand below the world, when none of their ends is chosen",
  off: true,
};

const all = [...regionSwitches, ...stateSwitches, ...kindSwitches, goneSwitch, placeSwitch];

/** What is on, from what the address says was switched. */
export function readSwitched(text = ""): ReadonlySet<SwitchId> {
  const switched = new Set(text.split(","));
  return new Set(all.filter(({ id, off = false }) => switched.has(id) === off).map(({ id }) => id));
}

/** The address with one more thing switched; empty: all is as it is at first. */
export function toggled(text = "", id: SwitchId): string {
  const switched = new Set(text.split(",").filter((each) => all.some((one) => one.id === each)));
  if (!switched.delete(id)) switched.add(id);
  return all
    .map((each) => each.id)
    .filter((each) => switched.has(each))
    .join(",");
}

export type RegionState = "deployed" | "azure" | "unused";

export function stateOf({ deployed, active }: GeoNode): RegionState {
  if (deployed) return "deployed";
  return active ? "azure" : "unused";
}

/** Whether a region is among those that are on. */
export function isOn(region: GeoNode, on: ReadonlySet<SwitchId>): boolean {
  const state = stateOf(region);
  if (!on.has(state)) return false;
  if (state !== "deployed") return true;
  const logged = region.logged === "all" || region.logged === "some";
  return on.has(region.active ? "active" : "inactive") && on.has(logged ? "logged" : "unlogged");
}
