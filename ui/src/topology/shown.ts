// Which edges and nodes of the map are shown: the link keeps what is switched off.

import type { MapEdge, MapNode } from "../api/types";
import { isIdle } from "./edges";

/** What connects the ends of an edge. */
export type Connection = "peering" | "hubs" | "s2s" | "p2s" | "external" | "within" | "none" | "other";

export type SwitchId = Connection | "active" | "inactive";

export interface Switch {
  id: SwitchId;
  name: string;
  title: string;
}

export const connections: readonly (Switch & { id: Connection })[] = [
  { id: "peering", name: "Peerings", title: "Two networks that are peered" },
  { id: "hubs", name: "Hubs", title: "Two networks that are connected through hubs or gateways" },
  { id: "s2s", name: "Sites (S2S)", title: "Networks on premises, behind a VPN or ExpressRoute gateway" },
  { id: "p2s", name: "Clients (P2S)", title: "Clients of a point-to-site pool" },
  { id: "external", name: "External", title: "Azure's own addresses and the internet" },
  { id: "within", name: "Within", title: "Parts of one network" },
  { id: "none", name: "None", title: "Two networks between which the inventory knows no connection" },
  { id: "other", name: "Other", title: "Private addresses that no inventory has, and what is not known yet" },
];

export const states: readonly Switch[] = [
  { id: "active", name: "Active", title: "Networks and connections with traffic" },
  { id: "inactive", name: "Inactive", title: "Networks without traffic, and connections that carried nothing" },
];

const all: readonly Switch[] = [...connections, ...states];

/** What is on, from what the link says is not. */
export function readOn(text = ""): ReadonlySet<SwitchId> {
  const off = new Set(text.split(","));
  return new Set(all.map(({ id }) => id).filter((id) => !off.has(id)));
}

/** The link with one more thing switched; empty: everything is on. */
export function switched(text: string | undefined, id: SwitchId): string {
  const on = new Set(readOn(text));
  if (!on.delete(id)) on.add(id);
  return all
    .map((each) => each.id)
    .filter((each) => !on.has(each))
    .join(",");
}

/** What connects the ends of an edge; which of both is first does not matter. */
export function connectionOf({ link }: MapEdge, from: MapNode, to: MapNode): Connection {
  const kinds = new Set([from.kind, to.kind]);
  if (kinds.has("site")) return "s2s";
  if (kinds.has("clients")) return "p2s";
  if (kinds.has("azure") || kinds.has("internet")) return "external";
  switch (link) {
    case "peered":
      return "peering";
    case "hubs":
    case "gateways":
      return "hubs";
    case "same":
      return "within";
    case "none":
      return "none";
    default:
      return from === to ? "within" : "other";
  }
}

export interface Shown {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  /** How many edges each switch leaves, of those that the others leave. */
  counts: ReadonlyMap<SwitchId, number>;
}

/** What is shown of a map. */
export function shownOf(
  { nodes, edges }: { nodes: readonly MapNode[]; edges: readonly MapEdge[] },
  on: ReadonlySet<SwitchId>,
): Shown {
  const byId = new Map(nodes.map((one) => [one.id, one]));
  const counts = new Map<SwitchId, number>(all.map(({ id }) => [id, 0]));
  const count = (id: SwitchId) => counts.set(id, (counts.get(id) ?? 0) + 1);
  const touched = new Set<string>();
  const ended = new Set<string>();
  const kept = edges.filter((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    if (!from || !to) return false;
    const connection = connectionOf(edge, from, to);
    const state = isIdle(edge) ? "inactive" : "active";
    if (on.has(state)) count(connection);
    if (on.has(connection)) count(state);
    for (const id of [edge.from, edge.to]) ended.add(id);
    if (!on.has(connection) || !on.has(state)) return false;
    for (const id of [edge.from, edge.to]) touched.add(id);
    return true;
  });
  // A network is there by itself, what is outside by what it has to do with one.
  const isShown = (one: MapNode) =>
    touched.has(one.id) || (ours.has(one.kind) ? on.has(one.active ? "active" : "inactive") : !ended.has(one.id));
  return { nodes: nodes.filter(isShown), edges: kept, counts };
}

const outside = new Set<MapNode["kind"]>(["site", "clients", "azure", "internet", "private", "unknown"]);
const ours = { has: (kind: MapNode["kind"]) => !outside.has(kind) };
