// The panel at the side lives in the address too, so that what it explains
// can be shared: ?address=10.0.0.4&at=... or ?flow=10.0.0.4,10.1.0.4,443,TCP,out.

import type { Search } from "./url";

/** Everything about an address. */
export interface AddressPanel {
  kind: "address";
  address: string;
  /** RFC 3339; the end of the data where it is not said. */
  at?: string | undefined;
  /** The network from which it is seen, where address spaces overlap. */
  vnet?: string | undefined;
}

/** Why a flow is of its type. */
export interface FlowPanel {
  kind: "flow";
  initiator: string;
  responder: string;
  port: number;
  protocol: string;
  direction: "in" | "out";
  at?: string | undefined;
  vnet?: string | undefined;
}

export type Panel = AddressPanel | FlowPanel;

/** Reads what the address asks for; null where that is nothing, or cannot be read. */
export function readPanel(search: Search): Panel | null {
  const { vnet } = search;
  const at = Number.isNaN(Date.parse(search.at ?? "")) ? undefined : search.at;
  if (search.address) return { kind: "address", address: search.address, at, vnet };
  const [initiator, responder, port, protocol, direction, ...rest] = (search.flow ?? "").split(",");
  if (!initiator || !responder || !protocol || rest.length > 0) return null;
  if (!/^\d{1,5}$/.test(port ?? "") || Number(port) > 65_535) return null;
  if (direction !== "in" && direction !== "out") return null;
  return { kind: "flow", initiator, responder, port: Number(port), protocol, direction, at, vnet };
}

export function writePanel(panel: Panel): Search {
  const search: Search = {};
  if (panel.kind === "address") search.address = panel.address;
  else search.flow = [panel.initiator, panel.responder, panel.port, panel.protocol, panel.direction].join(",");
  if (panel.at) search.at = panel.at;
  if (panel.vnet) search.vnet = panel.vnet;
  return search;
}
