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

/** The dashes of a line of a width: what is blocked is dots, what is malicious is long strokes. */
export function dashesOf(look: Look, width: number): readonly number[] {
  switch (look) {
    case "benign":
      return [];
    case "blocked":
      return [width + 1, width + 3];
    case "malicious":
      return [2 * width + 8, width + 3];
    case "gone":
      return [width + 3, width + 4];
    case "idle":
      return [1.5, 8];
  }
}
