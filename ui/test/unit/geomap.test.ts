import { geoArea, geoCentroid, type GeoPermissibleObjects } from "d3-geo";
import { feature } from "topojson-client";
import { describe, expect, test } from "vitest";
import fine from "world-atlas/countries-50m.json";
import coarse from "world-atlas/countries-110m.json";
import type { GeoAnswer, GeoEdge, GeoNode } from "../../src/api/types";
import { arc, dockOf, labelsOf, next, signsOf, spotsOf } from "../../src/geomap/layout";
import { drawingOf, keyOf, leading, type Line, type Mark, strength, volumes, widthOf } from "../../src/geomap/marks";
import { places } from "../../src/geomap/places";
import { isOn, readSwitched, toggled } from "../../src/geomap/switches";
import {
  closest,
  countriesOf,
  frameOf,
  held,
  nearer,
  projectionFor,
  readSight,
  sightOf,
  stageFor,
  wholeWorld,
  writeSight,
} from "../../src/geomap/world";
import { pointOf } from "../../src/picture/curve";
import { overlap, signSize } from "../../src/picture/signs";

const measures = (flows: number, bytes = flows * 100) => ({ flows, packets: flows * 2, bytes });
const none = measures(0);

function ways(allowedOut: number, allowedIn = 0, deniedOut = 0, deniedIn = 0): GeoEdge["all"] {
  return {
    total: measures(allowedOut + allowedIn + deniedOut + deniedIn),
    allowedOut: measures(allowedOut),
    allowedIn: measures(allowedIn),
    deniedOut: measures(deniedOut, 0),
    deniedIn: measures(deniedIn, 0),
    allowed: measures(allowedOut + allowedIn),
    denied: measures(deniedOut + deniedIn, 0),
  };
}

function node(id: string, more: Partial<GeoNode> = {}): GeoNode {
  const [kind = "", name = ""] = id.split(":");
  return {
    id,
    kind: kind as GeoNode["kind"],
    name,
    display: "",
    country: kind === "country" ? name : "",
    continent: "",
    place: null,
    deployed: false,
    active: true,
    malicious: false,
    logged: "",
    total: measures(10),
    maliciousTotal: none,
    filter: `x = ${name}`,
    ...more,
  };
}

const edge = (from: string, to: string, all: GeoEdge["all"], malicious = ways(0)): GeoEdge => ({
  from,
  to,
  all,
  malicious,
  before: null,
  filter: "",
});

const at = (latitude: number, longitude: number) => ({ latitude, longitude });
const nodes = [
  node("region:westeurope", { deployed: true, logged: "all", place: at(52.4, 4.9), continent: "Europe" }),
  node("region:eastus2", { deployed: true, active: false, logged: "none", place: at(36.7, -78.4) }),
  node("region:northeurope", { place: at(53.3, -6.3) }),
  node("region:japaneast", { active: false, total: none, place: at(35.7, 139.8) }),
  node("country:de", { continent: "Europe" }),
  node("country:fr", { continent: "Europe" }),
  node("country:us", { continent: "North America" }),
  node("private"),
];
const edges = [
  edge("region:westeurope", "country:de", ways(5, 7, 1, 2), ways(0, 3, 0, 1)),
  edge("region:westeurope", "country:fr", ways(4)),
  edge("region:westeurope", "country:us", ways(0, 0, 0, 6)),
  edge("region:westeurope", "region:northeurope", ways(9)),
  edge("region:westeurope", "region:westeurope", ways(50)),
  edge("region:westeurope", "private", ways(2)),
];
const answer = { nodes, edges } as unknown as GeoAnswer;
const all = readSwitched("unused");

const sumOf = (level: "continents" | "countries", on = all, country = "") =>
  Object.fromEntries(
    drawingOf(answer, { level, on, country }).lines.map(({ key, kind, value, out, in: into }) => [
      `${key} ${kind}`,
      `${value.flows}${out ? " out" : ""}${into ? " in" : ""}`,
    ]),
  );

