// What deserves a look, on the first page, and the way from it to the proof.

import { expect, inject, test } from "vitest";
import type { FindingsAnswer, TrafficAnswer } from "../../src/api/types";
import { formatCount } from "../../src/lib/format";
import { shownFirst } from "../../src/overview/shown";
import { ask, lastDay } from "./ask";
import { settled, visitor } from "./browser";

const known = inject("weirKnown");
const go = visitor();

test("what deserves a look stands there with its numbers, and each leads to its flows", async () => {
  const { rows } = await ask<FindingsAnswer>(known, `/api/v1/findings?${await lastDay(known)}`);
  const kinds = new Set(rows.map(({ kind }) => kind));
  expect(kinds.size, "kinds of findings in the simulated network").toBeGreaterThan(2);

  const { page, strangers } = await go(`${known}/`);
  await settled(page);
  const card = page.getByRole("region", { name: "What deserves a look" });
  const begin = shownFirst(rows);
  await expect.poll(() => card.getByRole("listitem").count(), { timeout: 20_000 }).toBe(begin.length);
  if (rows.length > begin.length) {
    await card.getByRole("button", { name: `Show ${rows.length - begin.length} more` }).click();
  }
  const items = await card.getByRole("listitem").allInnerTexts();
  expect(items.length).toBe(rows.length);
  for (const [i, { title, total }] of rows.entries()) {
    expect(items[i]).toContain(title);
    expect(items[i]).toContain(`${formatCount(total.flows)} flow`);
  }

  const finding = rows[0]!;
  await card.getByRole("link", { name: finding.title, exact: true }).click();
  await page.waitForURL("**/conversations?**");
  expect(new URL(page.url()).searchParams.get("where")).toBe(finding.filter);
  const proof = await ask<TrafficAnswer>(
    known,
    `/api/v1/traffic?${await lastDay(known)}&where=${encodeURIComponent(finding.filter)}`,
  );
  expect(proof.totals.reduce((sum, { measures }) => sum + measures.flows, 0)).toBe(finding.total.flows);
  expect(strangers).toEqual([]);
});
