import { describe, expect, test } from "vitest";
import { stringifyQuery } from "../../src/lib/url";
import type { Answer, Render } from "../../src/search/ask";
import { record, show, sorted, spread } from "../../src/search/cells";
import { remembered, withAsked, withSaved } from "../../src/search/kept";
import { linkTo, unpack } from "../../src/search/link";
import { placeOf } from "../../src/search/place";
import { plotOf } from "../../src/search/plot";
import { QueryFault } from "../../src/search/ask";
import { timespanOf } from "../../src/search/timespan";

function answer(columns: Record<string, string>, rows: Answer["rows"], render: Partial<Render>): Answer {
  return {
    columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
    rows,
    render: { visualization: null, ...render },
    seconds: 1,
    partial: null,
  };
}

describe("plotOf", () => {
  const counted = answer(
    { status: "string", at: "datetime", flows: "long" },
    [
      ["Denied", "2026-03-01T02:00:00Z", 3],
      ["Allowed", "2026-03-01T01:00:00Z", 1],
      ["Allowed", "2026-03-01T02:00:00Z", 2],
    ],
    { visualization: "timechart" },
  );

  test("a timechart has the time along x, in order, and a series for each text", () => {
    const drawing = plotOf(counted);
    if ("why" in drawing) throw new Error(drawing.why);
    const { kind, places, series, xTitle, yTitle } = drawing.plot;
    expect({ kind, places, xTitle, yTitle }).toEqual({
      kind: "time",
      places: [Date.parse("2026-03-01T01:00:00Z"), Date.parse("2026-03-01T02:00:00Z")],
      xTitle: "at",
      yTitle: "flows",
    });
    expect(series).toEqual([
      { name: "Allowed", values: [1, 2] },
      { name: "Denied", values: [null, 3] },
    ]);
    // In whatever order the rows come, so that a series keeps its colour.
    expect(plotOf({ ...counted, rows: counted.rows.toReversed() })).toMatchObject({ plot: { series } });
  });

  test("bars go by the first column, numbers such as ports as names", () => {
    const ports = answer(
      { port: "int", flows: "long", bytes: "long" },
      [
        [443, 5, 50],
        [22, 1, 10],
      ],
      { visualization: "barchart", kind: "stacked" },
    );
    expect(plotOf(ports)).toMatchObject({
      plot: {
        kind: "name",
        stack: "yes",
        places: ["443", "22"],
        series: [
          { name: "flows", values: [5, 1] },
          { name: "bytes", values: [50, 10] },
        ],
      },
    });
  });

  test("columns are those that are named", () => {
    const named = answer(
      { a: "long", b: "long", c: "long" },
      [
        [1, 2, 3],
        [0, 5, 6],
      ],
      { visualization: "linechart", xColumn: "b", yColumns: "c" },
    );
    expect(plotOf(named)).toMatchObject({ plot: { places: [2, 5], series: [{ name: "c", values: [3, 6] }] } });
  });

  test.each<[string, Answer, RegExp]>([
    ["no rows", { ...counted, rows: [] }, /no rows/],
    ["a chart that is not drawn", answer({ a: "long" }, [[1]], { visualization: "ladderchart" }), /draw a ladderchart/],
    ["no time", answer({ a: "string", n: "long" }, [["x", 1]], { visualization: "timechart" }), /datetime/],
    [
      "no number",
      answer({ a: "string", b: "string" }, [["x", "y"]], { visualization: "barchart" }),
      /column of numbers/,
    ],
    [
      "more than can be told apart",
      answer(
        { a: "string", n: "long" },
        Array.from({ length: 99 }, (_, at) => [`${at}`, 1]),
        { visualization: "piechart" },
      ),
      /a has 99 values, and more than 60/,
    ],
  ])("says why there is none: %s", (_, of, why) => {
    const drawing = plotOf(of);
    expect("why" in drawing ? drawing.why : "drawn").toMatch(why);
  });

  test("of many series the largest are drawn, and the rest is told", () => {
    const many = Array.from({ length: 30 }, (_, at): Answer["rows"][number] => [`s${at}`, "2026-03-01T00:00:00Z", at]);
    const drawing = plotOf(answer({ s: "string", at: "datetime", n: "long" }, many, { visualization: "timechart" }));
    if ("why" in drawing) throw new Error(drawing.why);
    expect(drawing.plot.series.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, at) => `s${at + 10}`));
    expect(drawing.plot.left).toBe("The 20 largest of 30 series.");
  });
});