describe("what is drawn", () => {
  test("a line for each kind between two places, with what both initiate", () => {
    expect(sumOf("countries")).toEqual({
      "region:westeurope|country:de benign": "9 out in",
      "region:westeurope|country:de blocked": "2 out in",
      "region:westeurope|country:de malicious": "4 in",
      "region:westeurope|country:fr benign": "4 out",
      "region:westeurope|country:us blocked": "6 in",
      "region:westeurope|region:northeurope benign": "9 out",
      "region:westeurope|private benign": "2 out",
    });
  });

  test("from far away a continent has what its countries have", () => {
    expect(sumOf("continents")).toMatchObject({
      "region:westeurope|continent:Europe benign": "13 out in",
      "region:westeurope|continent:Europe malicious": "4 in",
      "region:westeurope|continent:North America blocked": "6 in",
    });
    const { marks } = drawingOf(answer, { level: "continents", on: all, country: "" });
    expect(marks.find(({ id }) => id === "continent:Europe")?.members).toEqual(["country:de", "country:fr"]);
    expect(marks.find(({ id }) => id === "continent:Europe")?.total.flows).toBe(20);
  });

  test("kinds that are off, countries that are not meant, and regions that are off are not", () => {
    const benign = toggled(toggled("", "blocked"), "malicious");
    expect(Object.keys(sumOf("countries", readSwitched(benign))).every((key) => key.endsWith("benign"))).toBe(true);
    expect(Object.keys(sumOf("countries", all, "fr"))).toEqual(["region:westeurope|country:fr benign"]);
    expect(Object.keys(sumOf("countries", all, "none"))).toEqual([
      "region:westeurope|region:northeurope benign",
      "region:westeurope|private benign",
    ]);
    expect(sumOf("countries", readSwitched("deployed"))).toEqual({});
  });

  test("what is new and what is gone is told of a pair, whatever kinds are on", () => {
    const before = (flows: number) => ({ before: measures(flows) });
    const compared = {
      nodes,
      edges: [
        { ...edge("region:westeurope", "country:de", ways(5, 0, 2)), ...before(0) },
        { ...edge("region:westeurope", "country:fr", ways(0)), ...before(7) },
        { ...edge("region:westeurope", "country:us", ways(0, 0, 3)), ...before(9) },
      ],
    } as unknown as GeoAnswer;
    const lines = (level: "continents" | "countries", on = all) =>
      drawingOf(compared, { level, on, country: "" }).lines.map(
        ({ to, kind, change, value }) => `${to} ${kind} ${value.flows} ${change}`,
      );
    expect(lines("countries")).toEqual([
      "country:de benign 5 new",
      "country:de blocked 2 new",
      "country:fr gone 7 gone",
      "country:us blocked 3 ",
    ]);
    expect(lines("continents"), "a continent is new when all of its countries are").toEqual([
      "continent:Europe benign 5 ",
      "continent:Europe blocked 2 ",
      "continent:North America blocked 3 ",
    ]);
    expect(lines("countries", readSwitched("blocked")), "not what is switched off").toEqual([
      "country:de benign 5 new",
      "country:fr gone 7 gone",
    ]);
    expect(lines("countries", readSwitched("gone")).length).toBe(3);
    expect(drawingOf(answer, { level: "countries", on: all, country: "" }).lines.every(({ change }) => !change)).toBe(
      true,
    );
  });

  test("countries are shaded by what they have, lines are as wide as their volume", () => {
    expect(volumes(answer, all, "flows")).toEqual(
      new Map([
        ["de", 15],
        ["fr", 4],
        ["us", 6],
      ]),
    );
    expect(volumes(answer, readSwitched("malicious,blocked"), "flows").get("us")).toBe(0);
    expect([strength(0, 9), strength(9, 9), strength(4, 16)]).toEqual([0, 1, 0.5]);
    const { lines } = drawingOf(answer, { level: "countries", on: all, country: "" });
    const widths = lines.map((line) => widthOf(line, "flows", 9));
    expect(Math.max(...widths)).toBe(7);
    expect(Math.min(...widths)).toBeGreaterThan(1.25);
  });
});

describe("the greatest lines", () => {
  const many = Array.from({ length: 100 }, (_, i) =>
    edge("region:westeurope", `country:${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`, ways(i + 1)),
  );
  const crowd = {
    nodes: [nodes[0]!, ...many.map(({ to }) => node(to))],
    edges: many,
  } as unknown as GeoAnswer;
  const drawing = drawingOf(crowd, { level: "countries", on: all, country: "" });

  test("are drawn, the rest is told with its size, and what is drawn and told is all", () => {
    const { lines, marks, hidden, rest } = leading(drawing, "flows", () => true, "");
    expect(lines.map(({ value }) => value.flows)).toEqual(Array.from({ length: 24 }, (_, i) => 100 - i));
    expect(hidden).toBe(76);
    expect(rest.flows + lines.reduce((sum, { value }) => sum + value.flows, 0)).toBe(5050);
    expect(marks.length).toBe(25);
  });

  test("are fewer where one end is out of sight, and all where somebody wants them", () => {
    const near = (id: string) => id.startsWith("region:");
    expect(leading(drawing, "flows", near, "").lines.length).toBe(8);
    expect(leading(drawing, "flows", () => false, "").lines.length).toBe(0);
    expect(leading(drawing, "flows", near, "region:westeurope")).toMatchObject({ hidden: 0, rest: { flows: 0 } });
    expect(leading(drawing, "flows", near, "country:aa").lines.length).toBe(9);
  });
});

