import { expect, test } from "vitest";
import { parseQuery, pickSearch, readView, stringifyQuery, type View, writeView } from "../../src/lib/url";

const plain: View = {
  range: { kind: "last", last: "24h" },
  unit: "flows",
  zone: "utc",
  where: "",
  trend: "bars",
  compare: "before",
};

const roundTrip = (view: View) => readView(pickSearch(parseQuery(stringifyQuery(writeView(view)))));

test("every view survives the address", () => {
  const views: View[] = [
    plain,
    {
      ...plain,
      range: { kind: "last", last: "7d" },
      unit: "bytes",
      zone: "local",
      where: 'vnet = "my hub" and not (denied or port in (22, 3389))',
      trend: "lines",
      compare: "week",
    },
    { ...plain, zone: "America/Argentina/Buenos_Aires" },
    { ...plain, range: { kind: "all" }, unit: "packets", trend: "table", compare: "none" },
    { ...plain, range: { kind: "custom", from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2) } },
  ];
  for (const view of views) expect(roundTrip(view)).toEqual(view);
});

test("defaults leave the address bare, and times stay readable", () => {
  expect(stringifyQuery(writeView(plain))).toBe("");
  const custom = { kind: "custom", from: Date.UTC(2026, 10, 1, 8), to: Date.UTC(2026, 10, 1, 9) } as const;
  expect(stringifyQuery(writeView({ ...plain, range: custom, unit: "bytes" }))).toBe(
    "?from=2026-11-01T08:00:00Z&to=2026-11-01T09:00:00Z&unit=bytes",
  );
});

test("what cannot be read falls back to the default", () => {
  const f = (query: string) => expect(readView(pickSearch(parseQuery(query)))).toEqual(plain);
  f("");
  f("?range=3w&unit=parsecs&zone=mars&trend=up&compare=year");
  f("?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z");
  f("?from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z");
  f("?from=yesterday&to=today");
  f("?from=2026-11-02T00:00:00Z");
});
