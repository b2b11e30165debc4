import { expect, test } from "vitest";
import { shortZone } from "../../src/lib/zone";
import { matching } from "../../src/zone/match";

test("zones are found by any part of their names, and by names that they had", () => {
  expect(matching("paris")).toEqual(["Europe/Paris"]);
  expect(matching("los ang")).toEqual(["America/Los_Angeles"]);
  expect(matching("europe/berl")).toEqual(["Europe/Berlin"]);
  expect(matching("york")[0]).toBe("America/New_York");
  expect(matching("")).toContain("Asia/Tokyo");
  expect(matching("ulan bator").length).toBeGreaterThan(0); // today's name is Ulaanbaatar
  expect(matching("atlantis")).toEqual([]);
});

test("a zone is called by its place", () => {
  expect(shortZone("America/Argentina/Buenos_Aires")).toBe("Buenos Aires");
  expect(shortZone("UTC")).toBe("UTC");
});
