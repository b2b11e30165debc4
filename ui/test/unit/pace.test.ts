import { expect, test } from "vitest";
import { Pace, paceAtLeast, paceAtMost } from "../../src/api/pace";

test("the first step may be at once, and each next one after a pause", () => {
  const pace = new Pace();
  expect(pace.wait(1_000)).toBe(0);
  pace.step(1_000);
  pace.asking(false, 1_000);
  expect(pace.wait(1_000)).toBe(paceAtLeast);
  expect(pace.wait(1_000 + paceAtLeast)).toBe(0);
});

test("the pause grows with the time that answers take", () => {
  const pace = new Pace();
  pace.step(10_000);
  pace.asking(true, 10_010);
  pace.asking(false, 11_500);
  // 1.5 s of answers, and then four times as long nothing.
  expect(pace.wait(11_500)).toBe(6_000);
  expect(pace.wait(17_500)).toBe(0);
});

test("answers that take for ever put nothing off for ever", () => {
  const pace = new Pace();
  pace.step(0);
  pace.asking(true, 10);
  expect(pace.wait(1_000)).toBe(paceAtMost - 1_000);
  expect(pace.wait(paceAtMost)).toBe(0);
  pace.asking(false, 29_000);
  expect(pace.wait(29_000)).toBe(1_000);
});

test("what is asked between two steps puts the next one off while it is under way", () => {
  const pace = new Pace();
  pace.step(0);
  pace.asking(false, 0);
  pace.asking(true, 1_900);
  expect(pace.wait(paceAtLeast)).toBeGreaterThan(0);
  pace.asking(false, 2_100);
  expect(pace.wait(2_100)).toBe(8_400);
});
