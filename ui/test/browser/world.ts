// The map of the world of an estate in twenty regions that every country talks to, as the API would answer: numbers are
// made up, and the same in every run.

import type { GeoAnswer, GeoEdge, GeoNode } from "../../src/api/types";
import { places } from "../../src/geomap/places";
import { measures, random, sumOf, waysOf } from "./estate";

const deployed = 20; // regions

function node(like: GeoNode, more: Partial<GeoNode>): GeoNode {
  return { ...like, active: true, total: measures(1000), ...more };
}

/** The answer for so many edges, with the regions and continents that a real one has. */
export function world(real: GeoAnswer, limit: number): GeoAnswer {
  const next = random(11);
  const regions = real.nodes.filter(({ kind }) => kind === "region");
  const continents = new Map(regions.map(({ country, continent }) => [country, continent]));
  const names = [...new Set(continents.values())].filter((name) => name !== "");
  const ours = regions
    .filter((_, i) => i % Math.floor(regions.length / deployed) === 0)
    .map((one) => node(one, { deployed: true, logged: "all" }));
  const countries = [...places.keys()].map((code, i) =>
    node(ours[0]!, {
      id: `country:${code}`,
      kind: "country",
      name: code,
      display: code,
      country: code,
      continent: continents.get(code) ?? names[i % names.length]!,
      place: null,
      deployed: false,
      logged: "",
    }),
  );
  const edges = ours
    .flatMap((from, i) =>
      [...ours.slice(i), ...countries].map((to): GeoEdge => {
        const flows = Math.ceil(100_000 / (1 + 4_000 * next()));
        const [denied, bad] = [next() < 0.3 ? Math.floor(flows / 5) : 0, next() < 0.1 ? Math.floor(flows / 9) : 0];
        return {
          from: from.id,
          to: to.id,
          all: waysOf(flows, denied),
          malicious: waysOf(bad, 0),
          before: null,
          filter: `region = "${from.name}"`,
        };
      }),
    )
    .toSorted((a, b) => b.all.total.flows - a.all.total.flows);
  const others = regions.filter(({ id }) => !ours.some((one) => one.id === id));
  return {
    ...real,
    limit,
    compared: null,
    distinct: edges.length,
    total: sumOf(edges),
    other: sumOf(edges.slice(limit)),
    nodes: [...ours, ...others, ...countries],
    edges: edges.slice(0, limit),
  };
}
