import { expect, test } from "vitest";
import type { StoreAnswer } from "../../src/api/types";
import { detailOf, growthOf, keptOf, outlookOf, periodOf, tableName } from "../../src/lib/disk";
import { disk } from "../fixture/disk";

const store = (rest: Partial<StoreAnswer> = {}): StoreAnswer => ({ ...disk("full", Date.UTC(2026, 10, 30)), ...rest });

test("from when on what detail exists", () => {
  const none = { intervals: null, hours: null, days: null };
  expect(detailOf(store({ detail: none }))).toBe("");
  expect(detailOf(store({ detail: { ...none, intervals: "2026-11-01T00:00:00Z" } }))).toBe(
    "by interval from 2026-11-01",
  );
  expect(
    detailOf(store({ detail: { intervals: "2026-11-01T00:00:00Z", hours: null, days: "2025-11-01T00:00:00Z" } })),
  ).toBe("by interval from 2026-11-01, by day from 2025-11-01");
});

test("how long things are kept", () => {
  expect(keptOf(store({ retention: { intervals: "0", hours: "0", days: "0" } }))).toBe("everything, for ever");
  expect(keptOf(store({ retention: { intervals: "90d", hours: "400d", days: "0" } }))).toBe(
    "intervals for 90d, sums by hour for 400d, sums by day for ever",
  );
});

test("what each day adds, and where that leads", () => {
  const growth = { from: "2026-11-29T00:00:00Z", to: "2026-11-30T00:00:00Z", rows: 12e6, bytes: 6e8, in30Days: 2e10 };
  expect(growthOf(store({ growth: { ...growth, full: null } }))).toBe("12M rows and 600 MB a day");
  expect(outlookOf(store({ growth: { ...growth, full: null } }))).toBe("20 GB; the disk is not full within ten years");
  expect(outlookOf(store({ growth: { ...growth, full: "2026-12-24T00:00:00Z" } }))).toBe(
    "20 GB; the disk is full on 2026-12-24",
  );
  expect(outlookOf(store({ growth: { ...growth, full: null }, disk: { size: 0, available: 0 } }))).toBe("20 GB");
  expect(growthOf(store({ growth: { ...growth, from: null, full: null } }))).toBe("");
  expect(outlookOf(store({ growth: { ...growth, from: null, full: null } }))).toBe("");
});

test("tables by name and days", () => {
  expect(tableName("facts")).toBe("Flows by interval");
  expect(tableName("later")).toBe("later");
  const table = { name: "facts", rows: 1, bytes: 1, first: "2026-11-01T00:00:00Z", last: "2026-11-01T00:00:00Z" };
  expect(periodOf({ ...table, name: "facts" })).toBe("2026-11-01");
  expect(periodOf({ ...table, name: "facts", last: "2026-11-03T00:00:00Z" })).toBe("2026-11-01 – 2026-11-03");
  expect(periodOf({ ...table, name: "ledger", first: null, last: null })).toBe("");
});
