import { expect, test } from "vitest";
import {
  day,
  formatAge,
  formatClock,
  formatMoment,
  formatSpan,
  fromInput,
  hour,
  minute,
  second,
  toInput,
  zoneName,
} from "../../src/lib/time";

// Unit tests run in the zone Europe/Berlin (see vitest.config.ts), which is
// never UTC and has summer time.
const winter = Date.UTC(2026, 0, 15, 12, 3, 20);
const summer = Date.UTC(2026, 6, 15, 23, 0, 0);

test("moments in UTC and in the reader's zone", () => {
  expect(formatMoment(winter, "utc")).toBe("2026-01-15 12:03:20");
  expect(formatMoment(winter, "local")).toBe("2026-01-15 13:03:20");
  expect(formatMoment(summer, "utc")).toBe("2026-07-15 23:00");
  expect(formatMoment(summer, "local")).toBe("2026-07-16 01:00");
  // Midnight is 00:00, never 24:00.
  expect(formatClock(Date.UTC(2026, 0, 1), "utc")).toBe("00:00");
});

test("the zone is named by its distance from UTC at that moment", () => {
  expect(zoneName(winter, "utc")).toBe("UTC");
  expect(zoneName(winter, "local")).toBe("UTC+01:00");
  expect(zoneName(summer, "local")).toBe("UTC+02:00");
});

test("a span names the second day only where it is another", () => {
  expect(formatSpan(winter, winter + hour, "utc")).toBe("2026-01-15 12:03:20 – 13:03:20");
  expect(formatSpan(summer, summer + 2 * hour, "utc")).toBe("2026-07-15 23:00 – 2026-07-16 01:00");
});

test("ages", () => {
  const f = (age: number, want: string) => expect(formatAge(age), String(age)).toBe(want);
  f(0, "0 s ago");
  f(14 * second, "14 s ago");
  f(3 * minute + 59 * second, "3 min ago");
  f(47 * hour, "47 h ago");
  f(3 * day, "3 d ago");
  f(800 * day, "2 y ago");
  // A clock that is a little behind is not worth a word.
  f(-5 * second, "0 s ago");
  f(-2 * hour, "2 h ahead of the server's clock");
});

test("inputs hold the zone's own time and give the moment back", () => {
  for (const at of [winter, summer]) {
    expect(fromInput(toInput(at, "utc"), "utc")).toBe(at);
    expect(fromInput(toInput(at, "local"), "local")).toBe(at);
  }
  expect(toInput(winter, "local")).toBe("2026-01-15T13:03:20");
  expect(fromInput("", "utc")).toBeNull();
  expect(fromInput("nonsense", "utc")).toBeNull();
});
