// What is offered while somebody writes a filter, and what is said of it.

import type { FilterFault, Suggestion } from "../api/types";
import { charactersBefore } from "../lib/filter";

export interface Option extends Suggestion {
  /** Whether it is a whole filter to begin with. */
  example?: boolean;
}

const example = (text: string, detail: string): Option => ({ text, detail, start: 0, end: 0, example: true });

const examples: readonly Option[] = [
  example("denied", "what the network did not let pass"),
  example("malicious and allowed", "bad peers that were let pass"),
  example("inbound and external and port in (22, 3389)", "remote access from outside"),
  example("src in 10.0.0.0/8 and not dst in 10.0.0.0/8", "what leaves the private network"),
  example("vnet = hub and port < 1024", "well-known ports of a network"),
  example("type = ExternalPublic and not country in (us, de)", "the internet, but for some countries"),
];

/** What can be put in; whole filters as well where there is none yet. What stands there already is no help. */
export function optionsOf(text: string, suggestions: readonly Suggestion[]): Option[] {
  const characters = [...text];
  const words = suggestions.filter(
    ({ text: word, start, end }) => characters.slice(start, end).join("").toLowerCase() !== word.toLowerCase(),
  );
  return text.trim() === "" ? [...examples, ...words] : words;
}

/**
 * What is said of a filter. Of one that is being written only what is before
 * the word that is: the rest may be right in a moment.
 */
export function faultInSight(fault: FilterFault | null, cursor: number, finished: boolean): FilterFault | null {
  return fault && (finished || fault.end < cursor) ? fault : null;
}

/** A text in three: before the fault, the fault, behind it. */
export function cut(text: string, { start, end }: Pick<FilterFault, "start" | "end">): [string, string, string] {
  const characters = [...text];
  const part = (from: number, to?: number) => characters.slice(from, to).join("");
  // Where something is missing there is nothing to mark but its place.
  return [part(0, start), part(start, end) || "\u00a0", part(Math.min(end, charactersBefore(text, text.length)))];
}
