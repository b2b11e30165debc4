import { expect, test } from "vitest";
import { linesOf, plainSheet, sheetOf, toJSON } from "../../src/lib/sheet";

const measures = (flows: number) => ({ flows, packets: 2 * flows, bytes: 3 * flows });
const row = (name: string, flows: number) => ({ name, share: flows / 10, total: measures(flows), before: null });
type Row = ReturnType<typeof row>;

const columns = [
  { fields: [{ name: "host", value: (row: Row) => row.name }] },
  {
    fields: [
      { name: "flows", value: (row: Row) => row.total.flows },
      { name: "bytes", value: (row: Row) => row.total.bytes },
    ],
  },
];
const ranking = (distinct: number) => ({
  rows: [row("=a", 5), row("b", 2)],
  distinct,
  distinctAtLeast: false,
  total: measures(10),
  other: measures(3),
});

test("rows, and the rest where there is one, so that the sums agree", () => {
  const rows = [
    ["host", "flows", "bytes"],
    ["=a", 5, 15],
    ["b", 2, 6],
  ];
  expect(linesOf(sheetOf(columns, ranking(2)))).toEqual(rows);
  expect(linesOf(sheetOf(columns, ranking(9)))).toEqual([...rows, ["other", 3, 9]]);
});

test("JSON has rows by name, texts as they are, and the rest apart", () => {
  const about = { from: "2026-11-01T00:00:00Z", where: "denied", to: "2026-11-02T00:00:00Z" };
  expect(JSON.parse(toJSON(sheetOf(columns, ranking(9)), about))).toEqual({
    ...about,
    rows: [
      { host: "=a", flows: 5, bytes: 15 },
      { host: "b", flows: 2, bytes: 6 },
    ],
    other: { flows: 3, bytes: 9 },
  });
  expect(JSON.parse(toJSON(sheetOf(columns, ranking(2)), about)).other).toBeNull();
});

test("rows of an answer are written with all that is in them, whatever some lack", () => {
  const rows = [
    { name: "hub", deployed: true, maliciousTotal: { flows: 2, bytes: 0 }, zones: ["1", "2"], last: null },
    { name: "=x", deployed: false, maliciousTotal: { flows: 0, bytes: 0 }, zones: [], region: "westeurope" },
  ];
  expect(linesOf(plainSheet(rows))).toEqual([
    ["name", "deployed", "malicious total flows", "malicious total bytes", "zones", "last", "region"],
    ["hub", "true", 2, 0, "1 2", "", ""],
    ["=x", "false", 0, 0, "", "", "westeurope"],
  ]);
});