describe("the ribbon", () => {
  test("switches regions by their state, and the link says what is not as at first", () => {
    const shown = (switched: string) =>
      nodes.filter((one) => one.kind === "region" && isOn(one, readSwitched(switched)));
    const names = (switched: string) => shown(switched).map(({ name }) => name);
    expect(names("")).toEqual(["westeurope", "eastus2", "northeurope"]);
    expect(names("unused")).toEqual(["westeurope", "eastus2", "northeurope", "japaneast"]);
    expect(names("inactive")).toEqual(["westeurope", "northeurope"]);
    expect(names("unlogged")).toEqual(["westeurope", "northeurope"]);
    expect(names("logged,azure")).toEqual(["eastus2"]);
    expect(toggled("", "malicious")).toBe("malicious");
    expect(toggled("nonsense,malicious,unused", "malicious")).toBe("unused");
  });
});

describe("the world", () => {
  test("every country of the map has letters of its own, and a place for its name", () => {
    for (const atlas of [coarse, fine]) {
      const countries = countriesOf(atlas as unknown as Parameters<typeof countriesOf>[0]);
      const codes = countries.map(({ code }) => code).filter((code) => code !== "");
      expect(codes.length).toBeGreaterThan(170);
      // Parts of Australia have its number, too.
      expect(codes.filter((code, i) => codes.indexOf(code) !== i && code !== "au")).toEqual([]);
      expect(codes.filter((code) => !places.has(code))).toEqual([]);
    }
  });

  test("names stand in the middle of the largest part of a country", () => {
    const atlas = fine as unknown as Parameters<typeof countriesOf>[0];
    const best = new Map<string, { area: number; at: [number, number] }>();
    const shapes = feature(atlas, atlas.objects.countries).features;
    for (const { geometry, id } of shapes) {
      if (id === undefined || (geometry.type !== "Polygon" && geometry.type !== "MultiPolygon")) continue;
      const code = new Intl.Locale(`und-${id}`).region!.toLowerCase();
      for (const coordinates of geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates) {
        const part: GeoPermissibleObjects = { type: "Polygon", coordinates };
        const area = geoArea(part);
        if (area > (best.get(code)?.area ?? 0)) best.set(code, { area, at: geoCentroid(part) });
      }
    }
    best.delete("aq"); // it is not on our map
    const wrong = [...best].filter(
      ([
        code,
        {
          at: [x, y],
        },
      ]) => {
        const [ours, other] = places.get(code) ?? [999, 999];
        return Math.abs(ours - x) > 0.06 || Math.abs(other - y) > 0.06;
      },
    );
    expect(wrong.map(([code, { at: place }]) => [code, place])).toEqual([]);
  });

  test("a sight comes back from the link, and nonsense is the world", () => {
    expect(readSight("52.37,4.90,3.50")).toEqual({ latitude: 52.37, longitude: 4.9, zoom: 3.5 });
    expect(writeSight({ latitude: 52.368, longitude: 4.9, zoom: 3.5 })).toBe("52.37,4.90,3.50");
    expect(writeSight(wholeWorld)).toBe("");
    for (const text of ["", "x", "1,2", "91,0,2", "0,181,2", "1,2,NaN"]) expect(readSight(text)).toEqual(wholeWorld);
    expect(readSight("0,0,1000").zoom).toBe(closest);
  });

  test("a picture stays full, and what is under the pointer stays there", () => {
    const stage = stageFor({ width: 1000, height: 500 }, 50);
    const projection = projectionFor(stage, 50);
    expect(frameOf(wholeWorld, projection, stage)).toEqual({ zoom: 1, x: 0, y: 0 });
    const near = nearer({ zoom: 2, x: -300, y: -200 }, 1.5, { x: 400, y: 100 }, stage);
    expect(near).toEqual({ zoom: 3, x: 400 - 700 * 1.5, y: 100 - 300 * 1.5 });
    expect(held({ zoom: 2, x: 50, y: -900 }, stage)).toEqual({ zoom: 2, x: 0, y: -500 });
    const sight = { latitude: 48, longitude: 11, zoom: 6 };
    const back = sightOf(frameOf(sight, projection, stage), projection, stage);
    expect(back.latitude).toBeCloseTo(48, 3);
    expect(back.longitude).toBeCloseTo(11, 3);
    expect(stageFor({ width: 358, height: 440 }, 90).world).toBeGreaterThan(600);
  });
});

