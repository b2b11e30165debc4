// Where the parts of the picture of a balancer stand.

import { describe, expect, test } from "vitest";
import { badOf, firstOf, type Part, spread } from "../../src/balancers/spread";

const part = (name: string, value: number, malicious = 0): Part => ({ name, value, malicious });

describe("the picture of a balancer", () => {
  test("has parts as high as their part of the whole, and none on another", () => {
    for (const n of [1, 2, 8, 40]) {
      const { backends, sources, height, middle } = spread(
        [part("internet", 3), part("azure", 1)],
        Array.from({ length: n }, (_, i) => part(`machine ${i}`, i)),
      );
      expect(sources[0]!.height).toBeCloseTo(3 * sources[1]!.height);
      expect(sources[0]!.height + sources[1]!.height).toBeCloseTo(middle.height);
      for (const list of [sources, backends]) {
        for (const [i, bar] of list.entries()) {
          expect(bar.y).toBeGreaterThanOrEqual(0);
          expect(bar.y + bar.height).toBeLessThanOrEqual(height);
          const before = list[i - 1] ?? { y: -100, height: 0 }; // both of its words have 17 above the middle and 15 below
          expect(bar.y + bar.height / 2 - (before.y + before.height / 2)).toBeGreaterThanOrEqual(32);
        }
      }
    }
  });

  test("shows what is malicious, however little it is, and no more than there is", () => {
    const { sources, into } = spread([part("internet", 10_000, 1), part("azure", 5), part("idle", 0)], []);
    expect(badOf(sources[0]!)).toBe(2);
    expect(badOf(sources[1]!)).toBe(0);
    expect(into.filter(({ malicious }) => malicious)).toHaveLength(1);
    expect(into).toHaveLength(3); // nothing has no ribbon
    expect(badOf({ ...part("all", 4, 4), y: 0, height: 1 })).toBe(1);
  });

  test("has the first and the rest, which sum to the whole", () => {
    const many = Array.from({ length: 30 }, (_, i) => part(`machine ${i}`, 30 - i, i % 2));
    const shown = firstOf(many, 8);
    expect(shown).toHaveLength(8);
    expect(shown.at(-1)!.name).toBe("23 others");
    for (const key of ["value", "malicious"] as const) {
      const sum = (list: readonly Part[]) => list.reduce((all, one) => all + one[key], 0);
      expect(sum(shown)).toBe(sum(many));
    }
    expect(firstOf(many.slice(0, 8), 8)).toHaveLength(8);
  });
});
