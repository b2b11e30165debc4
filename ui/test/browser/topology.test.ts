// The map of networks, on the real server: nodes, lines and numbers against what the API says.

import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { MapAnswer } from "../../src/api/types";
import { formatMeasure } from "../../src/lib/format";
import { keyOf } from "../../src/topology/edges";
import { shortName } from "../../src/topology/layout";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";

const [weir, weirEmpty, known] = [inject("weir"), inject("weirEmpty"), inject("weirKnown")];

const go = visitor();

const picture = (page: Page) => page.getByRole("group", { name: "Who talks to whom" });

async function answerOf(origin: string, more = ""): Promise<MapAnswer> {
  return ask<MapAnswer>(origin, `/api/v1/map/networks?${await lastDay(origin)}${more}`);
}

describe("the topology", () => {
  test("has every node with its traffic, and a line for every pair", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    await picture(page).waitFor();
    expect(want.nodes.length).toBeGreaterThan(6);
    for (const one of want.nodes) {
      const label = await picture(page).locator(`[data-node="${one.id}"]`).getAttribute("aria-label");
      expect(label).toContain(shortName(one));
      expect(label).toContain(one.active ? formatMeasure(one.total.flows, "flows") : "no traffic");
    }
    const lines = await picture(page)
      .locator("[data-edge]")
      .evaluateAll((all) => all.map((each) => each.getAttribute("data-edge")));
    const pairs = want.edges.filter(({ from, to }) => from !== to);
    expect(lines.toSorted()).toEqual(pairs.map(keyOf).toSorted());
    const rows = page.getByRole("table", { name: "Who talks to whom, and what connects them" }).locator("tbody tr");
    expect(await rows.count()).toBe(want.edges.length);
  });

  test("a node that is chosen says its numbers, keeps them in the link, and leads on with its filter", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const hub = want.nodes.find((one) => one.hub)!;
    await picture(page).locator(`[data-node="${hub.id}"]`).focus();
    await page.keyboard.press("Enter");
    const card = page.getByRole("region", { name: shortName(hub), exact: true });
    await card.waitFor();
    expect(await card.textContent()).toContain(formatMeasure(hub.total.flows, "flows"));
    await page.reload();
    await card.waitFor();
    await card.getByRole("link", { name: "Ports" }).click();
    await page.getByRole("heading", { level: 1, name: "Ports" }).waitFor();
    expect(new URL(page.url()).searchParams.get("where")).toBe(hub.filter);
  });

  test("a line that is chosen says what its two ends had, and what connects them", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const edge = want.edges.find(({ link }) => link === "peered")!;
    await page.goto(`${known}/topology?chosen=${encodeURIComponent(keyOf(edge))}`);
    const facts = page.getByRole("region").filter({ has: page.getByText("peering", { exact: true }) });
    await facts.first().waitFor();
    const text = await facts.first().textContent();
    for (const part of [edge.all.total, edge.all.allowedOut, edge.all.allowedIn])
      expect(text).toContain(formatMeasure(part.flows, "flows"));
    expect(await picture(page).locator("[data-edge][data-faded='true']").count()).toBeGreaterThan(0);
  });

  test("a network opens into its subnets in place, and closes", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const busy = want.nodes.find(({ kind, active }) => kind === "vnet" && active)!;
    await picture(page).locator(`[data-node="${busy.id}"]`).dblclick();
    const opened = await answerOf(known, `&open=${encodeURIComponent(busy.name)}`);
    const subnets = opened.nodes.filter(({ parent }) => parent === busy.id);
    expect(subnets.length).toBeGreaterThan(0);
    for (const { id } of subnets) await picture(page).locator(`[data-node="${id}"]`).waitFor();
    await picture(page)
      .getByRole("button", { name: /shown as its subnets/ })
      .focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show as one network" }).click();
    await picture(page).locator(`[data-node="${busy.id}"]`).waitFor();
    expect(new URL(page.url()).searchParams.get("open")).toBeNull();
  });

  test("zooms and moves with keys, and comes back", async () => {
    const { page } = await go(`${known}/topology`);
    await picture(page).waitFor();
    const view = () => picture(page).getAttribute("viewBox");
    const whole = await view();
    await picture(page).getByRole("button").first().focus();
    await page.keyboard.press("+");
    await expect.poll(view).not.toBe(whole);
    const closer = await view();
    await page.keyboard.press("d");
    await expect.poll(view).not.toBe(closer);
    await page.keyboard.press("r");
    await expect.poll(view).toBe(whole);
  });

  test("without an inventory it shows the traffic, and says what is missing", async () => {
    const { page } = await go(`${weir}/topology`);
    await page.getByText("No inventory is known, so what is connected is not.").waitFor();
    const want = await answerOf(weir);
    expect(await picture(page).locator("[data-node]").count()).toBe(want.nodes.length);
  });

  test("a store without data says how to fill it", async () => {
    const { page } = await go(`${weirEmpty}/topology`);
    const said = page.getByText("weir ingest", { exact: false }).first();
    await said.waitFor();
    expect(await picture(page).count()).toBe(0);
  });

  test.each([390, 1440, 2560])("is right for everyone at %d px", async (width) => {
    const made = await go(`${known}/topology`, { viewport: { width, height: 900 }, colorScheme: "dark" });
    await picture(made.page).waitFor();
    await made.page.waitForLoadState("networkidle");
    expect(await violations(made.page)).toEqual([]);
    expect(await made.layoutShift()).toBeLessThan(0.02);
    expect(await overflow(made.page)).toBeLessThanOrEqual(0);
  });
});