describe("sorted", () => {
  const order = (type: string, values: (string | number | null)[], rising = true) =>
    sorted(
      values.map((value) => [value]),
      [{ name: "a", type }],
      { column: 0, rising },
    ).map(([value]) => value);

  test("goes by the type, nulls last", () => {
    expect(order("long", [10, 9, null, "9223372036854775807", 1])).toEqual([1, 9, 10, "9223372036854775807", null]);
    expect(order("long", [10, null, 1], false)).toEqual([10, 1, null]);
    expect(order("decimal", ["10.5", "9.5"])).toEqual(["9.5", "10.5"]);
    expect(order("timespan", ["1.00:00:00", "02:00:00", "-00:00:01"])).toEqual(["-00:00:01", "02:00:00", "1.00:00:00"]);
    expect(order("datetime", ["2026-03-01T00:00:00.5Z", "2026-03-01T00:00:00Z"])).toEqual([
      "2026-03-01T00:00:00Z",
      "2026-03-01T00:00:00.5Z",
    ]);
  });
});

test("values are shown by their type, times in the zone and with their fraction", () => {
  const at = { name: "at", type: "datetime" };
  expect(show("2026-07-01T00:00:00.1234567Z", at, "Europe/Berlin")).toBe("2026-07-01 02:00:00.1234567");
  expect(show(false, { name: "b", type: "bool" }, "utc")).toBe("false");
  expect(spread('{"a":[1]}', { name: "d", type: "dynamic" })).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(spread("5", { name: "d", type: "dynamic" })).toBe(null);
});

test("a row as JSON has bags as they are, and every column of a name", () => {
  const columns = [
    { name: "a", type: "dynamic" },
    { name: "a", type: "long" },
  ];
  expect(record(columns, ['{"x":1}', 2])).toEqual({ a: { x: 1 }, a1: 2 });
});

test("history has each text once, the newest first, and not more than it may", () => {
  const asked = (text: string, at: number) => ({ text, at, took: 1, rows: 0 });
  const list = Array.from({ length: remembered }, (_, at) => asked(`q${at}`, at));
  const next = withAsked(list, asked("q7", 99));
  expect(next).toHaveLength(remembered);
  expect(next[0]).toEqual(asked("q7", 99));
  expect(next.filter(({ text }) => text === "q7")).toHaveLength(1);
  expect(withAsked(list, asked("new", 99))).toHaveLength(remembered);
});

test("what is saved has a name once", () => {
  const list = withSaved([{ name: "b", text: "1" }], { name: "a", text: "2" });
  expect(withSaved(list, { name: "b", text: "3" })).toEqual([
    { name: "a", text: "2" },
    { name: "b", text: "3" },
  ]);
});

test("the time of a page begins behind the interval that ends with its beginning", () => {
  const span = { from: Date.parse("2026-03-01T00:00:00Z"), to: Date.parse("2026-03-02T00:00:00Z") };
  expect(timespanOf(span)).toBe("2026-03-01T00:00:00.001Z/2026-03-02T00:00:00.001Z");
});

test("a link to a long text has it in the fragment alone", async () => {
  const at = { origin: "http://weir", pathname: "/search", search: stringifyQuery({ range: "6h", q: "old" }) };
  expect(await linkTo("T | count", at)).toBe("http://weir/search?range=6h&q=T+%7C+count");
  const long = "x".repeat(2000);
  const { search, hash } = new URL(await linkTo(long, at));
  expect(search).toBe("?range=6h");
  expect(await unpack(hash)).toBe(long);
});

test("a fault in what was selected is where it is in the whole text", () => {
  const fault = (line: number) =>
    placeOf({
      kind: "fault",
      took: 1,
      error: new QueryFault("no", "SEM0100", { line, column: 5, length: 2 }),
      question: { text: "", timespan: null, at: { line: 3, column: 4 } },
    });
  expect(fault(1)).toEqual({ line: 3, column: 8, length: 2 });
  expect(fault(2)).toEqual({ line: 4, column: 5, length: 2 });
});
