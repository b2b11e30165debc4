// How load balancers spread traffic, on the real server: what is shown against what the API says.

import { describe, expect, inject, test } from "vitest";
import type { BackendsAnswer } from "../../src/api/types";
import { formatMeasure } from "../../src/lib/format";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

const lastOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);

describe("load balancers", () => {
  test("are all there, and the one that is chosen has its sources and back ends", async () => {
    const { page } = await go(`${known}/balancers`);
    const want = await ask<BackendsAnswer>(known, `/api/v1/map/backends?${await lastDay(known)}`);
    expect(want.rows.length).toBeGreaterThan(3);
    const rows = page
      .getByRole("table", { name: "Load balancers and application gateways", exact: true })
      .locator("tbody tr");
    await rows.first().waitFor();
    const texts = await rows.allTextContents();
    for (const [i, one] of want.rows.entries()) {
      expect(texts[i]).toContain(lastOf(one.name));
      expect(texts[i]).toContain(formatMeasure(one.all.total.flows, "flows"));
    }
    const chosen = want.rows.find(({ kind }) => kind === "appgateway")!;
    await page.getByRole("button", { name: lastOf(chosen.name), exact: true }).click();
    await page.getByRole("img", { name: `How ${lastOf(chosen.name)} spreads traffic` }).waitFor();
    expect(page.url()).toContain("chosen=");
    const behind = page
      .getByRole("table", { name: `Back ends of ${lastOf(chosen.name)}`, exact: true })
      .locator("tbody tr");
    expect(await behind.count()).toBe(chosen.backends.length);
    const drawn = await page.getByRole("img", { name: /spreads traffic/ }).textContent();
    for (const to of chosen.backends) expect(drawn).toContain(formatMeasure(to.all.total.flows, "flows"));
  });

  test("without an inventory say how to get one", async () => {
    const { page } = await go(`${weir}/balancers`);
    await page.getByText("weir topology import FILE...").waitFor();
    expect(await page.getByRole("img", { name: /spreads traffic/ }).count()).toBe(0);
  });

  test.each([390, 1440])("have nothing that cannot be read at %i", async (width) => {
    const { page } = await go(`${known}/balancers`, { viewport: { width, height: 900 }, colorScheme: "dark" });
    await page.getByRole("img", { name: /spreads traffic/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});