describe("the layout", () => {
  const marks: Mark[] = [...places].map(([code, place]) => ({
    id: `country:${code}`,
    kind: "country",
    name: `Country ${code} of the world`,
    node: null,
    members: [],
    place,
    total: none,
    malicious: none,
  }));
  const apart: Mark = { ...marks[0]!, id: "private", kind: "private", name: "Other private", place: null };

  test.each([
    [1440, 1],
    [390, 1],
    [1440, 4],
    [2560, 12],
  ])("labels never lie on each other or on a mark: %d px, zoom %d", (width, zoom) => {
    const size = { width, height: 600 };
    const dock = dockOf([apart], size);
    const stage = stageFor(size, 50);
    const projection = projectionFor(stage, 50);
    const frame = frameOf({ latitude: 45, longitude: 10, zoom }, projection, stage);
    const spots = spotsOf(marks, projection, frame, dock);
    const labels = labelsOf(marks, spots, size);
    expect(labels.length).toBeGreaterThan(3);
    for (const [i, one] of labels.entries()) {
      for (const other of labels.slice(i + 1)) expect(overlap(one, other), `${one.text}, ${other.text}`).toBe(false);
      for (const [id, { x, y, radius, box }] of spots) {
        const [wide, high] = box ? [box.width, box.height] : [2 * radius, 2 * radius];
        const mark = { x: x - wide / 2, y: y - high / 2, width: wide, height: high };
        expect(overlap(one, mark), `${one.text} on ${id}`).toBe(false);
      }
    }
  });

  test("lines of two places differ by kind, and begin outside of their marks", () => {
    const from = { x: 100, y: 100, radius: 7, box: null };
    const to = { x: 900, y: 120, radius: 4, box: null };
    const middles = (["gone", "benign", "blocked", "malicious"] as const).map(
      (kind) => pointOf(arc(from, to, kind), 0.5).y,
    );
    for (const [i, y] of middles.slice(1).entries()) expect(middles[i]! - y).toBeGreaterThan(10);
    const { x, y } = arc(from, to, "benign").start;
    expect(Math.hypot(x - from.x, y - from.y)).toBeCloseTo(12, 0);
    expect(pointOf(arc(to, from, "benign"), 0.5).y, "the other way round it rises, too").toBeLessThan(110);
  });

  test("signs of what is new or gone stand once on each line, clear of labels, marks and each other", () => {
    const size = { width: 1000, height: 500 };
    const lines = marks.flatMap(({ id }, i) =>
      (["benign", "malicious"] as const).map((kind): Line => ({
        key: `hub|${id}`,
        from: "country:nl",
        to: id,
        kind,
        value: measures(1),
        change: i % 3 === 0 ? "" : "new",
        out: true,
        in: false,
      })),
    );
    const spots = spotsOf(marks, projectionFor(stageFor(size, 0), 0), { zoom: 1, x: 0, y: 0 }, new Map());
    const labels = labelsOf(marks, spots, size);
    const signs = signsOf(lines, spots, labels);
    expect(signs.length).toBeGreaterThan(5);
    expect(new Set(signs.map(({ line }) => line.key)).size).toBe(signs.length);
    expect(signs.every(({ line }) => line.kind === "malicious" && line.change === "new")).toBe(true);
    const boxes = signs.map(({ at: { x, y } }) => ({
      x: x - signSize / 2,
      y: y - signSize / 2,
      width: signSize,
      height: signSize,
    }));
    for (const [i, box] of boxes.entries())
      for (const other of [...boxes.slice(i + 1), ...labels]) expect(overlap(box, other)).toBe(false);
  });

  test("arrow keys go to what is nearest in their direction", () => {
    const spot = (x: number, y: number) => ({ x, y, radius: 4, box: null });
    const spots = new Map([
      ["a", spot(0, 0)],
      ["b", spot(50, 5)],
      ["c", spot(40, 80)],
      ["d", spot(0, 60)],
    ]);
    expect(next(spots, "a", "ArrowRight")).toBe("b");
    expect(next(spots, "a", "ArrowDown")).toBe("d");
    expect(next(spots, "a", "ArrowLeft")).toBeNull();
    expect(next(spots, "nothing", "ArrowUp")).toBeNull();
  });

  test("an edge is known by its ends", () => expect(keyOf(edges[0]!)).toBe("region:westeurope|country:de"));
});
