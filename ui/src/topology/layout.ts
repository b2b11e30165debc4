// Where each node of the map stands. It depends on which nodes there are and on nothing else, so that a picture
// keeps its places when numbers change; a grid has room for every label.

import type { MapNode } from "../api/types";
import type { Curve } from "../picture/curve";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A frame around nodes: a region, a network that is open. */
export interface Group extends Box {
  title: string;
  /** The network that it is; empty for a region. */
  network: string;
}

/** What the place of a node depends on. */
export type Placed = Pick<MapNode, "id" | "kind" | "name" | "parent" | "region" | "hub" | "active">;

export interface Layout {
  width: number;
  height: number;
  places: ReadonlyMap<string, Box>;
  groups: readonly Group[];
}

const node = { width: 184, height: 48 };
const gap = 20; // between nodes, for edges to be seen
const pad = 16;
const title = 28;
const aisle = 120; // between what is ours and what is outside

/** A part of the picture, with its own places. */
interface Block {
  width: number;
  height: number;
  put: (x: number, y: number) => void;
}

/** Puts nodes into regions, regions beside each other, and what is outside to the left and to the right. */
export function layOut(all: readonly Placed[]): Layout {
  const nodes = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const places = new Map<string, Box>();
  const groups: Group[] = [];
  const single = (one: Placed): Block => ({
    ...node,
    put: (x, y) => void places.set(one.id, { x, y, ...node }),
  });
  const framed = (name: string, network: string, blocks: readonly Block[]): Block => {
    const inner = shelves(blocks, gap);
    const size = { width: inner.width + 2 * pad, height: inner.height + title + pad };
    return {
      ...size,
      put: (x, y) => {
        groups.push({ x, y, ...size, title: name, network });
        inner.put(x + pad, y + title);
      },
    };
  };
  const inside = new Map<string, Placed[]>();
  for (const one of nodes) {
    const beside = inside.get(one.parent);
    if (beside) beside.push(one);
    else inside.set(one.parent, [one]);
  }
  const network = (one: Placed): Block => {
    const within = inside.get(one.id) ?? [];
    if (within.length === 0) return single(one);
    // What is said of the network itself, and not of one of its subnets, has a place beside them.
    const self = one.active ? [single(one)] : [];
    return framed(shortName(one), one.id, [...self, ...within.map(network)]);
  };
  const networks = nodes.filter(({ kind }) => kind === "vnet");
  const regions = [...new Set(networks.map(({ region }) => region))].toSorted();
  const middle = shelves(
    regions.map((region) => {
      const within = networks.filter((one) => one.region === region);
      return framed(region || "Networks that no inventory has", "", hubsFirst(within).map(network));
    }),
    2 * gap,
  );
  const left = column(nodes.filter(({ kind }) => kind === "site" || kind === "clients").map(single));
  const right = column(nodes.filter(({ kind }) => outside.has(kind)).map(single));
  const height = Math.max(left.height, middle.height, right.height) + 2 * pad;
  let x = pad;
  for (const block of [left, middle, right]) {
    if (block.width === 0) continue;
    block.put(x, (height - block.height) / 2);
    x += block.width + aisle;
  }
  return {
    width: Math.max(x - aisle + pad, node.width + 2 * pad),
    height: Math.max(height, node.height),
    places,
    groups,
  };
}

const outside: ReadonlySet<MapNode["kind"]> = new Set(["azure", "internet", "private", "unknown"]);

function hubsFirst(networks: readonly Placed[]): Placed[] {
  return networks.toSorted((a, b) => Number(b.hub) - Number(a.hub));
}

/** Blocks in rows, about as wide as high. */
function shelves(blocks: readonly Block[], between: number): Block {
  const area = blocks.reduce((sum, { width, height }) => sum + (width + between) * (height + between), 0);
  const widest = Math.max(0, ...blocks.map(({ width }) => width));
  const wanted = Math.max(widest, Math.sqrt(area) * 1.4);
  let [x, y, tallest, width] = [0, 0, 0, 0];
  const at = blocks.map((block) => {
    if (x > 0 && x + block.width > wanted) [x, y, tallest] = [0, y + tallest + between, 0];
    const place = { x, y };
    x += block.width + between;
    tallest = Math.max(tallest, block.height);
    width = Math.max(width, place.x + block.width);
    return place;
  });
  return {
    width,
    height: y + tallest,
    put: (dx, dy) => {
      for (const [i, block] of blocks.entries()) {
        const { x: left, y: top } = at[i] ?? { x: 0, y: 0 };
        block.put(dx + left, dy + top);
      }
    },
  };
}

function column(blocks: readonly Block[]): Block {
  const between = 2 * gap;
  return {
    width: Math.max(0, ...blocks.map(({ width }) => width)),
    height: blocks.reduce((sum, { height }) => sum + height + between, -between),
    put: (x, y) => {
      let top = y;
      for (const block of blocks) {
        block.put(x, top);
        top += block.height + between;
      }
    },
  };
}

/** The curve from the edge of one box to that of another. */
export function curveOf(from: Box, to: Box): Curve {
  const [a, b] = [centre(from), centre(to)];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const bend = 0.08; // so that what goes through a row of nodes does not lie on them
  const middle = { x: (a.x + b.x) / 2 - dy * bend, y: (a.y + b.y) / 2 + dx * bend };
  return { start: border(from, middle), middle, end: border(to, middle) };
}

function centre({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Where the line from the centre of a box to a point leaves it. */
function border(box: Box, to: { x: number; y: number }) {
  const { x, y } = centre(box);
  const [dx, dy] = [to.x - x, to.y - y];
  const part = Math.min(
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  return Number.isFinite(part) ? { x: x + dx * part, y: y + dy * part } : { x, y };
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** The node that lies next to another in a direction: near, and rather ahead than aside. */
export function neighbour(places: ReadonlyMap<string, Box>, from: string, towards: Arrow): string | undefined {
  const start = places.get(from);
  if (!start) return places.keys().next().value;
  const at = centre(start);
  const across = towards === "ArrowLeft" || towards === "ArrowRight";
  const sign = towards === "ArrowLeft" || towards === "ArrowUp" ? -1 : 1;
  let [best, least]: [string | undefined, number] = [undefined, Infinity];
  for (const [id, box] of places) {
    const there = centre(box);
    const [ahead, aside] = across ? [there.x - at.x, there.y - at.y] : [there.y - at.y, there.x - at.x];
    const far = sign * ahead + 2 * Math.abs(aside);
    if (id !== from && sign * ahead > 1 && far < least) [best, least] = [id, far];
  }
  return best;
}

const only: Partial<Record<MapNode["kind"], string>> = {
  azure: "Azure",
  internet: "Internet",
  private: "Other private",
  unknown: "Not looked at",
};

/** Whether a node can be shown as what is in it. */
export function opens({ kind }: Pick<MapNode, "kind">): boolean {
  return kind === "vnet" || kind === "subnet";
}

/** What people call a node. */
export function shortName({ kind, name }: Pick<MapNode, "kind" | "name">): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (kind === "clients") return `Clients of ${last}`;
  return last || only[kind] || "Unknown";
}

/** As much of a name as a node has room for; its title has all of it. */
export function fitting(name: string, most = 19): string {
  return name.length <= most ? name : `${name.slice(0, most - 9)}…${name.slice(-8)}`;
}
