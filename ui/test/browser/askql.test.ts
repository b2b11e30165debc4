// From a widget to its question in KQL, on the real server: the query has the numbers that the widget shows.

import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { HostsAnswer } from "../../src/api/types";
import { formatInteger } from "../../src/lib/format";
import { ask, lastDay } from "./ask";
import { violations, visitor } from "./browser";

const known = inject("weirKnown");

const go = visitor();

const dialog = (page: Page, what: string) => page.getByRole("dialog", { name: `${what} as KQL` });

async function textOf(page: Page, what: string): Promise<string> {
  await page.getByRole("button", { name: `Show ${what} as KQL`, exact: true }).click();
  const text = dialog(page, what).locator("pre");
  await expect.poll(() => text.textContent()).toMatch(/^(let \w+ = )?traffic\b/);
  return (await text.textContent())!;
}

/** The rows that a query has, by the names of its columns. */
async function rowsOf(query: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${known}/v1/workspaces/weir/query`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  const { tables } = (await response.json()) as { tables: { columns: { name: string }[]; rows: unknown[][] }[] };
  const { columns, rows } = tables[0]!;
  return rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i]!.name, value])));
}

describe("a widget as KQL", () => {
  test("has the numbers that the widget shows, here and on the page Search", async () => {
    const { page } = await go(known);
    const table = page.getByRole("region", { name: "Top hosts" });
    await table.locator("tbody tr").first().waitFor();
    const text = await textOf(page, "top hosts");
    const rows = await rowsOf(text);
    const { rows: shown } = await ask<HostsAnswer>(known, `/api/v1/top/hosts?${await lastDay(known)}&limit=10`);
    const of = (each: readonly { address: unknown; flows: unknown }[]) =>
      each.map(({ address, flows }) => `${String(address)} ${String(flows)}`).toSorted();
    expect(of(rows as { address: unknown; flows: unknown }[])).toEqual(
      of(shown.map(({ address, total }) => ({ address, flows: total.flows }))),
    );
    expect(await violations(page)).toEqual([]);

    await dialog(page, "top hosts").getByRole("link", { name: "Open in Search" }).click();
    await page.waitForURL(/\/search\?/);
    expect(new URL(page.url()).searchParams.get("timespan")).toBe("query");
    const first = shown[0]!;
    const answer = page.getByRole("row").filter({ hasText: first.address }).first();
    await answer.waitFor();
    expect((await answer.textContent())!.replaceAll(/\D/g, "")).toContain(
      formatInteger(first.total.flows).replaceAll(/\D/g, ""),
    );
  });

  test.each([
    { path: "/?where=port+%3D+443", what: "traffic over time", has: "| where port == 443" },
    { path: "/hosts?tab=vnets", what: "VNets", has: "by vnet" },
    { path: "/rules", what: "rules", has: "| where first_record" },
    { path: "/map", what: "the map", has: "strcat('region:'" },
    { path: "/flows", what: "flows", has: "| sort by interval_start desc" },
  ])("is of $what at $path, is answered, and does not move", async ({ path, what, has }) => {
    const { page } = await go(`${known}${path}`);
    const text = await textOf(page, what);
    expect(text).toContain(has);
    const box = () => dialog(page, what).boundingBox();
    const before = await box();
    await dialog(page, what).getByRole("link", { name: "Open in Search" }).waitFor();
    expect(await box()).toEqual(before);
    await rowsOf(text);
  });
});
