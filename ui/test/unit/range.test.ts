import { expect, test } from "vitest";
import {
  covered,
  type Extent,
  next,
  parseInterval,
  previous,
  type Range,
  resolve,
  touches,
  weekBefore,
  zoomOut,
} from "../../src/range/range";

const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const extent: Extent = { first: at("01T00:03:00"), last: at("03T12:03:20"), interval: 600_000 };

test("ranges end with the interval that holds the last tuple", () => {
  const f = (range: Range, from: string, to: string) =>
    expect(resolve(range, extent)).toEqual({ from: at(from), to: at(to) });
  f({ kind: "last", last: "1h" }, "03T11:10:00", "03T12:10:00");
  f({ kind: "last", last: "24h" }, "02T12:10:00", "03T12:10:00");
  f({ kind: "all" }, "01T00:00:00", "03T12:10:00");
  // A custom range takes in the whole of the intervals it touches.
  f({ kind: "custom", from: at("01T10:05:00"), to: at("01T11:00:00") }, "01T10:00:00", "01T11:00:00");
});

test("a tuple exactly on an interval's start lies in that interval", () => {
  const exact = { ...extent, last: at("03T12:10:00") };
  expect(resolve({ kind: "last", last: "1h" }, exact).to).toBe(at("03T12:20:00"));
});

test("the span before and the span after have the same length", () => {
  const span = { from: at("02T00:00:00"), to: at("02T06:00:00") };
  expect(previous(span)).toEqual({ from: at("01T18:00:00"), to: at("02T00:00:00") });
  expect(next(span)).toEqual({ from: at("02T06:00:00"), to: at("02T12:00:00") });
  expect(next(previous(span))).toEqual(span);
  expect(weekBefore({ from: at("08T00:00:00"), to: at("08T06:00:00") })).toEqual({
    from: at("01T00:00:00"),
    to: at("01T06:00:00"),
  });
});

test("a span is covered where the data began before it", () => {
  expect(covered({ from: at("01T00:00:00"), to: at("01T06:00:00") }, extent)).toBe(true);
  expect(covered({ from: at("01T00:00:00") - 1, to: at("01T06:00:00") }, extent)).toBe(false);
});

test("a span touches the data where any of it lies within", () => {
  expect(touches({ from: at("03T12:00:00"), to: at("04T00:00:00") }, extent)).toBe(true);
  expect(touches({ from: at("03T12:10:00"), to: at("04T00:00:00") }, extent)).toBe(false);
  expect(touches({ from: 0, to: at("01T00:00:00") }, extent)).toBe(false);
  expect(touches({ from: 0, to: at("01T00:00:01") }, extent)).toBe(true);
});

test("zooming out doubles a span and stops at all the data", () => {
  expect(zoomOut({ from: at("02T10:00:00"), to: at("02T12:00:00") }, extent)).toEqual({
    kind: "custom",
    from: at("02T09:00:00"),
    to: at("02T13:00:00"),
  });
  expect(zoomOut({ from: at("01T10:00:00"), to: at("03T12:00:00") }, extent)).toEqual({ kind: "all" });
});

test("intervals", () => {
  expect(parseInterval("1m")).toBe(60_000);
  expect(parseInterval("10m")).toBe(600_000);
  expect(parseInterval("10m0s")).toBe(600_000);
  expect(parseInterval("1h0m0s")).toBe(3_600_000);
  expect(() => parseInterval("soon")).toThrow("cannot read interval");
});
