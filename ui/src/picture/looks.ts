// How lines of pictures look. Colour is never alone: each look has dashes of its own.

import type { Kind } from "./kinds";

/** A kind of traffic; none now, and some in the time that it is compared with; a connection that carried nothing. */
export type Look = Kind | "gone" | "idle";

export const looks: Readonly<Record<Look, { name: string; meaning: string }>> = {
  benign: { name: "Benign", meaning: "allowed, no malicious end" },
  blocked: { name: "Blocked", meaning: "denied" },
  malicious: { name: "Malicious", meaning: "an end on a threat feed" },
  gone: { name: "Gone (−)", meaning: "had traffic in the time that it is compared with" },
  idle: { name: "Idle", meaning: "a connection that carried nothing" },
};

/** The dashes of a line of a width, with round ends: what is blocked is dots, what is malicious is long strokes. */
export function dashesOf(look: Look, width: number): readonly number[] {
  switch (look) {
    case "benign":
      return [];
    case "blocked":
      return [0.01, 1.6 * width + 2];
    case "malicious":
      return [width + 8, 1.5 * width + 3.5];
    case "gone":
      return [3, width + 6];
    case "idle":
      return [0.01, 9];
  }
}
