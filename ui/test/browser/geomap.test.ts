// The map of the world, on the real server: marks, lines and numbers against what the API says.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { EnvironmentAnswer, GeoAnswer } from "../../src/api/types";
import { drawingOf, type Level, nameOf } from "../../src/geomap/marks";
import { readSwitched } from "../../src/geomap/switches";
import { formatMeasure } from "../../src/lib/format";
import { writeMoment } from "../../src/lib/url";
import { partOf } from "../../src/picture/kinds";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";
import { pinch } from "./touch";
import { world } from "./world";

const [weir, weirEmpty, known] = [inject("weir"), inject("weirEmpty"), inject("weirKnown")];

const go = visitor();

const picture = (page: Page) => page.getByRole("group", { name: "Where traffic comes from and goes to" });

async function answerOf(origin: string, range?: string): Promise<GeoAnswer> {
  return ask<GeoAnswer>(
    origin,
    `/api/v1/map/geography?limit=2000&${range ?? `${await lastDay(origin)}&compare=before`}`,
  );
}

/** Opens the map and waits for the world. */
async function open(address: string, options?: Parameters<typeof go>[1]) {
  const made = await go(address, options);
  await picture(made.page).locator("[data-land]:visible").first().waitFor();
  return made;
}

async function attributes(page: Page, name: string): Promise<string[]> {
  const all = await picture(page)
    .locator(`[${name}]`)
    .evaluateAll((found, attribute) => found.map((each) => each.getAttribute(attribute) ?? ""), name);
  return all.toSorted();
}

/** What should be drawn, of what has a place. */
function expected(answer: GeoAnswer, level: Level, switched = "") {
  const { marks, lines } = drawingOf(answer, { level, on: readSwitched(switched), country: "" });
  const placed = new Set(marks.filter(({ place }) => place).map(({ id }) => id));
  return {
    marks: marks.map(({ id }) => id).toSorted(),
    lines: lines
      .filter(({ from, to }) => placed.has(from) && placed.has(to))
      .map(({ key }) => key)
      .toSorted(),
  };
}

