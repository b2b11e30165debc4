// The box for filters, and the ways from values to it, on the real server.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type {
  Completion,
  ConversationsAnswer,
  HostsAnswer,
  PortsAnswer,
  RuleUsesAnswer,
  TrafficAnswer,
  ValuesAnswer,
} from "../../src/api/types";
import { is, narrow, not } from "../../src/lib/filter";
import { formatMeasure, type Unit } from "../../src/lib/format";
import { portNumbers } from "../../src/lib/port";
import { parts, partTotals } from "../../src/traffic/series";
import { ask, lastDay } from "./ask";
import { launch, settled, violations, visit, visitor } from "./browser";

const weir = inject("weir");

const go = visitor();

const box = (page: Page) => page.getByRole("combobox", { name: "Filter" });
const whereOf = (page: Page) => new URL(page.url()).searchParams.get("where") ?? "";
const tile = (page: Page, part: string, unit: Unit = "flows") =>
  page.locator(`[data-part='${part}'] [data-unit='${unit}']`);

async function overview(query = "") {
  const made = await go(`${weir}/${query}`);
  await settled(made.page);
  return made;
}

async function write(page: Page, text: string) {
  await box(page).fill(text);
  await box(page).press("Enter");
  await expect.poll(() => whereOf(page)).toBe(text);
}

/** What the tiles must say under a filter. */
async function expectTiles(page: Page, range: string, where: string) {
  const totals = partTotals(
    await ask<TrafficAnswer>(weir, `/api/v1/traffic?${range}&where=${encodeURIComponent(where)}`),
  );
  for (const part of parts) {
    const want = formatMeasure(totals[part.id].flows, "flows");
    await expect.poll(() => tile(page, part.id).textContent(), { message: `${part.name}, ${where}` }).toContain(want);
  }
  return totals;
}

let range: string;
beforeAll(async () => {
  range = await lastDay(weir);
});

describe("the numbers under a filter", () => {
  test("are the API's, and denied flows are those of the denied tiles", async () => {
    const { page } = await overview();
    const all = await expectTiles(page, range, "");
    await write(page, "denied");
    const denied = await expectTiles(page, range, "denied");
    expect(denied.deniedIn.flows, "denied flows in the data of the test").toBeGreaterThan(0);
    expect(denied).toEqual({
      ...all,
      allowedIn: { flows: 0, packets: 0, bytes: 0 },
      allowedOut: { flows: 0, packets: 0, bytes: 0 },
    });
    const top = await ask<PortsAnswer>(weir, `/api/v1/top/ports?${range}&where=denied`);
    const ports = page.getByRole("region", { name: "Top ports", exact: true });
    await expect
      .poll(() => ports.locator("tfoot tr").last().locator("[data-unit='flows']").textContent())
      .toBe(formatMeasure(top.total.flows, "flows"));
    expect(top.total.flows).toBe(denied.deniedIn.flows + denied.deniedOut.flows);
  });

  test("change against the period before under the same filter", async () => {
    const { page } = await go(`${weir}/?range=6h&where=denied`);
    await settled(page);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.reload();
    await settled(page);
    const questions = asked.map((url) => new URL(url)).filter(({ pathname }) => /\/(traffic|top\/.*)$/.test(pathname));
    expect(questions.filter(({ pathname }) => pathname.endsWith("/traffic")).length).toBe(2);
    expect(questions.length).toBe(6);
    for (const { searchParams } of questions) expect(searchParams.get("where")).toBe("denied");
  });

  test("stay with the reader from page to page, and in files", async () => {
    const { page } = await overview("?where=denied");
    for (const name of ["Hosts", "Conversations", "Ports", "Rules"]) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
      const table = { Hosts: "Addresses", Conversations: "All pairs", Rules: "Rules, most hit" }[name] ?? name;
      await page.getByRole("region", { name: `${table}, all rows` }).waitFor();
      expect(whereOf(page)).toBe("denied");
      expect(await box(page).inputValue()).toBe("denied");
    }
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save rules as JSON" }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const saved = JSON.parse(Buffer.concat(chunks).toString()) as { where: string; rows: Record<string, number>[] };
    expect(saved.where).toBe("denied");
    expect([...new Set(saved.rows.map((row) => row["allowed flows"]))]).toEqual([0]);
  });
});

