import { expect, test } from "vitest";
import { allRows, type Progress } from "../../src/lib/all-rows";

const source = (count: number, distinctAtLeast = false) => {
  const asked: number[] = [];
  const ask = async (offset: number) => {
    asked.push(offset);
    const rows = Array.from({ length: Math.min(10, count - offset) }, (_, i) => offset + i);
    return { rows, distinct: distinctAtLeast ? offset + rows.length : count, distinctAtLeast };
  };
  return { asked, ask };
};

test("all rows come, part by part, and it is told how many", async () => {
  const { asked, ask } = source(25);
  const told: Progress[] = [];
  const rows = await allRows(ask, 10)(new AbortController().signal, (progress) => told.push(progress));
  expect(rows).toEqual(Array.from({ length: 25 }, (_, i) => i));
  expect(asked).toEqual([0, 10, 20]);
  expect(told).toEqual([
    { rows: 10, of: 25 },
    { rows: 20, of: 25 },
    { rows: 25, of: 25 },
  ]);
});

test("where there may be more, it is asked until a part is not full", async () => {
  const { asked, ask } = source(20, true);
  const told: Progress[] = [];
  expect((await allRows(ask, 10)(new AbortController().signal, (progress) => told.push(progress))).length).toBe(20);
  expect(asked).toEqual([0, 10, 20]);
  expect(told[0]).toEqual({ rows: 10, of: null });
});

test("nothing is asked any more once it is cancelled", async () => {
  const { asked, ask } = source(25);
  const abort = new AbortController();
  await expect(allRows(ask, 10)(abort.signal, () => abort.abort())).rejects.toThrow("aborted");
  expect(asked).toEqual([0]);
});
