// An estate of the size of the largest, as the API would answer for its map: what it measures is drawing, so numbers
// are made up, and the same in every run.

import type { MapAnswer, MapEdge, MapNode, Ways } from "../../src/api/types";

const networks = 200;
const subnets = 10; // of each
const pairs = 20_000;

const none = { flows: 0, packets: 0, bytes: 0 };

export function measures(flows: number) {
  return { flows, packets: 12 * flows, bytes: 9_000 * flows };
}

/** Numbers in the order of a fixed seed. */
export function random(seed: number) {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

const vnetName = (i: number) => `sub-${i % 7}/rg-${i}/vnet-${String(i).padStart(3, "0")}`;
const vnetId = (i: number) => `vnet:${vnetName(i)}`;
const subnetId = (i: number, j: number) => `subnet:${vnetName(i)}/snet-${j}`;

function node(id: string, kind: MapNode["kind"], name: string, more: Partial<MapNode> = {}): MapNode {
  return {
    id,
    kind,
    name,
    parent: "",
    region: "",
    subscription: "",
    hub: false,
    guards: [],
    deployed: true,
    active: true,
    malicious: false,
    logged: "all",
    total: measures(1000),
    maliciousTotal: none,
    filter: `${kind} = "${name}"`,
    ...more,
  };
}

export function waysOf(all: number, blocked: number): Ways {
  const back = Math.floor((all - blocked) / 3);
  return {
    total: measures(all),
    allowedIn: measures(back),
    allowedOut: measures(all - blocked - back),
    deniedIn: none,
    deniedOut: measures(blocked),
    allowed: measures(all - blocked),
    denied: measures(blocked),
  };
}

export function sumOf(edges: readonly { all: Ways }[]) {
  return measures(edges.reduce((sum, { all }) => sum + all.total.flows, 0));
}

function edge(from: string, to: string, flows: number, link: MapEdge["link"], kind: number): MapEdge {
  // Some have all kinds of traffic, most have one.
  const denied = kind > 0.9 ? flows : kind < 0.1 ? Math.floor(flows / 4) : 0;
  return {
    from,
    to,
    all: waysOf(flows, denied),
    malicious: waysOf(kind < 0.05 ? Math.floor(flows / 9) : 0, 0),
    before: null,
    link,
    through: [],
    filter: `src.vnet = "${from}" and dst.vnet = "${to}"`,
  };
}

/** The map with some networks open, "*" for all, and so many edges. */
export function estate(open: readonly string[], limit: number): MapAnswer {
  const next = random(10);
  const isOpen = (i: number) => open.includes("*") || open.includes(vnetName(i));
  const outside = [
    node("internet", "internet", ""),
    node("azure", "azure", ""),
    ...Array.from({ length: 20 }, (_, i) => node(`site:sub-0/rg/site-${i}`, "site", `sub-0/rg/site-${i}`)),
  ];
  const inside = Array.from({ length: networks }, (_, i) => {
    const region = `region-${String(i % 14).padStart(2, "0")}`;
    const one = node(vnetId(i), "vnet", vnetName(i), { region, hub: i % 20 === 0, active: !isOpen(i) });
    const within = Array.from({ length: isOpen(i) ? subnets : 0 }, (_, j) =>
      node(subnetId(i, j), "subnet", `rg-${i}/vnet-${String(i).padStart(3, "0")}/snet-${j}`, {
        parent: one.id,
        region,
      }),
    );
    return [one, ...within];
  }).flat();
  const end = () => {
    const [i, j] = [Math.floor(next() * networks), Math.floor(next() * subnets)];
    return isOpen(i) ? subnetId(i, j) : vnetId(i);
  };
  const made = new Map<string, MapEdge>();
  for (let tries = 0; made.size < pairs && tries < 4 * pairs; tries++) {
    const [from, to] =
      next() < 0.1 ? [end(), outside[Math.floor(next() * outside.length)]!.id] : [end(), end()].toSorted();
    const flows = Math.ceil(100_000 / (1 + 4_000 * next()));
    const made1 = edge(from!, to!, flows, to!.includes("net") ? "peered" : "", next());
    if (from !== to) made.set(`${from}|${to}`, made1);
  }
  const edges = [...made.values()].toSorted((a, b) => b.all.total.flows - a.all.total.flows);
  return {
    from: "2026-11-21T00:00:00Z",
    to: "2026-11-22T00:00:00Z",
    deduplicated: true,
    detail: null,
    where: "",
    by: "flows",
    limit,
    inventory: "2026-11-21T00:00:00Z",
    compared: null,
    distinct: edges.length,
    total: sumOf(edges),
    other: sumOf(edges.slice(limit)),
    nodes: [...inside, ...outside],
    edges: edges.slice(0, limit),
  };
}