describe("the box", () => {
  test("is reached with a slash, offers examples, and takes one at once", async () => {
    const { page } = await overview();
    await page.getByRole("radio", { name: "Bytes" }).check();
    await page.keyboard.press("/");
    expect(await box(page).evaluate((it) => it === document.activeElement)).toBe(true);
    const examples = page.getByRole("group", { name: "Examples" });
    await examples.waitFor();
    expect(await violations(page)).toEqual([]);
    await examples.getByRole("option", { name: /^denied/ }).click();
    await expect.poll(() => whereOf(page)).toBe("denied");
    expect(await box(page).getAttribute("aria-expanded")).toBe("false");
  });

  test("every example is a filter", async () => {
    const { page } = await overview();
    await box(page).focus();
    const examples = page.getByRole("group", { name: "Examples" }).locator("code");
    await examples.first().waitFor();
    for (const text of await examples.allTextContents()) {
      const { fault } = await ask<{ fault: unknown }>(weir, `/api/v1/complete?text=${encodeURIComponent(text)}`);
      expect(fault, text).toBeNull();
    }
  });

  test("is written with the keyboard alone", async () => {
    const { page } = await overview();
    await box(page).focus();
    await page.keyboard.type("deni");
    await page.getByRole("option", { name: /^denied/ }).waitFor();
    await page.keyboard.press("Tab");
    expect(await box(page).inputValue()).toBe("denied ");
    await page.keyboard.type("and proto");
    await page.getByRole("option", { name: /^protocol/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    const active = await box(page).getAttribute("aria-activedescendant");
    expect(await page.locator(`[id='${active}']`).getAttribute("aria-selected")).toBe("true");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    expect(await box(page).inputValue()).toBe("denied and protocol ");
    await page.getByRole("option", { name: "= equal", exact: true }).waitFor();
    await page.keyboard.type("= ");
    await page.getByRole("option", { name: "TCP", exact: true }).waitFor();
    await page.keyboard.type("tc");
    await page.getByRole("option", { name: "UDP", exact: true }).waitFor({ state: "detached" });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect.poll(() => whereOf(page)).toBe("denied and protocol = TCP");
    await expectTiles(page, range, "denied and protocol = TCP");
  });

  test("completes what is stored, with the keyboard alone", async () => {
    const { page } = await overview();
    const stored = async (field: string, begin: string) =>
      (await ask<ValuesAnswer>(weir, `/api/v1/values?field=${field}&begin=${begin}`)).rows;
    const all = await stored("rule", "");
    expect(all.length, "rules in the data of the test").toBeGreaterThan(1);
    await box(page).focus();
    await page.keyboard.type("rule = ");
    const options = page.getByRole("listbox", { name: "What can be written here" }).getByRole("option");
    await expect
      .poll(() => options.locator("code").allTextContents())
      .toEqual(all.map(({ text }) => is("rule", text).text.replace("rule = ", "")));
    expect(await violations(page)).toEqual([]);
    const [{ text }] = all as [(typeof all)[0]];
    await page.keyboard.type(text.slice(0, 3).toLowerCase());
    // Before, the list was that of all rules, which may begin with the same one.
    const fitting = await stored("rule", text.slice(0, 3));
    const [first] = fitting;
    await expect.poll(() => options.count()).toBe(fitting.length);
    await expect.poll(() => options.first().locator("code").textContent()).toBe(first!.text);
    await page.keyboard.press("Tab");
    const where = is("rule", first!.text).text;
    await expect.poll(() => box(page).inputValue()).toBe(`${where} `);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect.poll(() => whereOf(page)).toBe(where);
    await expectTiles(page, range, where);
    // Addresses by their beginning.
    const { rows } = await ask<HostsAnswer>(weir, `/api/v1/top/hosts?${range}&limit=1`);
    const address = rows[0]!.address;
    await box(page).fill(`src = ${address.slice(0, -1)}`);
    await page.getByRole("option", { name: address, exact: true }).waitFor();
  });

  test("puts in what people call things, whatever its letters", async () => {
    const { page } = await overview();
    const name = String.raw`"o'brien \"größe\", 网络\\"`;
    const answer: Completion = {
      suggestions: [{ text: name, start: 7, end: 7, detail: `sub/rg/${"long-name-".repeat(30)}` }],
      fault: null,
    };
    await page.route(
      ({ searchParams }) => searchParams.get("text") === "vnet = ",
      (route) => route.fulfill({ json: answer }),
    );
    await box(page).focus();
    await page.keyboard.type("vnet = ");
    await page.getByRole("option", { name: "o'brien" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      page.viewportSize()!.width,
    );
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await box(page).inputValue()).toBe(`vnet = ${name} `);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect.poll(() => whereOf(page)).toBe(`vnet = ${name}`);
  });

  test("goes back to what holds with Escape, and is cleared with its cross", async () => {
    const { page } = await overview("?where=denied");
    await box(page).fill("allowed and");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await box(page).inputValue()).toBe("denied");
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await expect.poll(() => page.url()).not.toContain("where");
    expect(await box(page).inputValue()).toBe("");
    await expectTiles(page, range, "");
    await page.goBack();
    await expect.poll(() => box(page).inputValue()).toBe("denied");
  });

  test("leaves the way of Tab free where there is nothing to take", async () => {
    const { page } = await overview("?where=denied");
    await box(page).focus();
    await page.keyboard.press("Tab");
    expect(await box(page).evaluate((it) => it === document.activeElement)).toBe(false);
  });

  test("says what is wrong, marks the word, and leaves the page as it is", async () => {
    const { page } = await overview("?where=denied");
    const before = await tile(page, "deniedIn").textContent();
    await box(page).fill("denied and prot = 22");
    await page.keyboard.press("Enter");
    await page.getByText('There is no field "prot"').or(page.getByText('there is no field "prot"')).waitFor();
    expect(await page.locator("mark").textContent()).toBe("prot");
    expect(await box(page).getAttribute("aria-invalid")).toBe("true");
    // What is wrong is what is written over.
    await page.keyboard.type("port");
    expect(await box(page).inputValue()).toBe("denied and port = 22");
    expect(whereOf(page)).toBe("denied");
    expect(await tile(page, "deniedIn").textContent()).toBe(before);
  });

  test("says nothing of a word that is being written", async () => {
    const { page } = await overview();
    await box(page).focus();
    await page.keyboard.type("malic");
    await page.getByRole("option", { name: /^malicious/ }).waitFor();
    expect(await box(page).getAttribute("aria-invalid")).toBe("false");
    await page.keyboard.type(" ");
    await expect.poll(() => box(page).getAttribute("aria-invalid")).toBe("true");
  });

  test("moves nothing, and fits on a phone", async () => {
    const { page, layoutShift } = await go(`${weir}/hosts?where=denied`, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    await page.getByRole("region", { name: "Addresses, all rows" }).waitFor();
    const top = (await page.getByRole("region", { name: "Totals" }).boundingBox())!.y;
    await box(page).fill("denied and vn");
    await page.getByRole("option", { name: /^vnet/ }).waitFor();
    expect((await page.getByRole("region", { name: "Totals" }).boundingBox())!.y).toBe(top);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    expect(await layoutShift()).toBeLessThan(0.01);
  });
});

describe("where nothing is left", () => {
  test("the page says so, and the filter goes with a button", async () => {
    const { page } = await go(`${weir}/ports?where=port+%3D+1+and+port+%3D+2`);
    await page.getByRole("heading", { name: "No flows pass the filter" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("main").getByRole("button", { name: "Clear the filter" }).last().click();
    await page.getByRole("region", { name: "Ports, all rows" }).waitFor();
    expect(page.url()).toBe(`${weir}/ports`);
  });

  test("an address with a filter that is none says what is wrong", async () => {
    // The browser complains of every answer that refuses.
    const browser = await launch();
    const { page } = await visit(browser, `${weir}/?where=vent+%3D+hub`);
    await page.getByRole("heading", { name: "The filter cannot be read" }).waitFor();
    await page.getByText("the nearest is vnet").filter({ visible: true }).waitFor();
    expect(await page.locator("mark").textContent()).toBe("vent");
    await page.getByRole("main").getByRole("button", { name: "Clear the filter" }).last().click();
    await settled(page);
    expect(page.url()).toBe(`${weir}/`);
    await browser.close();
  });
});

describe("a value leads to its flows", () => {
  const rowOf = (page: Page, name: string) =>
    page
      .getByRole("region", { name: `${name}, all rows` })
      .locator("tbody tr[aria-rowindex]")
      .first();

  async function open(name: string, table = name, query = "") {
    const made = await go(`${weir}/${name.toLowerCase()}${query}`);
    await rowOf(made.page, table).waitFor();
    return made.page;
  }

  test("a host, and then all others", async () => {
    const page = await open("Hosts", "Addresses");
    const { rows } = await ask<HostsAnswer>(weir, `/api/v1/top/hosts?${range}`);
    const term = is("ip", rows[0]!.address).text;
    await rowOf(page, "Addresses").hover();
    await rowOf(page, "Addresses")
      .getByRole("button", { name: `Filter by host ${rows[0]!.address}` })
      .click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Only this" }).click();
    await expect.poll(() => whereOf(page)).toBe(term);
    const only = await expectTiles(page, range, term);
    await rowOf(page, "Addresses").hover();
    await rowOf(page, "Addresses")
      .getByRole("button", { name: /^Filter by/ })
      .click();
    await page.getByRole("button", { name: "Not this" }).click();
    await expect.poll(() => whereOf(page)).toBe(not(term));
    const others = await expectTiles(page, range, not(term));
    const all = partTotals(await ask<TrafficAnswer>(weir, `/api/v1/traffic?${range}`));
    for (const { id } of parts) expect(only[id].flows + others[id].flows).toBe(all[id].flows);
  });

  test("a port with its protocol, beside what is filtered already", async () => {
    const page = await open("Ports", "Ports", "?where=allowed");
    const { rows } = await ask<PortsAnswer>(weir, `/api/v1/top/ports?${range}&where=allowed`);
    const port = rows[0]!;
    await rowOf(page, "Ports")
      .getByRole("button", { name: /^Filter by/ })
      .focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Only this" }).first().click();
    const want = `allowed and port = ${portNumbers(port)} and protocol = ${port.protocol}`;
    await expect.poll(() => whereOf(page)).toBe(want);
    const totals = await expectTiles(page, range, want);
    expect(totals.allowedIn.flows + totals.allowedOut.flows).toBe(port.total.flows);
    await expect
      .poll(() => page.getByRole("region", { name: "Ports, all rows" }).locator("table").getAttribute("aria-rowcount"))
      .toBe("2");
  });

  test("a rule", async () => {
    const { page } = await go(`${weir}/rules`);
    const { rows } = await ask<RuleUsesAnswer>(weir, `/api/v1/rules?${range}&show=hit&limit=100`);
    const row = page.getByRole("region", { name: "Rules, most hit, all rows" }).locator("tbody tr").first();
    await row.hover();
    await row.getByRole("button", { name: /^Filter by/ }).click();
    await page.getByRole("button", { name: "Only this" }).click();
    await expect.poll(() => whereOf(page)).toBe(rows[0]!.filter);
  });

  test("a conversation, on the Overview", async () => {
    const { page } = await overview();
    const { rows } = await ask<ConversationsAnswer>(weir, `/api/v1/top/conversations?${range}`);
    const { initiator, responder, total } = rows[0]!;
    const row = page.getByRole("region", { name: "Top conversations" }).locator("tbody tr").first();
    await row.hover();
    await row.getByRole("button", { name: /^Filter by/ }).click();
    await page.getByRole("button", { name: "Only this" }).first().click();
    const want = `src = ${initiator} and dst = ${responder}`;
    await expect.poll(() => whereOf(page)).toBe(want);
    const totals = await expectTiles(page, range, want);
    expect(parts.reduce((sum, { id }) => sum + totals[id].flows, 0)).toBe(total.flows);
  });

  test("an address, from its panel", async () => {
    const page = await open("Hosts", "Addresses");
    const link = rowOf(page, "Addresses").getByRole("link").first();
    const address = (await link.textContent())!;
    await link.click();
    await page.getByRole("dialog").getByRole("button", { name: "Not this" }).click();
    await expect.poll(() => whereOf(page)).toBe(`not ip = ${address}`);
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("whatever a value holds, the term is a filter that means it", async () => {
    for (const value of [
      "hub",
      "a b",
      'say "no"',
      "back\\slash",
      "not",
      "a,b",
      "größe",
      "web*",
      "😀",
      "",
      "x=y",
      "(z)",
    ]) {
      for (const text of [
        is("vm", value).text,
        not(is("vm", value).text),
        narrow("denied or external", is("vm", value).text),
      ]) {
        const { fault } = await ask<{ fault: unknown }>(weir, `/api/v1/complete?text=${encodeURIComponent(text)}`);
        expect(fault, text).toBeNull();
      }
      const { where } = await ask<TrafficAnswer>(
        weir,
        `/api/v1/traffic?where=${encodeURIComponent(is("vm", value).text)}`,
      );
      expect(where, "as the server writes it").toBe(is("vm", value).text);
    }
  });
});