describe("the map", () => {
  test.each([
    ["continents", ""],
    ["countries", "?sight=45,5,2.5"],
  ] as const)("has a mark for every place and a line for each kind of traffic: %s", async (level, search) => {
    const { page } = await open(`${known}/map${search}`);
    const answer = await answerOf(known);
    const want = expected(answer, level);
    expect(want.lines.length).toBeGreaterThan(10);
    expect(await picture(page).getAttribute("data-level")).toBe(level);
    const [marks, lines] = [await attributes(page, "data-mark"), await attributes(page, "data-line")];
    const hidden = Number(await picture(page).getAttribute("data-hidden"));
    expect(lines.length + hidden, "all lines are drawn or told").toBe(want.lines.length);
    expect(lines.filter((key) => !want.lines.includes(key))).toEqual([]);
    expect(marks.filter((id) => !want.marks.includes(id))).toEqual([]);
    const all = (ids: string[]) => ids.filter((id) => !id.startsWith("country:"));
    expect(all(marks)).toEqual(all(want.marks));
    expect(lines.length).toBeGreaterThan(20);
    for (const node of answer.nodes.filter(({ kind, deployed }) => kind === "region" && deployed)) {
      const label = await picture(page).locator(`[data-mark="${node.id}"]`).getAttribute("aria-label");
      expect(label).toContain(`${nameOf(node)}: ${formatMeasure(node.total.flows, "flows")}`);
      expect(label).toContain("deployed");
    }
    const rows = page.getByRole("table", { name: "Which places talk to each other" }).locator("tbody tr");
    expect(await rows.count()).toBe(answer.edges.length);
    // In the order of both periods, each line tells which of them it was in.
    const told = await rows.locator('[data-name="Has"]').allTextContents();
    const changed = ({ all, before }: (typeof answer.edges)[number]) => {
      if (before!.flows === 0) return "new";
      return all.total.flows + all.total.packets === 0 ? "gone" : "";
    };
    expect(told.map((text) => /new|gone/.exec(text)?.[0] ?? "")).toEqual(answer.edges.map(changed));
    const first = await rows.first().textContent();
    expect(first).toContain(formatMeasure(answer.edges[0]!.all.total.flows, "flows"));
  });

  test("what is new and gone beside another time is marked, and what is gone can be switched off", async () => {
    const from = Date.parse((await answerOf(known)).from) + 9 * 3_600_000;
    const hour = `from=${writeMoment(from)}&to=${writeMoment(from + 3_600_000)}&where=${encodeURIComponent("port = 22")}`;
    const answer = await answerOf(known, `${hour}&compare=before`);
    const { lines } = drawingOf(answer, { level: "countries", on: readSwitched(), country: "" });
    const changed = (change: string) => new Set(lines.filter((line) => line.change === change).map(({ key }) => key));
    expect([changed("new").size > 0, changed("gone").size > 0], "the two hours differ").toEqual([true, true]);
    const { page } = await open(`${known}/map?sight=30,20,2&${hour}`);
    const marks = picture(page).locator("[data-change]");
    await marks.first().waitFor();
    const told = await marks.evaluateAll((all) =>
      all.map((each) => [each.getAttribute("data-change"), each.getAttribute("data-of"), each.lastChild?.textContent]),
    );
    expect(new Set(told.map(([change]) => change))).toEqual(new Set(["new", "gone"]));
    for (const [change, key, sign] of told) {
      expect(changed(change!).has(key!), `${key} is ${change}`).toBe(true);
      expect(sign).toBe(change === "new" ? "+" : "−");
    }
    const gone = picture(page).locator("[data-line][data-kind='gone']");
    expect(await gone.count()).toBeGreaterThan(0);
    for (const key of await gone.evaluateAll((all) => all.map((each) => each.getAttribute("data-line")!)))
      expect(changed("gone").has(key), key).toBe(true);
    const legend = page.getByRole("list", { name: "What the map shows" });
    expect(await legend.textContent()).toContain("had traffic in the time that it is compared with");
    await page.getByRole("button", { name: "Gone", exact: true }).click();
    await expect.poll(() => gone.count()).toBe(0);
    await page.goto(`${known}/map?sight=30,20,2&${hour}&compare=none`);
    await picture(page).locator("[data-mark]").first().waitFor();
    expect(await marks.count()).toBe(0);
    expect(await legend.textContent()).not.toContain("+: new");
  });

  test("has sites where the configuration places them, and the others below", async () => {
    const answer = await answerOf(known);
    const sites = answer.nodes.filter(({ kind }) => kind === "site");
    const placed = sites.filter(({ place }) => place !== null).map(({ name }) => name.slice(name.lastIndexOf("/") + 1));
    expect(placed.toSorted()).toEqual(["lng-amsterdam", "lng-austin"]);
    expect(sites.length).toBeGreaterThan(placed.length);
    const { page } = await open(`${known}/map`);
    for (const { id, place } of sites) {
      const mark = picture(page).locator(`[data-mark="${id}"]`);
      expect(await mark.locator("rect").count(), `${id} in a box of the rows below`).toBe(place ? 0 : 1);
    }
    const at = async (name: string) =>
      (await picture(page)
        .locator(`[data-mark="${sites.find((one) => one.name.endsWith(name))!.id}"]`)
        .boundingBox())!.x;
    expect(await at("lng-austin")).toBeLessThan(await at("lng-amsterdam"));
  });

  test.each([
    ["the estate", 1440],
    ["twenty regions that every country talks to", 1440],
    ["twenty regions that every country talks to", 390],
    ["twenty regions that every country talks to", 2560],
  ])("labels do not lie on each other, as the browser draws them: %s, %d px", async (of, width) => {
    const large = world(await answerOf(known), 2000);
    const { page } = await go(`${known}/data`, { viewport: { width, height: 900 } });
    if (of !== "the estate")
      await page.route("**/api/v1/map/geography*", async (route) => route.fulfill({ json: large }));
    for (const sight of ["", "?sight=45,5,2.5", "?sight=50,8,7"]) {
      await page.goto(`${known}/map${sight}`);
      await picture(page).locator("[data-land]:visible").first().waitFor();
      // With what is said beside marks what is written on plates, and what covers the picture.
      const boxes = await page
        .getByRole("region", { name: "Where traffic comes from and goes to" })
        .locator("[data-label], [data-mark] rect, button")
        .evaluateAll((all) =>
          all.map((each) => {
            const { left, right, top, bottom } = each.getBoundingClientRect();
            const name = each.textContent || each.parentElement?.textContent;
            return { name, left, right, top: top + 2, bottom: bottom - 2 };
          }),
        );
      expect(boxes.length).toBeGreaterThan(5);
      const lying = boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          .map((b) => `${a.name} and ${b.name}`),
      );
      expect(lying).toEqual([]);
    }
  });

  test("a region that is chosen says what it has, keeps it in the link, and leads on with its filter", async () => {
    const { page } = await open(`${known}/map`);
    const answer = await answerOf(known);
    const region = answer.nodes.find(({ name }) => name === "westeurope")!;
    await picture(page).locator(`[data-mark="${region.id}"]`).focus();
    await page.keyboard.press("Enter");
    const card = page.getByRole("region", { name: "West Europe", exact: true });
    await card.getByRole("region", { name: "Top sources" }).locator("td").first().waitFor();
    const edges = answer.edges.filter(({ from, to }) => from === region.id || to === region.id);
    const bad = edges.reduce(
      (sum, edge) => sum + partOf(edge, "malicious").in.flows + partOf(edge, "malicious").out.flows,
      0,
    );
    const inside = edges.find(({ from, to }) => from === to)!;
    const text = await card.textContent();
    for (const value of [region.total.flows, bad, inside.all.total.flows])
      expect(text).toContain(formatMeasure(value, "flows"));
    expect(bad).toBe(region.maliciousTotal.flows);
    for (const name of ["Malicious sources", "Ports", "VNets"])
      await card.getByRole("region", { name }).locator("td").first().waitFor();
    const { zones } = await ask<EnvironmentAnswer>(known, `/api/v1/environment?${await lastDay(known)}`);
    const own = zones.filter((pair) => pair.region === region.name);
    expect(own.length).toBeGreaterThan(3);
    const rows = card.getByRole("region", { name: "Between zones, within the region" }).locator("tr");
    await rows.first().waitFor();
    await expect.poll(() => rows.count()).toBe(own.length);
    for (const [i, { from, to, total }] of own.entries()) {
      const row = await rows.nth(i).textContent();
      expect(row).toContain(from === to ? `within ${from}` : `${from} → ${to}`);
      expect(row).toContain(formatMeasure(total.flows, "flows"));
    }
    await page.reload();
    await card.waitFor();
    expect(await picture(page).locator("[data-line][data-faded='true']").count()).toBeGreaterThan(0);
    await card.getByRole("paragraph").getByRole("link", { name: "Hosts" }).click();
    await page.getByRole("heading", { level: 1, name: "Hosts" }).waitFor();
    expect(new URL(page.url()).searchParams.get("where")).toBe(region.filter);
  });

  test("a country and a line that are chosen say theirs", async () => {
    const answer = await answerOf(known);
    const edge = answer.edges.find(({ to, malicious }) => to.startsWith("country:") && malicious.total.flows > 0)!;
    const { page } = await open(`${known}/map?sight=45,5,2.5&chosen=${encodeURIComponent(`${edge.from}|${edge.to}`)}`);
    const card = page.getByRole("region", { name: /^West Europe and |^East US 2 and |^Southeast Asia and / });
    await card.waitFor();
    const text = await card.textContent();
    for (const part of [edge.all.total, edge.all.allowedOut, edge.all.deniedIn, edge.malicious.total])
      expect(text).toContain(formatMeasure(part.flows, "flows"));
    const country = answer.nodes.find(({ id }) => id === edge.to)!;
    await page.goto(`${known}/map?chosen=${country.id}`);
    const about = page.getByRole("region", { name: nameOf(country), exact: true });
    await about.getByRole("region", { name: "Operators" }).waitFor();
    expect(await about.textContent()).toContain(formatMeasure(country.total.flows, "flows"));
    await about.getByRole("region", { name: "Malicious addresses" }).locator("td").first().waitFor();
  });

  test("the ribbon says what is shown, and the link keeps it", async () => {
    const { page } = await open(`${known}/map`);
    const malicious = picture(page).locator("[data-line][data-kind='malicious']");
    expect(await malicious.count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Malicious", exact: true }).click();
    await expect.poll(() => malicious.count()).toBe(0);
    const regions = picture(page).locator("[data-mark^='region:']");
    const before = await regions.count();
    await page.getByRole("button", { name: "Not deployed" }).click();
    await expect.poll(() => regions.count()).toBeGreaterThan(before + 50);
    await page.reload();
    await picture(page).locator("[data-land]:visible").first().waitFor();
    expect(await malicious.count()).toBe(0);
    expect(await regions.count()).toBeGreaterThan(before + 50);
    await page.getByRole("combobox", { name: "Countries" }).selectOption("none");
    await expect.poll(() => picture(page).locator("[data-mark^='continent:']").count()).toBe(0);
    expect(new URL(page.url()).searchParams.get("country")).toBe("none");
  });

  test("by keys alone: zoom, move, from place to place and to its lines", async () => {
    const { page } = await open(`${known}/map`);
    const zoom = async () => Number(await picture(page).getAttribute("data-zoom"));
    await picture(page).locator("[data-mark='region:eastus2']").focus();
    const focused = () => page.evaluate(() => (document.activeElement as SVGElement).dataset["mark"]);
    await page.keyboard.press("Shift+ArrowRight");
    expect(await focused()).not.toBe("region:eastus2");
    await picture(page).locator("[data-mark='region:eastus2']").focus();
    await page.keyboard.press("Shift+L");
    await expect.poll(() => new URL(page.url()).searchParams.get("chosen")).toContain("region:eastus2");
    await page.keyboard.press("Escape");
    await expect.poll(() => new URL(page.url()).searchParams.get("chosen")).toBeNull();
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    expect(await zoom()).toBeGreaterThan(2);
    await expect.poll(() => new URL(page.url()).searchParams.get("sight")).toMatch(/,2\.74$/);
    const frame = () => picture(page).locator("g[transform*='scale']:visible").getAttribute("transform");
    const here = await frame();
    await page.keyboard.press("d");
    await expect.poll(frame).not.toBe(here);
    await page.keyboard.press("0");
    expect(await zoom()).toBe(1);
    const inRibbon = () =>
      page.evaluate(() => document.activeElement?.closest("[aria-label='What is shown']") !== null);
    await page.keyboard.press("Control+F6");
    await expect.poll(inRibbon).toBe(true);
    await page.keyboard.press("Control+F6");
    await expect.poll(inRibbon).toBe(false);
    await expect.poll(focused).toBeDefined();
    await page.keyboard.press("?");
    await page.getByText("between what is shown and the picture").waitFor();
  });

  test("two fingers zoom it", async () => {
    const { page } = await open(`${known}/map`, { hasTouch: true });
    const zoom = async () => Number(await picture(page).getAttribute("data-zoom"));
    await pinch(page, picture(page), 2);
    await expect.poll(zoom).toBeGreaterThan(1.7);
    expect(await zoom()).toBeLessThan(2.3);
    await pinch(page, picture(page), 1 / 4);
    await expect.poll(zoom).toBe(1);
  });

  test("time is played in parts, each with its own numbers", async () => {
    const made = await open(`${known}/map`);
    const { page } = made;
    const slider = page.getByRole("slider", { name: "Part of the range" });
    expect(await slider.getAttribute("aria-valuetext")).toBe("All of the range");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    const all = await answerOf(known);
    const from = Date.parse(all.from);
    const hour = (Date.parse(all.to) - from) / 24;
    const part = await answerOf(known, `from=${writeMoment(from + hour)}&to=${writeMoment(from + 2 * hour)}`);
    const rows = page.getByRole("table", { name: "Which places talk to each other" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(part.edges.length);
    expect(await rows.first().textContent()).toContain(formatMeasure(part.edges[0]!.all.total.flows, "flows"));
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => slider.inputValue(), { timeout: 10_000 }).toBe("3");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Whole range" }).click();
    await expect.poll(() => rows.count()).toBe(all.edges.length);
    expect(await made.layoutShift()).toBeLessThan(0.02);
  });

  test("it is saved as a picture and as what it is drawn from", async () => {
    const { page } = await open(`${known}/map`);
    const saved = async (format: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Save as ${format}` }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^weir-map-.*\\.${format.toLowerCase()}$`));
      return readFile(await download.path());
    };
    const svg = (await saved("SVG")).toString();
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain("West Europe");
    expect(svg, "its colours go with it").not.toContain("var(--");
    expect((await saved("PNG")).subarray(1, 4).toString()).toBe("PNG");
    expect(JSON.parse((await saved("JSON")).toString())).toEqual(await answerOf(known));
  });

  test("without an inventory it shows what is known, and says what is missing", async () => {
    const { page } = await open(`${weir}/map`);
    await page.getByText("No inventory is known, so own addresses have no region.").waitFor();
    expect(await attributes(page, "data-mark")).toEqual(expected(await answerOf(weir), "continents").marks);
    expect(await picture(page).locator("[data-line]").count()).toBeGreaterThan(0);
  });

  test("a store without data says how to fill it", async () => {
    const { page } = await go(`${weirEmpty}/map`);
    await page.getByText("weir ingest", { exact: false }).first().waitFor();
    expect(await picture(page).count()).toBe(0);
  });

  test.each([390, 1440, 2560])("is right for everyone at %d px", async (width) => {
    const address = `${known}/map?chosen=region:westeurope`;
    const made = await open(address, { viewport: { width, height: 900 }, colorScheme: "dark" });
    await made.page.waitForLoadState("networkidle");
    expect(await violations(made.page)).toEqual([]);
    expect(await made.layoutShift()).toBeLessThan(0.02);
    expect(await overflow(made.page)).toBeLessThanOrEqual(0);
  });
});
