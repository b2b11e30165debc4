// Where the map puts its nodes.

import { describe, expect, test } from "vitest";
import type { MapEdge, MapNode } from "../../src/api/types";
import { pathOf, pointOf } from "../../src/picture/curve";
import { dashesOf, type Look, looks } from "../../src/picture/looks";
import { signSize } from "../../src/picture/signs";
import { looksOf, mainOf, strandsOf } from "../../src/topology/edges";
import { lineOf, signOf, signPlaces, titleBox } from "../../src/topology/labels";
import { type Box, curveOf, fitting, layOut, neighbour, shortName } from "../../src/topology/layout";
import { edgeAt, inSight, nodeAt } from "../../src/topology/pointing";
import { readOn, shownOf, switched } from "../../src/topology/shown";
import { frameOf, held, nearer, readSight, whole, writeSight } from "../../src/topology/sight";

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

function edge(from: string, to: string, flows: number, more: Partial<MapEdge> = {}): MapEdge {
  const some = { flows, packets: flows, bytes: flows };
  const ways = {
    total: some,
    allowedIn: none,
    allowedOut: some,
    deniedIn: none,
    deniedOut: none,
    allowed: some,
    denied: none,
  };
  const nothing = { ...ways, total: none, allowedOut: none, allowed: none };
  return { from, to, all: ways, malicious: nothing, before: null, link: "", through: [], filter: "", ...more };
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
  "hub and spoke": [one("vnet", "s/rg/hub", { region: "west", hub: true }), ...estate(60, 2, 0)],
  "flat, with one name many times": Array.from({ length: 30 }, (_, i) =>
    one("vnet", `s${i}/rg/flat`, { region: "west" }),
  ),
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

  test("nothing that is written lies on anything else that is", () => {
    // Every network with every other, without a known connection: each of these lines has a sign.
    const ends = nodes.filter(({ id }) => places.has(id)).slice(0, 40);
    const edges = ends.flatMap((a, i) => ends.slice(i + 1).map((b) => edge(a.id, b.id, 1, { link: "none" })));
    const signs = signPlaces(edges, places, groups.map(titleBox));
    const boxes = [
      ...[...signs.values()].map(({ x, y }) => ({
        x: x - signSize / 2,
        y: y - signSize / 2,
        width: signSize,
        height: signSize,
      })),
      ...groups.map(titleBox),
      ...places.values(),
    ];
    for (const [i, box] of boxes.entries())
      for (const other of boxes.slice(i + 1)) expect(apart(box, other)).toBe(true);
    expect(signs.size > 0).toBe(edges.length > 0);
  });

  test("names and numbers end where their node does", () => {
    for (const each of nodes) {
      // The widest letters of the page's fonts are 11 and 9 pixels wide at these sizes, the mean 8.2 and 6.6.
      expect(fitting(shortName(each)).length * 8.2 + 12).toBeLessThanOrEqual(184);
    }
    expect(lineOf(["123.4M flows", "hub", "malicious", "not logged"]).length * 6.6 + 12).toBeLessThanOrEqual(184);
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
  const curve = curveOf({ x: 0, y: 0, width: 10, height: 10 }, { x: 100, y: 0, width: 10, height: 10 });
  expect(pathOf(curve)).toMatch(/^M 10\.0 \d\.\d Q 55\.0 1[23]\.\d 100\.0 \d\.\d$/);
});

test("names are what people say, and fit", () => {
  expect(shortName({ kind: "vnet", name: "s/rg/hub" })).toBe("hub");
  expect(shortName({ kind: "clients", name: "s/rg/gw" })).toBe("Clients of gw");
  expect(shortName({ kind: "internet", name: "" })).toBe("Internet");
  expect(fitting("a-network-with-a-very-long-name")).toBe("a-network-…ong-name");
});

test("the arrows lead from node to node", () => {
  const { places } = layOut(estate(6, 1, 0));
  const f = (from: string, towards: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown") => {
    const next = neighbour(places, from, towards)!;
    return { dx: places.get(next)!.x - places.get(from)!.x, dy: places.get(next)!.y - places.get(from)!.y };
  };
  expect(f("vnet:s/rg/net-0", "ArrowRight")).toEqual({ dx: 204, dy: 0 });
  expect(f("vnet:s/rg/net-1", "ArrowLeft")).toEqual({ dx: -204, dy: 0 });
  expect(f("vnet:s/rg/net-0", "ArrowDown").dy).toBeGreaterThan(0);
  expect(neighbour(places, "", "ArrowUp"), "where none has the focus, to the first").toBe([...places.keys()][0]);
  expect(neighbour(new Map(), "", "ArrowUp")).toBeUndefined();
});

test("signs say what the look of a line does not", () => {
  expect(signOf(edge("a", "b", 1))).toBe("");
  expect(signOf(edge("a", "b", 1, { link: "none" }))).toBe("?");
  expect(signOf(edge("a", "b", 1, { before: none }))).toBe("+");
  expect(signOf({ ...edge("a", "b", 0), before: { flows: 3, packets: 0, bytes: 0 } })).toBe("−");
});

describe("a line", () => {
  const some = (flows: number, bytes = flows) => ({ flows, packets: flows, bytes });
  const ways = (allowed: number, denied: number): MapEdge["all"] => ({
    total: { ...some(allowed + denied), bytes: allowed },
    allowedIn: none,
    allowedOut: some(allowed),
    deniedIn: some(denied, 0),
    deniedOut: none,
    allowed: some(allowed),
    denied: some(denied, 0),
  });
  const mixed = edge("a", "b", 0, { all: ways(70, 30), malicious: ways(20, 10) });

  test("has a part for each kind of traffic, as wide as that, and none for what it does not have", () => {
    expect(looksOf(mixed)).toEqual(["benign", "blocked", "malicious"]);
    const strands = strandsOf(mixed, "flows", 100);
    expect(strands.map(({ look, width }) => [look, Math.round(width * 100) / 100])).toEqual([
      ["benign", 4],
      ["blocked", 1.6],
      ["malicious", 2.4],
    ]);
    expect(mainOf(strands)).toBe("benign");
    expect(looksOf(edge("a", "b", 9))).toEqual(["benign"]);
    expect(looksOf(edge("a", "b", 0, { all: ways(0, 0) }))).toEqual(["idle"]);
    expect(looksOf(edge("a", "b", 0, { all: ways(0, 0), before: some(1) }))).toEqual(["gone"]);
  });

  test("shows each part however small it is, also of what has no bytes", () => {
    for (const unit of ["flows", "bytes"] as const) {
      const strands = strandsOf(edge("a", "b", 0, { all: ways(1000, 1), malicious: ways(1, 0) }), unit, 1e6);
      expect(strands.map(({ look }) => look)).toEqual(["benign", "blocked", "malicious"]);
      for (const { width } of strands) expect(width).toBeGreaterThanOrEqual(1.5);
    }
  });

  test("has its parts beside each other around its middle, and none on another", () => {
    const strands = strandsOf(mixed, "flows", 100);
    const [first, last] = [strands[0]!, strands.at(-1)!];
    expect(first.aside - first.width / 2).toBeCloseTo(-(last.aside + last.width / 2));
    for (const [i, one] of strands.slice(1).entries()) {
      const before = strands[i]!;
      expect(one.aside - one.width / 2 - (before.aside + before.width / 2)).toBeGreaterThanOrEqual(1);
    }
  });

  test("is told by its dashes where colours are not", () => {
    const all = (Object.keys(looks) as Look[]).map((look) => dashesOf(look, 2).join(" "));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("what is shown", () => {
  const nodes = [
    one("vnet", "s/rg/a"),
    one("vnet", "s/rg/b"),
    one("vnet", "s/rg/idle", { active: false }),
    one("site", "s/rg/berlin"),
    one("internet", ""),
  ];
  const [a, b, idle, site, internet] = nodes.map(({ id }) => id) as [string, string, string, string, string];
  const edges = [
    edge(a, b, 9, { link: "peered" }),
    edge(a, site, 5, { link: "gateway" }),
    edge(a, internet, 3),
    edge(a, idle, 0, { link: "peered" }),
    edge(b, internet, 2),
    edge(a, a, 1, { link: "same" }),
  ];
  const f = (off: string) => {
    const shown = shownOf({ nodes, edges }, readOn(off));
    return [shown.edges.length, shown.nodes.map(({ name }) => name.split("/").at(-1))] as const;
  };

  test("is everything, until something is switched off", () => {
    expect(f("")).toEqual([6, ["a", "b", "idle", "berlin", ""]]);
    expect(f("external")).toEqual([4, ["a", "b", "idle", "berlin"]]);
    expect(f("s2s,external")).toEqual([3, ["a", "b", "idle"]]);
    expect(f("inactive")).toEqual([5, ["a", "b", "berlin", ""]]);
    expect(f("active")).toEqual([1, ["a", "idle"]]);
    expect(f("colours")).toEqual(f(""));
  });

  test("is counted by what each switch leaves", () => {
    const { counts } = shownOf({ nodes, edges }, readOn("inactive"));
    expect(["peering", "s2s", "external", "within", "none"].map((id) => counts.get(id as "none"))).toEqual([
      1, 1, 2, 1, 0,
    ]);
    expect([counts.get("active"), counts.get("inactive")]).toEqual([5, 1]);
  });

  test("is kept in the link", () => {
    expect(switched(undefined, "external")).toBe("external");
    expect(switched("external", "peering")).toBe("peering,external");
    expect(switched("peering,external", "external")).toBe("peering");
    expect(switched("peering", "peering")).toBe("");
  });
});

describe("sight", () => {
  const [picture, screen] = [
    { width: 2000, height: 1000 },
    { width: 1000, height: 600 },
  ];
  test("is held within the picture, and comes back from the link", () => {
    const near = nearer(whole, 4, picture, 8, { x: 2000, y: 1000 });
    expect(near).toEqual({ zoom: 4, x: 1500, y: 750 });
    expect(held({ zoom: 2, x: -9, y: 9999 }, picture)).toEqual({ zoom: 2, x: 0, y: 500 });
    expect(nearer(near, 1 / 100, picture, 8)).toEqual(whole);
    expect(readSight(writeSight(near, picture), picture)).toEqual(near);
    for (const text of ["", "x", "0,1,1", "-2,0,0", "2"]) expect(readSight(text, picture), text).toEqual(whole);
  });

  test("tells what is where on the screen", () => {
    const frame = frameOf(whole, picture, screen);
    expect(frame).toEqual({ scale: 0.5, x: 0, y: 50 });
    const seen = inSight(frameOf({ zoom: 2, x: 1000, y: 0 }, picture, screen), screen);
    expect(seen({ x: 900, y: 10, width: 200, height: 10 })).toBe(true);
    expect(seen({ x: 700, y: 10, width: 200, height: 10 })).toBe(false);
  });

  test("what lies at a point is found without elements", () => {
    const nodes = [one("vnet", "s/rg/a"), one("internet", "")];
    const { places } = layOut(nodes);
    const [a, b] = nodes.map(({ id }) => places.get(id)!) as [Box, Box];
    expect(nodeAt({ x: a.x + 5, y: a.y + 5 }, nodes, places)).toBe(nodes[0]);
    expect(nodeAt({ x: a.x - 5, y: a.y }, nodes, places)).toBeUndefined();
    const line = edge(nodes[0]!.id, nodes[1]!.id, 1);
    const { x, y } = pointOf(curveOf(a, b), 0.5);
    expect(edgeAt({ x, y }, [line], places, 5)).toBe(line);
    expect(edgeAt({ x, y: y + 20 }, [line], places, 5)).toBeUndefined();
  });
});
