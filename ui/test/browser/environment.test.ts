// How the estate stands, on the real server: what is shown against what the API says.

import type { Download } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { CoverageAnswer, EnvironmentAnswer } from "../../src/api/types";
import { formatMeasure } from "../../src/lib/format";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

async function textOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test("what is read, and which NICs send no logs, is saved", async () => {
  const { page } = await go(`${known}/data`);
  const want = await ask<CoverageAnswer>(known, "/api/v1/coverage?limit=1000");
  expect(want.rows.length, "NICs without logs in the data of the test").toBeGreaterThan(0);
  for (const [many, rows] of [
    ["sources", want.sources],
    ["NICs that send no logs", want.rows],
  ] as const) {
    const button = page.getByRole("button", { name: `Save ${many} as JSON`, exact: true });
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    const saved = JSON.parse(await textOf(download)) as { rows: object[] };
    expect(saved.rows.length, many).toBe(rows.length);
  }
});

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

  test("is saved, every part with all of its rows", async () => {
    const { page } = await go(`${known}/environment`);
    const want = await ask<EnvironmentAnswer>(known, `/api/v1/environment?${await lastDay(known)}`);
    for (const [many, places] of [
      ["regions", want.regions],
      ["virtual networks", want.vnets],
      ["subnets", want.subnets],
      ["load balancers", want.loadBalancers],
    ] as const) {
      const button = page.getByRole("button", { name: `Save ${many} as CSV`, exact: true });
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^weir-${many.replaceAll(" ", "-")}-2.*\\.csv$`));
      const lines = (await textOf(download)).trimEnd().split("\r\n");
      expect(lines[0]).toContain("total flows,total packets,total bytes,malicious total flows");
      const at = lines[0]!.split(",").indexOf("name");
      expect(lines.slice(1).map((line) => line.split(",")[at])).toEqual(places.map(({ name }) => name));
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
