import { expect, test } from "vitest";
import type { Feed, Judging } from "../../src/api/types";
import { countOf, countsOf, databaseType, failingFeeds, feedHealth, worksOf } from "../../src/lib/knowledge";
import { knowledge } from "../fixture/knowledge";

const idle: Judging = { running: false, what: "", done: 0, total: 0, unsettled: 0, since: null, error: "" };
const known = knowledge("full", Date.UTC(2026, 10, 1));

test("what is being done, with how much of it", () => {
  const f = (judging: Partial<Judging>, ...want: string[]) =>
    expect(worksOf({ ...idle, ...judging }).map((work) => work.text)).toEqual(want);
  f({});
  f(
    { running: true, what: "bringing 3.2 M rows up to date", done: 43, total: 100 },
    "Bringing 3.2 M rows up to date, 43 %",
  );
  f({ running: true, what: "reading parties" }, "Reading parties");
  f({ running: true }, "Bringing stored rows up to date");
  f({ unsettled: 1 }, "Counting each conversation once: 1 interval left");
  f({ unsettled: 1200 }, "Counting each conversation once: 1,200 intervals left");
  f(
    { running: true, what: "x", done: 1, total: 2, unsettled: 2, error: "disk full" },
    "Bringing stored rows up to date failed: disk full",
    "X, 50 %",
    "Counting each conversation once: 2 intervals left",
  );
});

test("no more than all of it is done, and a percent is not rounded up to the end", () => {
  expect(worksOf({ ...idle, running: true, done: 12, total: 10 })[0]?.part).toBe(1);
  expect(worksOf({ ...idle, running: true, done: 999, total: 1000 })[0]?.text).toContain("99 %");
  expect(worksOf({ ...idle, error: "x" })[0]).toMatchObject({ failed: true, part: null });
});

test("the health of feeds", () => {
  const feed = (rest: Partial<Feed>): Feed => ({ ...known.feeds[0]!, error: "", ...rest });
  expect(feedHealth(feed({}))).toBe("good");
  expect(feedHealth(feed({ good: null }))).toBe("waiting");
  expect(feedHealth(feed({ good: null, location: "" }))).toBe("good");
  expect(feedHealth(feed({ good: null, error: "status 503" }))).toBe("failing");
  const aside = { at: "2026-11-01T00:00:00Z", indicators: 1, gone: 11 };
  expect(feedHealth(feed({ aside, error: "it would drop 11" }))).toBe("aside");
  expect(failingFeeds(known)).toEqual(["example-scanners", "example-shrunk"]);
  expect(failingFeeds(undefined)).toEqual([]);
});

test("kinds by how many there are, then by name", () => {
  expect(countsOf({ subnets: 2, peerings: 2, circuits: 0, "virtual machines": 9 })).toEqual([
    ["virtual machines", 9],
    ["peerings", 2],
    ["subnets", 2],
  ]);
});

test("resources are counted in words", () => {
  const f = (kind: string, count: number, want: string) => expect(countOf(kind, count)).toBe(want);
  f("virtual machine", 1, "1 virtual machine");
  f("virtual machine", 2_700, "2,700 virtual machines");
  f("public ip", 2, "2 public IPs");
  f("public ip prefix", 2, "2 public IP prefixes");
  f("expressroute circuit", 1, "1 ExpressRoute circuit");
  f("nat gateway", 3, "3 NAT gateways");
});

test("databases by what they give, or by the name they have", () => {
  expect(databaseType("country ipvAll")).toBe("countries, IPv4 and IPv6");
  expect(databaseType("asn ipv4")).toBe("owners, IPv4");
  expect(databaseType("GeoLite2-Country")).toBe("GeoLite2-Country");
});
