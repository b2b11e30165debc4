import { expect, test } from "vitest";
import {
  day,
  formatAge,
  formatClock,
  formatMoment,
  formatSpan,
  fromInput,
  hour,
  isZone,
  minute,
  second,
  toInput,
  zoneName,
  zoneOffset,
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

test("moments in any other zone", () => {
  expect(formatMoment(winter, "Asia/Kolkata")).toBe("2026-01-15 17:33:20");
  expect(zoneName(winter, "Asia/Kolkata")).toBe("UTC+05:30");
  expect(formatMoment(summer, "America/Los_Angeles")).toBe("2026-07-15 16:00");
  expect(zoneName(summer, "America/Los_Angeles")).toBe("UTC−07:00");
  expect(zoneName(winter, "America/Los_Angeles")).toBe("UTC−08:00");
  expect(zoneOffset(winter + 999, "Asia/Kolkata")).toBe(5.5 * hour);
  expect(["Europe/Paris", "mars", "", "Europe/Mars"].map(isZone)).toEqual([true, false, false, false]);
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
  // An hour before and after the clocks of New York are put forward and back.
  for (const change of [Date.UTC(2026, 2, 8, 7), Date.UTC(2026, 10, 1, 6)]) {
    for (const at of [change - hour, change + 2 * hour]) {
      expect(fromInput(toInput(at, "America/New_York"), "America/New_York")).toBe(at);
    }
  }
  expect(fromInput("", "utc")).toBeNull();
  expect(fromInput("nonsense", "utc")).toBeNull();
});
