// Finding a zone by what people call it.

import { isZone, type Zone } from "../lib/time";

const zones: readonly Zone[] = Intl.supportedValuesOf("timeZone");
const regions = [...new Set(zones.map((zone) => zone.split("/")[0]!))];

/** The zones with all words of a text in their names; else one that the browser knows by another name. */
export function matching(text: string): readonly Zone[] {
  const words = plain(text).split(" ").filter(Boolean);
  const found = zones.filter((zone) => words.every((word) => plain(zone).includes(word)));
  // What begins a part of the name is what is meant: "paris" before "comparison".
  const first = (zone: Zone) => words.every((word) => ` ${plain(zone)}`.includes(` ${word}`));
  if (found.length > 0) return [...found.filter(first), ...found.filter((zone) => !first(zone))];
  // Cities have had other names, by which browsers still know them: Kolkata is listed as Calcutta.
  const called = text
    .trim()
    .split(/[\s_]+/)
    .map(capital)
    .join("_");
  return [called, ...regions.map((region) => `${region}/${called}`)].filter((zone) => called !== "" && isZone(zone));
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s/_]+/g, " ")
    .trim();
}

function capital(word: string): string {
  return word
    .split("/")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("/");
}
