// The kinds of traffic that lines of a picture tell apart, and what of them is new or gone.

import type { Ways } from "../api/types";
import type { Measures } from "../lib/format";

export type Kind = "benign" | "blocked" | "malicious";

/** Below all others comes what they must not cover. */
export const kinds: readonly Kind[] = ["benign", "blocked", "malicious"];

export const nothing: Measures = { flows: 0, packets: 0, bytes: 0 };

export function plus(a: Measures, b: Measures): Measures {
  return { flows: a.flows + b.flows, packets: a.packets + b.packets, bytes: a.bytes + b.bytes };
}

function minus(a: Measures, b: Measures): Measures {
  return { flows: a.flows - b.flows, packets: a.packets - b.packets, bytes: a.bytes - b.bytes };
}

/** Whether there is any. What was denied has no bytes, and what ran on has no flows. */
export function has({ flows, packets, bytes }: Measures): boolean {
  return flows + packets + bytes > 0;
}

/** What the first end of an edge initiates, and what the other does. */
export interface Part {
  out: Measures;
  in: Measures;
}

/** A kind of traffic on an edge. */
export function partOf({ all, malicious }: { all: Ways; malicious: Ways }, kind: Kind): Part {
  switch (kind) {
    case "malicious":
      return {
        out: plus(malicious.allowedOut, malicious.deniedOut),
        in: plus(malicious.allowedIn, malicious.deniedIn),
      };
    case "blocked":
      return { out: minus(all.deniedOut, malicious.deniedOut), in: minus(all.deniedIn, malicious.deniedIn) };
    case "benign":
      return { out: minus(all.allowedOut, malicious.allowedOut), in: minus(all.allowedIn, malicious.allowedIn) };
  }
}

/** What an edge has of each kind that it has something of. */
export function partsOf(edge: { all: Ways; malicious: Ways }): readonly { kind: Kind; value: Measures }[] {
  const parts = kinds.map((kind) => {
    const part = partOf(edge, kind);
    return { kind, value: plus(part.out, part.in) };
  });
  return parts.filter(({ value }) => has(value));
}

/** Whether there is traffic now and was none in the time that it is compared with, or the other way round. */
export type Change = "" | "new" | "gone";

/** What changed from before, null where with nothing is compared, to now. */
export function changeOf(now: Measures, before: Measures | null): Change {
  if (!before || has(now) === has(before)) return "";
  return has(now) ? "new" : "gone";
}

/** What stands on a line that changed. */
export const changeSigns: Readonly<Record<Change, string>> = { "": "", new: "+", gone: "−" };
