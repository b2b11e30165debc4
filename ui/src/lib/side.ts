// What an address was, in the words of the page.

import type { Side } from "../api/types";
import { capital } from "./format";
import { countryName } from "./place";

const classWords: Record<string, string> = {
  vnet: "In a virtual network",
  p2s: "Point-to-site client",
  s2s: "On-premises site",
  private: "Private address",
  azure: "Azure",
  external: "Public address",
};

/** What an address is in the decision of the flow type; empty where it was not looked at. */
export function className(value: string): string {
  return classWords[value] ?? "";
}

const kindWords: Record<string, string> = {
  nic: "network interface",
  vnet: "virtual network",
  "nat gateway": "NAT gateway",
  "public ip": "public IP address",
  "site (S2S)": "on-premises site behind a VPN gateway",
  "site (P2S)": "point-to-site client",
  "site (ExpressRoute)": "on-premises site behind ExpressRoute",
};

/** A kind of resource in words. */
export function kindName(kind: string): string {
  return kindWords[kind] ?? kind;
}

/** What an address is, in one line: its resource, and where that is to be found. */
export function whatItIs({ kind, class: of }: Pick<Side, "kind" | "class">): string {
  // A kind of site says where it is.
  const parts = kind.startsWith("site (") ? [capital(kindName(kind))] : [capital(kindName(kind)), className(of)];
  return parts.filter(Boolean).join(" · ");
}

/** The shortest that says who an address is; empty where nothing is known. */
export function shortName(side: Side, address: string): string {
  const { name } = side;
  // Names of what is ours begin with what it lies in: subscription, resource group.
  if (name !== "" && name !== address) return side.class === "azure" ? name : name.split("/").at(-1)!;
  return side.service || capital(kindName(side.kind)) || className(side.class);
}

/** Network and subnet, or the site, without what they lie in. */
export function shortNetwork({ network, vnet }: Pick<Side, "network" | "vnet">): string {
  const parts = network.split("/");
  if (vnet === "" || network === vnet || parts.length < 3) return parts.at(-1) ?? "";
  return parts.slice(-2).join("/");
}

/** Whether an Azure address is everywhere: its region is no place, and its country is that of its registration. */
export function isEverywhere({ region }: Pick<Side, "region">): boolean {
  return region.toLowerCase() === "global";
}

/** The country by name, or the Azure region; Azure's own addresses are known by their region first. */
export function placeOf(side: Pick<Side, "country" | "region">): string {
  if (isEverywhere(side)) return "Everywhere in Azure";
  return [side.region, side.country && countryName(side.country)].filter(Boolean).join(", ");
}

/** The word for a verdict that counts. */
export function verdictOf(category: string): string {
  return category === "" ? "Malicious" : category;
}

/** From where the flows between two sides are best looked at: from our own network, as its logs do. */
export interface Vantage {
  direction: "in" | "out";
  vnet: string;
}

export function vantageOf(from: Side, to: Side): Vantage {
  if (from.vnet !== "") return { direction: "out", vnet: from.vnet };
  if (to.vnet !== "") return { direction: "in", vnet: to.vnet };
  return { direction: from.class === "external" || from.class === "azure" ? "in" : "out", vnet: "" };
}

const flowTypeWords: Record<string, string> = {
  IntraVNet: "Both ends are in the same virtual network",
  InterVNet: "The ends are in two virtual networks",
  P2S: "One end is a point-to-site client",
  S2S: "One end is at a site behind a gateway",
  AzurePublic: "One end is a public address of Azure",
  MaliciousFlow: "One end is a public address on a threat list",
  ExternalPublic: "One end is a public address outside of Azure",
  UnknownPrivate: "One end is a private address that no network here has",
  Unknown: "Nothing is known of either end",
};

export function flowTypeWord(type: string): string {
  return flowTypeWords[type] ?? type;
}
