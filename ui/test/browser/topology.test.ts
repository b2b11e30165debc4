// The map of networks, on the real server: nodes, lines and numbers against what the API says.

import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { MapAnswer, TableAnswer } from "../../src/api/types";
import { formatInteger, formatMeasure } from "../../src/lib/format";
import { keyOf } from "../../src/topology/edges";
import { shortName } from "../../src/topology/layout";
import { type Connection, connectionOf } from "../../src/topology/shown";
import { ask, lastDay } from "./ask";
import { overflow, violations, visitor } from "./browser";
import { estate } from "./estate";
import { pinch } from "./touch";

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

  test("a line shows by parts what of it is benign, blocked and malicious, as the API says", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    await picture(page).waitFor();
    const parts = await picture(page)
      .locator("[data-edge]")
      .evaluateAll((all) =>
        all.map((each) => [
          each.getAttribute("data-edge"),
          [...each.querySelectorAll("path[data-look]")].map((part) => part.getAttribute("data-look")),
        ]),
      );
    const drawn = new Map(parts as [string, string[]][]);
    let mixed = 0;
    for (const edge of want.edges.filter(({ from, to, all }) => from !== to && all.total.flows > 0)) {
      const { all, malicious } = edge;
      const has = {
        benign: all.allowed.flows > malicious.allowed.flows,
        blocked: all.denied.flows > malicious.denied.flows,
        malicious: malicious.total.flows > 0,
      };
      const looks = Object.entries(has).flatMap(([look, is]) => (is ? [look] : []));
      expect(drawn.get(keyOf(edge)), keyOf(edge)).toEqual(looks);
      if (looks.length > 2) mixed++;
    }
    expect(mixed).toBeGreaterThan(0);
    const legend = await page.getByRole("list", { name: "What the lines mean" }).textContent();
    for (const word of ["Benign", "Blocked", "Malicious", "Side by side"]) expect(legend).toContain(word);
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

  test("a scale set that is chosen says what each of its instances has", async () => {
    const web = (await answerOf(known)).nodes.find(({ name }) => name.endsWith("vnet-shop-weu"))!;
    const open = `open=${encodeURIComponent(web.name)}`;
    const subnet = (await answerOf(known, `&${open}`)).nodes.find(({ name }) => name.endsWith("/snet-web"))!;
    const inside = `${open}&inside=${encodeURIComponent(subnet.name)}`;
    const set = (await answerOf(known, `&${inside}`)).nodes.find(({ kind }) => kind === "scaleset")!;
    const own = `${await lastDay(known)}&where=${encodeURIComponent(set.filter)}&limit=100`;
    const { rows } = await ask<TableAnswer>(known, `/api/v1/table/machines?${own}`);
    const instances = rows.filter(({ keys: [machine] }) => machine!.startsWith(`${set.name}_`));
    expect(instances.length).toBeGreaterThan(0);
    const { page } = await go(`${known}/topology?${inside}&chosen=${encodeURIComponent(set.id)}`);
    const list = page.getByRole("region", { name: "Instances", exact: true }).locator("tr");
    await list.first().waitFor();
    await expect.poll(() => list.count()).toBe(instances.length);
    for (const [i, { keys, all }] of instances.entries()) {
      const row = await list.nth(i).textContent();
      expect(row).toContain(keys[0]!.slice(keys[0]!.lastIndexOf("/") + 1));
      expect(row).toContain(formatMeasure(all.total.flows, "flows"));
    }
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

  test("two fingers zoom it", async () => {
    const { page } = await go(`${known}/topology`, { hasTouch: true });
    await picture(page).waitFor();
    await pinch(page, picture(page), 2);
    const zoom = () => Number(new URL(page.url()).searchParams.get("sight")?.split(",")[0] ?? 1);
    await expect.poll(zoom).toBeGreaterThan(1.7);
    expect(zoom()).toBeLessThan(2.3);
  });

  test("what is shown is chosen by connection and state, each with how many it leaves, and kept in the link", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    await picture(page).waitFor();
    const nodes = new Map(want.nodes.map((each) => [each.id, each]));
    const count = (kind: Connection) =>
      want.edges.filter((edge) => connectionOf(edge, nodes.get(edge.from)!, nodes.get(edge.to)!) === kind).length;
    const ribbon = page.getByRole("group", { name: "What is shown" });
    const lines = picture(page).locator("[data-edge]");
    const all = await lines.count();
    const external = ribbon.locator("[data-switch='external']");
    expect(await external.textContent()).toBe(`External${formatInteger(count("external"))}`);
    expect(count("external")).toBeGreaterThan(0);
    await external.click();
    await expect.poll(() => lines.count()).toBe(all - count("external"));
    await page.getByText(/switched off/).waitFor();
    expect(new URL(page.url()).searchParams.get("switched")).toBe("external");
    await page.reload();
    await picture(page).waitFor();
    expect(await lines.count()).toBe(all - count("external"));
    await ribbon.locator("[data-switch='external']").click();
    await expect.poll(() => lines.count()).toBe(all);
  });

  test("flows are filtered by what the filter can say, beside the numbers that each choice leaves", async () => {
    const { page } = await go(`${known}/topology`);
    await picture(page).waitFor();
    await page.getByRole("button", { name: "Filter flows" }).click();
    const types = await ask<TableAnswer>(known, `/api/v1/table/types?${await lastDay(known)}`);
    const decision = page.getByRole("combobox", { name: "Decision" });
    await expect
      .poll(() => decision.locator("option").allTextContents())
      .toEqual([
        "All",
        `Allowed · ${formatMeasure(types.all.allowed.flows, "flows")}`,
        `Blocked · ${formatMeasure(types.all.denied.flows, "flows")}`,
      ]);
    await decision.selectOption("denied");
    await expect.poll(() => new URL(page.url()).searchParams.get("where")).toBe("status = denied");
    const denied = await answerOf(known, "&where=status+%3D+denied");
    await page
      .getByText(`${formatInteger(denied.distinct)} pairs with ${formatMeasure(denied.total.flows, "flows")}`)
      .waitFor();
    await decision.selectOption("allowed");
    await expect.poll(() => new URL(page.url()).searchParams.get("where")).toBe("status = allowed");
    await page.getByRole("checkbox", { name: /^Malicious only/ }).check();
    await expect.poll(() => new URL(page.url()).searchParams.get("where")).toBe("status = allowed and malicious");
    expect(await violations(page)).toEqual([]);
  });

  test("a box says the numbers of what the pointer is over, or the focus on", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const hub = want.nodes.find((one) => one.hub)!;
    const box = page.locator("[data-hover]");
    await picture(page).locator(`[data-node="${hub.id}"]`).hover();
    await box.waitFor();
    expect(await box.textContent()).toContain(formatMeasure(hub.total.flows, "flows"));
    await page.mouse.move(5, 5);
    await box.waitFor({ state: "detached" });
    await picture(page).locator(`[data-node="${hub.id}"]`).focus();
    await box.waitFor();
    const edge = want.edges.find(({ from, to, all }) => from !== to && all.total.flows > 0)!;
    await picture(page)
      .locator(`[data-edge="${keyOf(edge)}"]`)
      .dispatchEvent("pointerover", { bubbles: true });
    await expect.poll(() => box.textContent()).toContain(formatMeasure(edge.all.total.flows, "flows"));
  });

  test("what is chosen has its sources, ports and rules, as the API says", async () => {
    const want = await answerOf(known);
    const hub = want.nodes.find((one) => one.hub)!;
    const { page } = await go(`${known}/topology?chosen=${encodeURIComponent(hub.id)}`);
    const own = `${await lastDay(known)}&where=${encodeURIComponent(hub.filter)}&limit=5`;
    for (const [title, split, sort] of [
      ["Top sources", "hosts", "allowedOut"],
      ["Application protocols", "ports", "total"],
      ["Rules that decided", "rules", "total"],
    ] as const) {
      const { rows } = await ask<TableAnswer>(known, `/api/v1/table/${split}?${own}&sort=${sort}`);
      expect(rows.length, title).toBeGreaterThan(0);
      const list = page.getByRole("region", { name: title, exact: true }).locator("tbody td");
      const numbers = rows.map(({ all }) => all[sort].flows).filter((flows) => flows > 0);
      await expect
        .poll(() => list.allTextContents(), { message: title })
        .toEqual(numbers.map((flows) => formatMeasure(flows, "flows")));
    }
    await page.getByRole("link", { name: "Blocked flows" }).click();
    await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor();
    expect(new URL(page.url()).searchParams.get("where")).toBe(`${hub.filter} and status = denied`);
  });

  test("a name that is typed leads to its node", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const one = want.nodes.find(({ kind, hub }) => kind === "vnet" && !hub)!;
    const search = page.getByRole("combobox", { name: "Go to" });
    await search.fill("nothing like it");
    await page.getByText("nothing is called so").waitFor();
    await search.fill(shortName(one));
    await search.press("Enter");
    await expect.poll(() => new URL(page.url()).searchParams.get("chosen")).toBe(one.id);
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["node"]);
    await expect.poll(focused).toBe(one.id);
  });

  test("is used with keys alone: from node to node, line to line, and between what is shown and the picture", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    const hub = want.nodes.find((one) => one.hub)!;
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["node"]);
    const chosen = () => new URL(page.url()).searchParams.get("chosen");
    await picture(page).locator(`[data-node="${hub.id}"]`).focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(focused).not.toBe(hub.id);
    expect(await focused()).toBeDefined();
    await picture(page).locator(`[data-node="${hub.id}"]`).focus();
    await page.keyboard.press("Shift+L");
    await expect.poll(chosen).toContain(hub.id);
    const first = chosen();
    const line = want.edges.find((edge) => keyOf(edge) === first)!;
    const box = page.locator("[data-hover]");
    await expect.poll(() => box.textContent()).toContain(formatMeasure(line.all.total.flows, "flows"));
    expect(await box.textContent(), "the box is that of the line").toContain("Allowed, from");
    await page.keyboard.press("Shift+L");
    await expect.poll(chosen).not.toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(chosen).toBeNull();
    await page.keyboard.press("Control+F6");
    const inRibbon = () =>
      page.evaluate(() => document.activeElement?.closest("[aria-label='What is shown']") !== null);
    await expect.poll(inRibbon).toBe(true);
    await page.keyboard.press("Control+F6");
    await expect.poll(inRibbon).toBe(false);
    expect(await focused()).toBeDefined();
    await page.keyboard.press("?");
    await page.getByText("between what is shown and the picture").waitFor();
    await page.keyboard.press("+");
    await expect.poll(() => new URL(page.url()).searchParams.get("sight")).toMatch(/^1\.25,/);
    await page.reload();
    await expect.poll(() => picture(page).getAttribute("viewBox")).not.toMatch(/^0 0 /);
  });

  test("is saved as SVG, PNG and JSON", async () => {
    const { page } = await go(`${known}/topology`);
    const want = await answerOf(known);
    await picture(page).waitFor();
    const save = async (format: string) => {
      const button = page.getByRole("button", { name: `Save as ${format}` });
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    };
    const svg = (await save("SVG")).toString();
    for (const one of want.nodes) expect(svg).toContain(`data-node="${one.id}"`);
    expect((await save("PNG")).subarray(1, 4).toString()).toBe("PNG");
    expect((JSON.parse((await save("JSON")).toString()) as MapAnswer).nodes.length).toBe(want.nodes.length);
  });

  test("a very large one is drawn where it is read, found and opened as a small one is", async () => {
    const { page } = await go(`${known}/data`);
    await page.route("**/api/v1/map/networks*", (route) =>
      route.fulfill({ json: estate(["*"], Number(new URL(route.request().url()).searchParams.get("limit"))) }),
    );
    await page.goto(`${known}/topology`);
    await picture(page).waitFor();
    expect(await picture(page).getAttribute("data-many")).toBe("true");
    expect(await picture(page).locator("[data-node]").count(), "too small to be read").toBe(0);
    await page.getByText(/18,000 smaller ones/).waitFor();
    const { nodes } = estate(["*"], 1);
    const one = nodes.find(({ kind }) => kind === "subnet")!;
    const search = page.getByRole("combobox", { name: "Go to" });
    await search.fill(one.name);
    await search.press("Enter");
    await picture(page).locator(`[data-node="${one.id}"]`).waitFor();
    await expect.poll(() => picture(page).locator("[data-node]").count()).toBeGreaterThan(5);
    expect(await picture(page).locator("[data-node]").count()).toBeLessThan(nodes.length / 2);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as SVG" }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const svg = Buffer.concat(chunks).toString();
    expect(svg.match(/data-node=/g)!.length, "a file has all of them").toBeGreaterThan(2000);
    expect(svg.match(/data-edge=/g)!.length).toBe(2000);
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
