// The rows behind every number, on the real server: what is shown against what the API says.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { FindingsAnswer, FlowsAnswer, TrafficAnswer } from "../../src/api/types";
import { formatInteger } from "../../src/lib/format";
import { ask, lastDay } from "./ask";
import { violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

const rows = (page: Page) => page.getByRole("region", { name: "Flows, all rows" }).locator("tbody tr");

async function open(query: string) {
  const made = await go(`${known}/flows?${query}`);
  await rows(made.page).first().waitFor();
  return made;
}

/** What the page says of each row: who, to whom, on which port, and how many bytes. */
const seen = (page: Page) =>
  rows(page).evaluateAll((all) =>
    all.map((row) =>
      ["initiator", "responder", "port", "bytes"]
        .map((id) => row.querySelector(`[data-column='${id}']`)!)
        .map((cell) => cell.querySelector("a")?.textContent ?? cell.querySelector("[title]")!.getAttribute("title")!),
    ),
  );

const said = ({ rows: all }: FlowsAnswer) =>
  all.map(({ initiator, responder, port, protocol, application, forward, back }) => {
    const bytes = forward.bytes + back.bytes;
    return [
      initiator,
      responder,
      application === "" ? `${port}/${protocol}` : `${port} ${application}`,
      `${formatInteger(bytes)} ${bytes === 1 ? "byte" : "bytes"}`,
    ];
  });

let range: string;
beforeAll(async () => {
  range = await lastDay(known);
});

describe("flows", () => {
  test.each(["time", "bytes"])("by %s are the API's, page after page", async (sort) => {
    const { page } = await open(sort === "time" ? "" : `sort=${sort}`);
    const first = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&sort=${sort}&limit=100&count=true`);
    expect(await seen(page)).toEqual(said(first));
    await page.getByText(`the first 100 of ${formatInteger(first.count!)}`).waitFor();
    await page.getByRole("button", { name: "Rows behind" }).click();
    const second = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&sort=${sort}&limit=100&after=${first.next}`);
    await expect.poll(() => seen(page)).toEqual(said(second));
    await page.reload();
    await rows(page).first().waitFor();
    expect(await seen(page)).toEqual(said(second));
    await page.getByRole("button", { name: "First rows" }).click();
    await expect.poll(() => seen(page)).toEqual(said(first));
  });

  test("are sorted by the server, and have every column that is chosen", async () => {
    const { page } = await open("where=denied");
    await page.getByRole("button", { name: "Flows", exact: true }).last().click();
    await expect.poll(() => new URL(page.url()).searchParams.get("sort")).toBe("flows");
    const want = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&sort=flows&where=denied&limit=100`);
    await expect.poll(() => seen(page)).toEqual(said(want));
    await page.getByRole("button", { name: "Columns" }).click();
    const chooser = page.getByRole("dialog", { name: "Columns" });
    await chooser.getByLabel("Security group").check();
    await chooser.getByLabel("Initiator country").check();
    await page.keyboard.press("Escape");
    const acl = await page.locator("tbody tr [data-column='acl']").first().textContent();
    expect(want.rows[0]!.acl.endsWith(acl!)).toBe(true);
  });

  test("say which log objects they came from", async () => {
    const made = await open("where=malicious+and+allowed");
    const { page } = made;
    await rows(page).first().getByRole("button").first().click();
    const panel = page.getByRole("dialog");
    await panel.getByText(/^Its objects are those of the ledger with this NIC and this log/).waitFor();
    const { rows: flows } = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&where=malicious+and+allowed&limit=1`);
    const object = await panel.locator("code").first().textContent();
    expect(object).toContain(`macAddress=${flows[0]!.mac}/PT1H.json`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
  });

  test("are a file with all rows", async () => {
    const { page } = await open("where=port+%3D+22");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Save all flows as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^weir-flows-.*\.csv$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().trimEnd().split("\r\n");
    const { count } = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&where=port+%3D+22&limit=1&count=true`);
    expect(lines.length).toBe(count! + 1);
    expect(lines[0]).toContain("interval_start,interval_end,initiator,");
  });

  test("that do not pass are said not to", async () => {
    const { page } = await go(`${known}/flows?where=port+%3D+3`);
    await page.getByText("No flow").first().waitFor();
    expect(await page.getByRole("region", { name: "Flows, all rows" }).count()).toBe(0);
  });

  test.each([
    { width: 390, height: 844 },
    { width: 2560, height: 1300 },
  ])("fit into $width", async (viewport) => {
    const made = await go(`${weir}/flows?range=all`, { viewport, colorScheme: "dark" });
    await rows(made.page).first().waitFor();
    await made.page.waitForLoadState("networkidle");
    expect(await violations(made.page)).toEqual([]);
    expect(await made.layoutShift()).toBeLessThan(0.02);
  });
});

describe("the way to flows", () => {
  test("is beside every value of a table", async () => {
    const { page } = await go(`${known}/malicious?tab=countries`);
    const row = page.locator("tbody tr[aria-rowindex]").first();
    await row.hover();
    await row.getByRole("button", { name: /^Filter by country/ }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Flows of" }).click();
    await page.waitForURL("**/flows?**");
    const where = new URL(page.url()).searchParams.get("where")!;
    expect(where).toMatch(/^malicious and country = /);
    await rows(page).first().waitFor();
  });

  test("is beside a finding, and its rows are its number", async () => {
    const { rows: findings } = await ask<FindingsAnswer>(known, `/api/v1/findings?${range}`);
    const finding = findings[0]!;
    const { page } = await go(known);
    await page.getByRole("link", { name: `Flows of ${finding.title}` }).click();
    await page.waitForURL("**/flows?**");
    expect(new URL(page.url()).searchParams.get("where")).toBe(finding.filter);
    await rows(page).first().waitFor();
    const where = encodeURIComponent(finding.filter);
    const all = await ask<FlowsAnswer>(known, `/api/v1/flows?${range}&where=${where}&limit=5000`);
    const flows = all.rows.reduce((sum, { counted, started }) => sum + (counted.starts ? started : 0), 0);
    expect(flows).toBe(finding.total.flows);
    const traffic = await ask<TrafficAnswer>(known, `/api/v1/traffic?${range}&where=${where}`);
    expect(traffic.totals.reduce((sum, { measures }) => sum + measures.flows, 0)).toBe(flows);
  });
});
