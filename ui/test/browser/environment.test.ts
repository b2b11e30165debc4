// How the estate stands, on the real server: what is shown against what the API says.

import { describe, expect, inject, test } from "vitest";
import type { EnvironmentAnswer } from "../../src/api/types";
import { formatMeasure } from "../../src/lib/format";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

describe("the environment", () => {
  test("has every part with its state and its traffic", async () => {
    const { page } = await go(`${known}/environment`);
    const want = await ask<EnvironmentAnswer>(known, `/api/v1/environment?${await lastDay(known)}`);
    for (const [title, places] of [
      ["Regions", want.regions],
      ["Virtual networks and what they are connected with", want.vnets],
      ["Subnets", want.subnets],
      ["Load balancers", want.loadBalancers],
    ] as const) {
      expect(places.length, title).toBeGreaterThan(0);
      const rows = page.getByRole("table", { name: title, exact: true }).locator("tbody tr");
      await rows.first().waitFor();
      const texts = await rows.allTextContents();
      expect(texts.length).toBe(places.length);
      for (const [i, place] of places.entries()) {
        expect(texts[i]).toContain(place.name.split("/").at(-1)!);
        expect(texts[i]).toContain(place.active ? "active" : "inactive");
        expect(texts[i]).toContain(formatMeasure(place.total.flows, "flows"));
        expect(texts[i]!.includes("malicious flows")).toBe(place.malicious);
      }
    }
  });

  test("without an inventory is what had traffic, and says so", async () => {
    const { page } = await go(`${weir}/environment`);
    await page.getByText("No inventory is known, so this is what had traffic.").waitFor();
    expect(await page.getByText("weir topology import FILE...").count()).toBeGreaterThan(0);
  });

  test.each([390, 1440, 2560])("is right for everyone at %d px", async (width) => {
    const made = await go(`${known}/environment`, { viewport: { width, height: 900 }, colorScheme: "dark" });
    await made.page.getByRole("table", { name: "Regions", exact: true }).waitFor();
    await made.page.waitForLoadState("networkidle");
    expect(await violations(made.page)).toEqual([]);
    expect(await made.layoutShift()).toBeLessThan(0.02);
    expect(await overflow(made.page)).toBeLessThanOrEqual(0);
  });
});
