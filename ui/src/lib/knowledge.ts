// How what is known, and what is done with it, is told on the page.

import type { Feed, Judging, Knowledge } from "../api/types";
import { capital, formatInteger } from "./format";

/** How a threat feed is doing. */
export type FeedHealth = "good" | "failing" | "aside" | "waiting";

export function feedHealth(feed: Feed): FeedHealth {
  if (feed.aside !== null) return "aside";
  if (feed.error !== "") return "failing";
  return feed.good === null && feed.location !== "" ? "waiting" : "good";
}

/** Names of the feeds that somebody should look at now. */
export function failingFeeds(knowledge: Knowledge | undefined): string[] {
  return (
    knowledge?.feeds.filter((feed) => ["failing", "aside"].includes(feedHealth(feed))).map((feed) => feed.name) ?? []
  );
}

/** One thing that is being done, or went wrong, to bring the store up to what is known. */
export interface Work {
  text: string;
  /** How much of it is done, 0 to 1; null where nobody knows. */
  part: number | null;
  failed: boolean;
}

export function worksOf(judging: Judging): Work[] {
  const works: Work[] = [];
  if (judging.error !== "") {
    works.push({ text: `Bringing stored rows up to date failed: ${judging.error}`, part: null, failed: true });
  }
  if (judging.running) {
    const part = judging.total > 0 ? Math.min(1, judging.done / judging.total) : null;
    const what = judging.what === "" ? "Bringing stored rows up to date" : capital(judging.what);
    works.push({ text: part === null ? what : `${what}, ${Math.floor(part * 100)} %`, part, failed: false });
  }
  if (judging.unsettled > 0) {
    const left = judging.unsettled === 1 ? "1 interval" : `${formatInteger(judging.unsettled)} intervals`;
    works.push({ text: `Counting each conversation once: ${left} left`, part: null, failed: false });
  }
  return works;
}

/** Kinds of resource with their counts, the most frequent first. */
export function countsOf(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

const abbreviations: Record<string, string> = { ip: "IP", nat: "NAT", expressroute: "ExpressRoute" };

/** A number of resources of a kind: 27 virtual machines, 1 public IP, 2 public IP prefixes. */
export function countOf(kind: string, count: number): string {
  const name = kind
    .split(" ")
    .map((word) => abbreviations[word] ?? word)
    .join(" ");
  return `${formatInteger(count)} ${count === 1 ? name : plural(name)}`;
}

function plural(name: string): string {
  return /(x|ch|sh|s)$/.test(name) ? `${name}es` : `${name}s`;
}

/** What a database of addresses gives, and of which; its own name for that where it has one. */
export function databaseType(type: string): string {
  // Those that are built from the registries' tables are named after their columns.
  const [, what, of] = /^(country|asn|city) ipv(4|6|All)$/i.exec(type) ?? [];
  if (!what || !of) return type;
  const things = { country: "countries", asn: "owners", city: "cities" }[what.toLowerCase()];
  return `${things}, ${of.toLowerCase() === "all" ? "IPv4 and IPv6" : `IPv${of}`}`;
}
