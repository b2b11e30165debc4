// The pages of security rules and of what is open to the internet, on the real server: every number against what
// the API says.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { OpenAnswer, RuleUsesAnswer } from "../../src/api/types";
import { formatMeasure } from "../../src/lib/format";
import { portNumbers } from "../../src/lib/port";
import { ask, lastDay } from "./ask";
import { violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

const rowsOf = (page: Page) => page.getByRole("region", { name: /, all rows$/ }).locator("tbody tr[data-row]");

/** What the page says in a column of each row. */
const seen = (page: Page, column: string) => rowsOf(page).locator(`[data-column="${column}"]`).allTextContents();

let range: string;
beforeAll(async () => {
  range = await lastDay(known);
});

describe("rules", () => {
  const tabs = { hit: "total", blocking: "denied", unused: "last", shadowed: "key", all: "key" };
  test.each(Object.entries(tabs))("%s are those of the API, in its order", async (show, sort) => {
    const want = await ask<RuleUsesAnswer>(known, `/api/v1/rules?${range}&show=${show}&sort=${sort}&limit=100`);
    expect(want.rows.length, "rules in the data of the test").toBeGreaterThan(0);
    const { page } = await go(`${known}/rules?tab=${show}`);
    await rowsOf(page).first().waitFor();
    const names = await rowsOf(page).locator("th span[title]").allTextContents();
    expect(names.filter((_, i) => i % 2 === 0)).toEqual(want.rows.map(({ rule }) => rule));
    expect(await seen(page, "allowed")).toEqual(want.rows.map(({ allowed }) => formatMeasure(allowed.flows, "flows")));
    expect(await seen(page, "denied")).toEqual(want.rows.map(({ denied }) => formatMeasure(denied.flows, "flows")));
    expect(await seen(page, "priority")).toEqual(want.rows.map(({ text }) => String(text?.priority ?? "")));
  });

  test("say below themselves what the inventory says, and lead to their pairs", async () => {
    const { page } = await go(`${known}/rules?tab=shadowed`);
    await rowsOf(page).getByRole("button", { name: "More" }).first().click();
    await page.getByText("AllowDnsInBound before it has all of its flows, and decide otherwise").waitFor();
    expect(await violations(page)).toEqual([]);
    const { page: other } = await go(`${known}/rules`);
    await rowsOf(other).getByRole("button", { name: "More" }).first().click();
    const [row] = (await ask<RuleUsesAnswer>(known, `/api/v1/rules?${range}&show=hit&limit=1`)).rows;
    await other.getByRole("link", { name: "Top pairs" }).click();
    await other.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();
    expect(new URL(other.url()).searchParams.get("where")).toBe(row!.filter);
  });

  test("without an inventory none is never hit, and it is said where they come from", async () => {
    const { page } = await go(`${weir}/rules?tab=unused`);
    expect(await page.getByText(/Rules that nothing hits/).textContent()).toContain("weir topology import");
  });
});

describe("open to the internet", () => {
  test("ports are those of the API, with who came and why", async () => {
    const want = await ask<OpenAnswer>(known, `/api/v1/open?${range}&limit=100`);
    expect(want.counts.used).toBeGreaterThan(0);
    expect(want.counts.unused).toBeGreaterThan(0);
    const { page } = await go(`${known}/open`);
    await rowsOf(page).first().waitFor();
    expect(await seen(page, "total")).toEqual(want.rows.map(({ total }) => formatMeasure(total.flows, "flows")));
    expect(await seen(page, "sources")).toEqual(want.rows.map(({ sources }) => formatMeasure(sources, "flows")));
    const ports = await seen(page, "port");
    expect(ports.map((text) => text.split(" ")[0])).toEqual(want.rows.map(portNumbers));
    await rowsOf(page).getByRole("button", { name: "More" }).first().click();
    await page.getByText(/addresses came/).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test("what nobody used stands in a tab of its own", async () => {
    const { page } = await go(`${known}/open?tab=unused`);
    await rowsOf(page).first().waitFor();
    expect(await seen(page, "port")).toEqual(["3389 TCP ms-wbt-server"]);
    expect((await seen(page, "why"))[0]).toBe("public address pip-jump-01 by AllowRdpFromOffice (120)");
  });

  test("without an inventory there is what was reached, and it is said so", async () => {
    const { page } = await go(`${weir}/open`);
    await rowsOf(page).first().waitFor();
    expect(await page.getByText(/^What is open though nobody came/).textContent()).toContain("known from an inventory");
  });
});
