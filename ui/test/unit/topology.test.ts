// Where the map puts its nodes.

import { describe, expect, test } from "vitest";
import type { MapNode } from "../../src/api/types";
import { type Box, curve, fitting, layOut, shortName } from "../../src/topology/layout";

const none = { flows: 0, packets: 0, bytes: 0 };

function one(kind: MapNode["kind"], name: string, more: Partial<MapNode> = {}): MapNode {
  return {
    id: name === "" ? kind : `${kind}:${name}`,
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
    logged: "",
    total: none,
    maliciousTotal: none,
    filter: "",
    ...more,
  };
}

const outside = [
  one("azure", ""),
  one("internet", ""),
  one("private", ""),
  one("site", "s/rg/berlin"),
  one("clients", "s/rg/gw"),
];

/** So many networks in so many regions, the first of which is open and has so many subnets. */
function estate(networks: number, regions: number, subnets: number): MapNode[] {
  const nets = Array.from({ length: networks }, (_, i) =>
    one("vnet", `s/rg/net-${i}`, { region: `region-${i % regions}`, hub: i % 10 === 0 }),
  );
  const within = Array.from({ length: subnets }, (_, i) =>
    one("subnet", `rg/net-0/${i}`, { parent: "vnet:s/rg/net-0" }),
  );
  return [...nets, ...within, ...outside];
}

const estates: Record<string, MapNode[]> = {
  none: [],
  "the internet alone": [one("internet", "")],
  "no inventory": [one("vnet", "s/rg/a"), one("vnet", "s/rg/b"), one("unknown", "")],
  small: estate(6, 3, 0),
  open: estate(6, 3, 12),
  large: estate(200, 14, 60),
};

const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe.each(Object.entries(estates))("%s", (_, nodes) => {
  const { places, groups, width, height } = layOut(nodes);

  test("no node lies on another, or outside the picture", () => {
    const boxes = [...places.values()];
    for (const [i, box] of boxes.entries()) {
      expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(true);
      for (const other of boxes.slice(i + 1)) expect(apart(box, other)).toBe(true);
    }
  });

  test("every node has a place, itself or as a frame around its subnets", () => {
    const framed = new Set(groups.map(({ network }) => network));
    for (const { id } of nodes) expect(places.has(id) || framed.has(id), id).toBe(true);
    for (const { id, parent } of nodes) {
      if (parent === "") continue;
      const [box, frame] = [places.get(id)!, groups.find(({ network }) => network === parent)!];
      expect(box.x > frame.x && box.y > frame.y && box.x + box.width < frame.x + frame.width).toBe(true);
    }
  });

  test("it stays where it is when numbers change, and in whatever order nodes come", () => {
    const busy = nodes.map((each) => ({ ...each, total: { flows: 7, packets: 8, bytes: 9 }, malicious: true }));
    expect(layOut(busy).places).toEqual(places);
    expect(new Map([...layOut(nodes.toReversed()).places].toSorted())).toEqual(new Map([...places].toSorted()));
  });
});

test("hubs come first in their region", () => {
  const { places } = layOut([one("vnet", "s/rg/a"), one("vnet", "s/rg/b", { hub: true })]);
  const [hub, other] = [places.get("vnet:s/rg/b")!, places.get("vnet:s/rg/a")!];
  expect(hub.x < other.x || hub.y < other.y).toBe(true);
});

test("a curve goes from border to border", () => {
  const { path } = curve({ x: 0, y: 0, width: 10, height: 10 }, { x: 100, y: 0, width: 10, height: 10 });
  expect(path).toMatch(/^M 10\.0 \d\.\d Q 55\.0 1[23]\.\d 100\.0 \d\.\d$/);
});

test("names are what people say, and fit", () => {
  expect(shortName({ kind: "vnet", name: "s/rg/hub" })).toBe("hub");
  expect(shortName({ kind: "clients", name: "s/rg/gw" })).toBe("Clients of gw");
  expect(shortName({ kind: "internet", name: "" })).toBe("Internet");
  expect(fitting("a-network-with-a-very-long-name")).toBe("a-network-…ong-name");
});
