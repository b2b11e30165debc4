import { expect, test } from "vitest";
import { isEmpty, partTotals, partValues, peak, ticks, type TrafficLike } from "../../src/traffic/series";

const measures = (flows: number) => ({ flows, packets: flows * 10, bytes: flows * 1000 });
const traffic: TrafficLike = {
  times: ["2026-11-01T00:00:00Z", "2026-11-01T00:10:00Z"],
  // Not in the order shown, and one part missing.
  series: [
    { direction: "out", status: "allowed", flows: [3, 4], packets: [30, 40], bytes: [3000, 4000] },
    { direction: "in", status: "denied", flows: [1, 9], packets: [0, 0], bytes: [0, 0] },
    { direction: "in", status: "allowed", flows: [5, 0], packets: [50, 0], bytes: [5000, 0] },
  ],
  totals: [
    { direction: "out", status: "allowed", measures: measures(7) },
    { direction: "in", status: "allowed", measures: measures(5) },
  ],
};

test("parts are found by what they are; a missing one is nought", () => {
  expect(partValues(traffic, "flows")).toEqual({
    allowedIn: [5, 0],
    allowedOut: [3, 4],
    deniedIn: [1, 9],
    deniedOut: [0, 0],
  });
  expect(partValues(traffic, "bytes").allowedOut).toEqual([3000, 4000]);
  expect(partTotals(traffic).allowedOut).toEqual(measures(7));
  expect(partTotals(traffic).deniedOut).toEqual(measures(0));
});

test("empty means nothing in any unit", () => {
  expect(isEmpty(traffic)).toBe(false);
  expect(isEmpty({ ...traffic, totals: [] })).toBe(true);
  const bytesOnly = { direction: "in", status: "allowed", measures: { flows: 0, packets: 0, bytes: 1 } } as const;
  expect(isEmpty({ ...traffic, totals: [bytesOnly] })).toBe(false);
});

test("the peak is of all parts together", () => {
  expect(peak(partValues(traffic, "flows"))).toBe(1);
  expect(peak(partValues(traffic, "bytes"))).toBe(0);
  expect(peak({ allowedIn: [0], allowedOut: [0], deniedIn: [0], deniedOut: [0] })).toBe(-1);
});

test("labels stand at round times, with the date where a day begins", () => {
  const from = Date.UTC(2026, 10, 1, 21, 10);
  const times = Array.from({ length: 37 }, (_, i) => from + i * 600_000); // until 03:10
  expect([...ticks(times, "utc", 4).values()]).toEqual(["22:00\n2026-11-01", "00:00\n2026-11-02", "02:00"]);
  expect([...ticks(times, "utc", 8).values()]).toEqual([
    "22:00\n2026-11-01",
    "23:00",
    "00:00\n2026-11-02",
    "01:00",
    "02:00",
    "03:00",
  ]);
  // In Berlin a day begins an hour before it does in UTC.
  expect(ticks(times, "local", 8).get(11)).toBe("00:00\n2026-11-02");
});

test("labels of long ranges are days, and never more than asked for", () => {
  const times = Array.from({ length: 30 * 4 }, (_, i) => Date.UTC(2026, 10, 1) + i * 6 * 3_600_000);
  expect([...ticks(times, "utc", 6).values()][0]).toBe("2026-11-05");
  for (const max of [2, 3, 5, 8, 13, 40]) {
    for (const zone of ["utc", "local"] as const) {
      expect(ticks(times, zone, max).size).toBeLessThanOrEqual(max);
    }
  }
  expect(ticks([], "utc", 5).size).toBe(0);
  expect([...ticks([times[0]!], "utc", 5).values()]).toEqual(["00:00\n2026-11-01"]);
});
