// Tables of traffic divided by something: what each is called, and how its rows are named.

import type { Sort, Split } from "../api/queries";
import type { HostKey } from "../api/types";
import { shortAcl } from "../lib/format";
import { countryName } from "../lib/place";
import { shortName } from "../lib/side";

export interface Table {
  split: Split;
  /** Of several tables of one split on a page, what the address says of this one. */
  tab?: string;
  /** Which flows it is about, whatever else is chosen; all of the page's where it is not said. */
  flows?: string;
  /** The name of its tab. */
  title: string;
  /** What a row is: "subnet", "subnets". */
  one: string;
  many: string;
  /** The names of what rows are told by, in files: one for each of their keys. */
  keys: readonly string[];
  /** How people call a row, and what else is to be said of it. */
  name: (keys: readonly string[], hosts?: readonly HostKey[]) => RowName;
  /** Whether names are so long that a line of the legend has no room for five. */
  long?: boolean;
  /** Whether rows are ends of flows: each flow counts at both. */
  ends: boolean;
  /** Whether a row is a host, which has a page of its own. */
  isHost?: boolean;
  /** By what it is sorted where the page says so: of malicious ends that which they were let do. */
  first?: Sort;
  /** What has to be there for there to be rows, where that is not the flows alone. */
  from?: "inventory" | "operators" | undefined;
}

export interface RowName {
  name: string;
  beside?: string;
}

/** Paths are known by their last parts, and lie in the others. */
function path(last: number) {
  return ([key = ""]: readonly string[]): RowName => {
    const parts = key.split("/");
    const at = Math.max(0, parts.length - last);
    return { name: parts.slice(at).join("/"), beside: parts.slice(0, at).join("/") };
  };
}

const plain = ([key = ""]: readonly string[]): RowName => ({ name: key });

function known(split: Split, title: string, one: string, name = path(1)): Table {
  return { split, title, one, many: title.toLowerCase(), keys: [one], name, ends: true, from: "inventory" };
}

const countries: Table = {
  ...known("countries", "Countries", "country", ([key = ""]) => ({
    name: countryName(key),
    beside: key.toUpperCase(),
  })),
  from: undefined,
};

const operators: Table = {
  ...known("operators", "Operators", "operator", ([name = "", asn = ""]) => ({
    name,
    beside: asn === "0" ? "" : `AS${asn}`,
  })),
  keys: ["operator", "asn"],
  from: "operators",
};

export const machines: Table = { ...known("machines", "Machines", "machine"), many: "machines", isHost: true };

export const hosts: Table = {
  split: "hosts",
  title: "Hosts",
  one: "host",
  many: "hosts",
  keys: ["ip"],
  name: ([address = ""], [host] = []) => ({
    name: (host && host.side.name && shortName(host.side, address)) || address,
  }),
  ends: true,
};

const pairs: Table = {
  split: "pairs",
  title: "All pairs",
  one: "pair",
  many: "pairs",
  keys: ["ip", "other ip"],
  name: (keys, ends = []) => ({ name: keys.map((key, i) => hosts.name([key], ends.slice(i, i + 1)).name).join(" ⇄ ") }),
  long: true,
  ends: false,
};

/** Who talks to whom: of the conversations of two hosts one row. */
export const conversations: readonly Table[] = [
  pairs,
  { ...pairs, tab: "internal", title: "Internal", flows: "internal" },
  { ...pairs, tab: "external", title: "External", flows: "external" },
];

/** Who has traffic: addresses, what these belong to, and where that lies. */
export const owners: readonly Table[] = [
  { ...hosts, title: "Addresses" },
  machines,
  known("scale-sets", "Scale sets", "scale set"),
  { ...known("nics", "NICs", "NIC"), many: "NICs" },
  known("subnets", "Subnets", "subnet", path(2)),
  { ...known("vnets", "VNets", "VNet"), many: "VNets" },
  known("regions", "Regions", "region", plain),
  known("zones", "Zones", "zone", plain),
  known("subscriptions", "Subscriptions", "subscription", plain),
  known("groups", "Resource groups", "resource group", plain),
];

export const places: readonly Table[] = [
  countries,
  operators,
  { ...known("services", "Services", "Azure service", plain), from: undefined },
  { ...known("regions", "Regions", "region", plain), from: undefined },
];

export const gateways: readonly Table[] = [
  known("gateways", "Gateways", "gateway"),
  known("connections", "Connections", "connection"),
  known("sites", "Sites", "site"),
];

export const portsTable: Table = {
  split: "ports",
  title: "Ports",
  one: "port",
  many: "ports",
  keys: ["port", "protocol"],
  name: ([port = "", protocol = ""]) => ({ name: Number(port) < 65_536 ? port : "ephemeral", beside: protocol }),
  ends: false,
};

export const rulesTable: Table = {
  split: "rules",
  title: "Rules",
  one: "rule",
  many: "rules",
  keys: ["acl", "rule"],
  name: ([acl = "", rule = ""]) => ({ name: rule.replace(/^(User|Default)Rule_/, ""), beside: shortAcl(acl) }),
  long: true,
  ends: false,
};

export const malicious: readonly Table[] = [
  { ...hosts, first: "allowedOut" },
  { ...countries, first: "allowedOut" },
  { ...operators, first: "allowedOut" },
  { ...machines, first: "allowedIn" },
  { ...portsTable, first: "allowedIn" },
  { ...rulesTable, first: "allowedIn" },
];

/** Splits of few rows that count each flow as often as one of many does: their sum is told at far less cost. */
export const cheapest: Partial<Record<Split, Split>> = { hosts: "classes", pairs: "protocols" };

/** Whether a text is a column by which the server sorts; the page offers these. */
export const sorts: readonly Sort[] = [
  "total",
  "allowedIn",
  "allowedOut",
  "deniedIn",
  "deniedOut",
  "allowed",
  "denied",
  "maliciousTotal",
  "maliciousAllowedIn",
  "maliciousAllowedOut",
  "maliciousDeniedIn",
  "maliciousDeniedOut",
  "maliciousAllowed",
  "maliciousDenied",
  "deniedBenign",
  "key",
];

/** Orders that are asked for so often that each is a click away: what there is most of. */
export const orders: readonly { value: Sort; label: string; title: string }[] = [
  { value: "total", label: "traffic", title: "All that is counted" },
  { value: "maliciousTotal", label: "malicious", title: "With an address of a threat feed at an end" },
  {
    value: "deniedBenign",
    label: "denied benign",
    title: "Denied, and no end is malicious: what should perhaps pass",
  },
];

/** Which of a pair comes first is found out of what both have, and hosts have no order but that of their traffic. */
export function sortsBy({ split }: Table, sort: Sort): boolean {
  if (split === "pairs" && /(In|Out)$/.test(sort)) return false;
  return sort !== "key" || (split !== "pairs" && split !== "hosts");
}

/** What the address calls a table. */
export function tabOf({ split, tab = split }: Table): string {
  return tab;
}

/** What the address says of a table; what cannot be read is as if it were not there. */
export function readTable(
  { tab, sort, page }: { tab?: string; sort?: string; page?: string },
  tables: readonly Table[],
): { table: Table; sort: Sort; page: number } {
  const number = /^[1-9]\d{0,3}$/.test(page ?? "") ? Number(page) : 1;
  const table = tables.find((each) => tabOf(each) === tab) ?? tables[0]!;
  return {
    table,
    sort: sorts.find((each) => each === sort && sortsBy(table, each)) ?? table.first ?? "total",
    page: number,
  };
}
