import { describe, expect, test } from "vitest";
import type { SourceContainer, SourceLag, SourceState } from "../../src/api/types";
import {
  formatDollars,
  formatLag,
  healthWords,
  lagOf,
  mendParts,
  quartersOf,
  sourceHealth,
  sourceTrouble,
  unarchive,
  undelete,
} from "../../src/lib/sources";

const now = Date.parse("2026-03-02T12:00:00Z");
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const lag = (minutes: number, mean: number, blocks = 10): SourceLag => ({
  at: ago(minutes),
  blocks,
  mean,
  most: 2 * mean,
});

const account: SourceState = {
  name: "prodlogs",
  kind: "azure",
  place: "https://prodlogs.blob.core.windows.net",
  fault: null,
  containers: [],
  since: ago(60),
  lookedAt: ago(0),
  nextLook: null,
  newestAt: ago(1),
  landedAt: ago(1),
  flowLogs: 1,
  nics: 1,
  waiting: 0,
  lagHalf: 3,
  lagMost: 9,
  lags: [],
  requests: null,
  events: null,
  history: null,
  expected: null,
};
const container: SourceContainer = {
  name: "c",
  state: "failing",
  fault: { cause: "it may not be listed", mend: "" },
  flowLogs: 0,
  nics: 0,
  newestAt: null,
  archived: 0,
  deleted: 0,
  deletedSample: "",
  sample: "",
};

describe("a source", () => {
  const cases: [string, Partial<SourceState>, string, string][] = [
    ["as it should be", {}, "good", "Read as it is written"],
    ["a folder", { kind: "folder", newestAt: ago(900), landedAt: ago(800) }, "good", "Read as it changes"],
    ["with a fault", { fault: { cause: "no", mend: "" } }, "failing", "Cannot be read"],
    [
      "with a container that fails",
      { containers: [container, { ...container, name: "d", state: "listed", fault: null }] },
      "partly",
      "1 of 2 containers cannot be read",
    ],
    [
      "with a queue that cannot be read",
      {
        events: {
          queue: "q",
          fault: { cause: "no", mend: "" },
          received: 0,
          foreign: 0,
          unreadable: 0,
          sample: "",
          newestAt: null,
          lag: 0,
        },
      },
      "unheard",
      "Read without events: their queue cannot be read",
    ],
    ["with blocks that take long", { lags: [lag(2, 200), lag(1, 100)] }, "late", "Late: 2 min behind what is written"],
    ["that took long before", { lags: [lag(20, 500), lag(1, 3)] }, "good", "Read as it is written"],
    [
      "with one block of many that took long",
      { lags: [lag(2, 300, 1), lag(1, 3, 99)] },
      "good",
      "Read as it is written",
    ],
    [
      "from which nothing came since a block was written",
      { newestAt: ago(7), landedAt: ago(9) },
      "late",
      "Late: 7 min behind what is written",
    ],
    ["whose last block was just written", { newestAt: ago(4), landedAt: ago(9) }, "good", "Read as it is written"],
    ["not looked at", { lookedAt: null, newestAt: null }, "waiting", "The first look is under way"],
    ["with nothing", { newestAt: null, landedAt: null }, "empty", "Nothing is there yet"],
    ["that nobody writes into", { newestAt: ago(90), landedAt: ago(89) }, "quiet", "Nothing was written for 90 min"],
  ];
  test.each(cases)("%s", (_, changes, health, words) => {
    const source = { ...account, ...changes };
    expect(sourceHealth(source, now)).toBe(health);
    expect(healthWords(source, now)).toBe(words.replace("90 min", "1 h"));
  });

  test("is told of on every page where it fails or is late, and else not", () => {
    expect(sourceTrouble([account, { ...account, newestAt: ago(90), landedAt: ago(89) }], now)).toBeNull();
    const failing = { ...account, fault: { cause: "the key is wrong", mend: "" } };
    expect(sourceTrouble([account, failing], now)).toBe("The source prodlogs cannot be read: the key is wrong");
    const partly = { ...account, containers: [container] };
    expect(sourceTrouble([partly], now)).toBe("The container c of prodlogs cannot be read: it may not be listed");
    expect(sourceTrouble([failing, partly], now)).toBe("2 sources cannot be read as they should.");
    expect(sourceTrouble([{ ...account, lags: [lag(1, 240)] }], now)).toBe(
      "The source prodlogs is 4 min behind what is written.",
    );
  });
});

test("the lag of several minutes is that of their blocks", () => {
  expect(lagOf([])).toBeNull();
  expect(lagOf([lag(1, 10, 1), lag(2, 2, 3)])).toEqual({ blocks: 4, mean: 4, most: 20 });
  expect(quartersOf([lag(20, 1), lag(14, 2, 1), lag(1, 4, 1)])).toEqual([
    { at: now - 15 * 60_000, blocks: 2, mean: 3, most: 8 },
    { at: now - 30 * 60_000, blocks: 10, mean: 1, most: 2 },
  ]);
});

test("lags and prices have the digits that say something", () => {
  expect([0.04, 3.66, 9.94, 9.96, 33.6, 125].map(formatLag)).toEqual([
    "0.0 s",
    "3.7 s",
    "9.9 s",
    "10 s",
    "34 s",
    "2 min",
  ]);
  expect([0, 0.00001, 0.00423, 0.5, 12.3456, 1234].map(formatDollars)).toEqual([
    "$0",
    "less than $0.0001",
    "$0.0042",
    "$0.5",
    "$12.35",
    "$1,234",
  ]);
});

test("the command that mends something stands apart from the words around it", () => {
  const grant = 'az role assignment create --role "Storage Blob Data Reader" --assignee ID';
  expect(mendParts(grant)).toEqual({ before: "", command: grant, after: "" });
  expect(mendParts(`take the key anew: az storage account keys list --account-name x; and check the clock`)).toEqual({
    before: "take the key anew",
    command: "az storage account keys list --account-name x",
    after: "and check the clock",
  });
  expect(mendParts("check the tenant")).toEqual({ before: "check the tenant", command: "", after: "" });
});

test("a deleted blob is brought back, whatever its name has in it", () => {
  const named = (deletedSample: string) => undelete({ ...container, deletedSample }, account);
  const command = "az storage blob undelete --account-name prodlogs --container-name c --name";
  expect(named("a=B/y=2026/PT1H.json")).toBe(`${command} a=B/y=2026/PT1H.json`);
  expect(named("a'; reboot #$(x)")).toBe(`${command} 'a'\\''; reboot #$(x)'`);
  expect(named("")).toBe(`${command} BLOB`);
});

test("an archived blob is brought back by the name of its account", () => {
  const archived = { ...container, sample: "a/b.json" };
  const command = "az storage blob set-tier --tier Hot --account-name";
  expect(unarchive(archived, account)).toBe(`${command} prodlogs --container-name c --name a/b.json`);
  const local = { ...account, place: "http://127.0.0.1:10000/weir001" };
  expect(unarchive(archived, local)).toBe(`${command} weir001 --container-name c --name a/b.json`);
});
