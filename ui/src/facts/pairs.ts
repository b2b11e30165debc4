// What is related to an address, by the part that it plays.

import type { AddressFacts } from "../api/types";
import { capital } from "../lib/format";
import { kindName } from "../lib/side";

/** Parts played by resources, with those that play the same one together. */
export function pairsOf(things: AddressFacts["related"]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const { what, name } of things) {
    const part = capital(kindName(what));
    pairs[part] = pairs[part] ? `${pairs[part]}, ${name}` : name;
  }
  return pairs;
}
