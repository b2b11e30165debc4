// How sources and jobs are told on the page.

import type { JobState, SourceContainer, SourceLag, SourceState } from "../api/types";
import { formatInteger } from "./format";
import { formatDuration, minute, second } from "./time";

/** How a source is doing. */
export type SourceHealth = "failing" | "partly" | "unheard" | "late" | "waiting" | "empty" | "quiet" | "good";

/** From which lag on, in milliseconds, what is read is too old to be called live: Azure writes a block a minute. */
const tooLate = 2 * minute;

/** Over how long lags are looked at for that. */
const lately = 10 * minute;

/** How long after a block was written it must be here, where nothing came since. */
const missed = 5 * minute;

/** How long a storage account writes nothing before that is told. */
const quietAfter = 10 * minute;

export function sourceHealth(source: SourceState, now: number): SourceHealth {
  if (source.fault !== null) return "failing";
  if (failingContainers(source).length > 0) return "partly";
  if (lateness(source, now) !== null) return "late";
  // Flow logs are listed meanwhile.
  if (source.events?.fault) return "unheard";
  if (source.lookedAt === null) return "waiting";
  if (source.newestAt === null) return "empty";
  if (source.kind === "azure" && now - Date.parse(source.newestAt) > quietAfter) return "quiet";
  return "good";
}

export function failingContainers({ containers }: SourceState): SourceContainer[] {
  return containers.filter(({ state }) => state === "failing");
}

/** How late a source is, in milliseconds, where that is too late; null where it is not. */
export function lateness({ kind, lags, newestAt, landedAt }: SourceState, now: number): number | null {
  const recent = lagOf(lags.filter(({ at }) => now - Date.parse(at) < lately));
  if (recent !== null && recent.mean * second > tooLate) return recent.mean * second;
  // A file of a folder can be old when it comes, and holds nothing new at times.
  if (kind !== "azure" || newestAt === null || landedAt === null) return null;
  const written = Date.parse(newestAt);
  return Date.parse(landedAt) < written && now - written > missed ? now - written : null;
}

/** What holds for the blocks of several minutes; null where there are none. */
export function lagOf(lags: readonly SourceLag[]): { blocks: number; mean: number; most: number } | null {
  const blocks = lags.reduce((sum, lag) => sum + lag.blocks, 0);
  if (blocks === 0) return null;
  const mean = lags.reduce((sum, lag) => sum + lag.mean * lag.blocks, 0) / blocks;
  return { blocks, mean, most: Math.max(...lags.map(({ most }) => most)) };
}

/** What holds for the blocks of each quarter of an hour, the last first. */
export function quartersOf(lags: readonly SourceLag[]): { at: number; blocks: number; mean: number; most: number }[] {
  const quarters = new Map<number, SourceLag[]>();
  for (const lag of lags) {
    const at = Math.floor(Date.parse(lag.at) / (15 * minute)) * 15 * minute;
    quarters.set(at, [...(quarters.get(at) ?? []), lag]);
  }
  return [...quarters]
    .toSorted(([a], [b]) => b - a)
    .map(([at, all]) => {
      const { blocks, mean, most } = lagOf(all)!;
      return { at, blocks, mean, most };
    });
}

const count = (value: number, one: string) => `${formatInteger(value)} ${value === 1 ? one : `${one}s`}`;

/** How a source is doing, in a few words. */
export function healthWords(source: SourceState, now: number): string {
  switch (sourceHealth(source, now)) {
    case "failing":
      return "Cannot be read";
    case "partly":
      return `${formatInteger(failingContainers(source).length)} of ${count(source.containers.length, "container")} cannot be read`;
    case "unheard":
      return "Read without events: their queue cannot be read";
    case "late":
      return `Late: ${formatDuration(lateness(source, now)!)} behind what is written`;
    case "waiting":
      return "The first look is under way";
    case "empty":
      return "Nothing is there yet";
    case "quiet":
      return `Nothing was written for ${formatDuration(now - Date.parse(source.newestAt!))}`;
    case "good":
      return source.kind === "azure" ? "Read as it is written" : "Read as it changes";
  }
}

/** What every page says of sources that fail or are late, in one line; null where there is nothing to say. */
export function sourceTrouble(sources: readonly SourceState[], now: number): string | null {
  const troubled = sources.filter((source) => ["failing", "partly", "late"].includes(sourceHealth(source, now)));
  const [first] = troubled;
  if (!first) return null;
  if (troubled.length > 1) return `${formatInteger(troubled.length)} sources cannot be read as they should.`;
  const [container] = failingContainers(first);
  if (first.fault) return `The source ${first.name} cannot be read: ${first.fault.cause}`;
  if (container)
    return `The container ${container.name} of ${first.name} cannot be read: ${container.fault?.cause ?? ""}`;
  return `The source ${first.name} is ${formatDuration(lateness(first, now)!)} behind what is written.`;
}

/** A lag in seconds: 3.7 s, 34 s, 3 min. */
export function formatLag(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(Math.round(seconds) * second);
}

/** Dollars, with as many digits as say something: $0.0042, $1.20, $340. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  if (dollars < 0.0001) return "less than $0.0001";
  if (dollars < 1) return `$${Number(dollars.toPrecision(2))}`;
  return dollars < 100 ? `$${dollars.toFixed(2)}` : `$${formatInteger(dollars)}`;
}

/** What mends a fault, with the command in it, if there is one, apart from the words before and after it. */
export function mendParts(mend: string): { before: string; command: string; after: string } {
  const [, before = mend, command = "", after = ""] =
    /^(.*?)\b(az (?:account|login|network|role|storage)\b[^;,]*)(.*)$/.exec(mend) ?? [];
  const words = (text: string) => text.replace(/^[\s;,:]+|[\s;,:]+$/g, "");
  return { before: words(before), command: command.trim(), after: words(after) };
}

/** A word of a command: a name may have anything in it, and must not be more than a name. */
const word = (text: string) => (/^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const ofBlob = (container: string, blob: string, place: string) => {
  const account = /^https?:\/\/(?:127\.0\.0\.1:\d+\/([^/]+)|([^./]+)\.)/.exec(place);
  const known = account?.[1] ?? account?.[2] ?? "ACCOUNT";
  return `--account-name ${word(known)} --container-name ${word(container)} --name ${word(blob || "BLOB")}`;
};

/** What brings a blob back from the archive. */
export function unarchive({ name, sample }: SourceContainer, { place }: SourceState): string {
  return `az storage blob set-tier --tier Hot ${ofBlob(name, sample, place)}`;
}

/** What brings a blob back that was deleted. */
export function undelete({ name, deletedSample }: SourceContainer, { place }: SourceState): string {
  return `az storage blob undelete ${ofBlob(name, deletedSample, place)}`;
}

/** How a job is doing. */
export type JobHealth = "running" | "failing" | "good" | "waiting";

export function jobHealth({ running, failures, lastAt }: JobState): JobHealth {
  if (failures > 0) return "failing";
  if (running) return "running";
  return lastAt === null ? "waiting" : "good";
}
