import { expect, test } from "vitest";
import { type Ghost, ghostAt, ghostLines, pick, places, signed } from "../../src/traffic/course";
import { reach, trace } from "../../src/traffic/lines";

const course = (first: number, count: number, grain = 10) => ({
  times: Array.from({ length: count }, (_, i) => first + i * grain),
  grain,
});

test("buckets of the time before lie where theirs are after the shift", () => {
  expect(places(course(100, 3), course(70, 3), 30)).toEqual([0, 1, 2]);
  expect(places(course(100, 3), course(80, 2), 30), "it began later").toEqual([-1, 0, 1]);
  expect(places(course(100, 3), course(70, 2), 30), "it ended earlier").toEqual([0, 1, -1]);
  expect(places(course(100, 2), course(60, 3), 36), "not on the same grid: the nearest").toEqual([0, 1]);
  expect(places(course(100, 2), course(70, 2, 20), 30), "of another width").toEqual([-1, -1]);
  expect(places(course(100, 1), { times: [], grain: 10 }, 30)).toEqual([-1]);
  expect(pick(["a", "b"], [-1, 1, 0])).toEqual([null, "b", "a"]);
});

test("a ghost is the sum of what is shown", () => {
  const ghost: Ghost = {
    name: "before",
    times: [null, 0],
    parts: [
      { id: "in", values: [null, 5] },
      { id: "denied", values: [null, 2] },
      { id: "out", down: true, values: [null, 3] },
    ],
  };
  expect(ghostLines(ghost, new Set())).toEqual([
    { down: false, values: [null, 7] },
    { down: true, values: [null, 3] },
  ]);
  expect(ghostLines(ghost, new Set(["denied", "out"]))).toEqual([{ down: false, values: [null, 5] }]);
  expect([ghostAt(ghost, 0), ghostAt(ghost, 1)]).toEqual([null, 10]);
});

test("out counts downwards, without a minus nought", () => {
  expect(signed([1, 0, null], false)).toEqual([1, 0, null]);
  expect(signed([1, 0, null], true)).toEqual([-1, 0, null]);
});

const line = (values: (number | null)[]) => ({ id: "a", colour: "red", dash: "", width: 1, values });
const place = (index: number, value: number): [number, number] => [10 * index, -value];

test("lines are broken where nothing is known, and are steps over bars", () => {
  expect(trace(line([1, 2, null, 3]), place, false).d).toBe("M0 -1L10 -2M30 -3");
  expect(trace(line([1, 2]), place, true).d).toBe("M-5 -1H5L5 -2H15");
  expect(trace(line([7]), place, false).d).toBe("M0 -7h0");
  expect(reach([], 2)).toEqual([]);
  expect(reach([line([1, null]), line([-3, 4])], 2)).toEqual([
    [1, 4],
    [-3, 0],
  ]);
});
