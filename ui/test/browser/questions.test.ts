// The pages of the questions, on the real server: every number against what
// the API says.

import type { Download, Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { ConversationsAnswer, TrafficAnswer } from "../../src/api/types";
import { formatInteger, formatMeasure, type Measures, type Unit, units } from "../../src/lib/format";
import { parts, partTotals } from "../../src/traffic/series";
import { ask, lastDay } from "./ask";
import { settled, violations, visitor } from "./browser";

const [weir, weirEmpty] = [inject("weir"), inject("weirEmpty")];

const go = visitor();

interface Answer {
  rows: { name: string; total: Measures }[];
  distinct: number;
  total: Measures;
  other: Measures;
}

interface Case {
  name: string;
  ask: (range: string, by: Unit) => Promise<Answer>;
}

const top = <T>(name: string, range: string, by: Unit) =>
  ask<T>(weir, `/api/v1/top/${name}?${range}&by=${by}&limit=1000`);

const cases: Case[] = [
  {
    name: "Conversations",
    ask: async (range, by) => {
      const answer = await top<ConversationsAnswer>("conversations", range, by);
      return { ...answer, rows: answer.rows.map(({ initiator, total }) => ({ name: initiator, total })) };
    },
  },
];

const box = (page: Page, name: string) => page.getByRole("region", { name: `${name}, all rows`, exact: true });
const rowsOf = (page: Page, name: string) => box(page, name).locator("tbody tr[aria-rowindex]");
const columnsOf = (page: Page) => page.locator("table thead th").allTextContents();

async function open(name: string, query = "") {
  const path =
    name === "Conversations"
      ? `conversations?tab=conversations${query.replace("?", "&")}`
      : `${name.toLowerCase()}${query}`;
  const made = await go(`${weir}/${path}`);
  await rowsOf(made.page, name).first().waitFor();
  return made;
}

async function linesOf(download: Download): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function save(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await linesOf(download) };
}

let range: string;
beforeAll(async () => {
  range = await lastDay(weir);
});

describe.each(cases)("$name", ({ name, ask: askAll }) => {
  test("says what the API says: totals, every row in its order, and sums", async () => {
    const { page } = await open(name);
    const traffic = partTotals(await ask<TrafficAnswer>(weir, `/api/v1/traffic?${range}`));
    for (const part of parts) {
      const tile = page.locator(`[data-part='${part.id}']`);
      for (const unit of units) expect(await tile.textContent()).toContain(formatMeasure(traffic[part.id][unit], unit));
    }
    const answer = await askAll(range, "flows");
    const table = box(page, name).locator("table");
    expect(await table.getAttribute("aria-rowcount")).toBe(String(answer.rows.length + 1));

    // One row after another, as somebody sees them who scrolls.
    const seen = new Map<number, { name: string; values: string[] }>();
    while (seen.size < answer.rows.length) {
      const before = seen.size;
      const drawn = await rowsOf(page, name).evaluateAll((rows) =>
        rows.map((row) => ({
          at: Number(row.getAttribute("aria-rowindex")) - 2,
          name: row.querySelector("th")!.textContent,
          values: ["flows", "packets", "bytes"].map((id) =>
            row.querySelector(`[data-column='${id}'] [title]`)!.getAttribute("title")!,
          ),
        })),
      );
      for (const { at, ...row } of drawn) seen.set(at, row);
      if (seen.size === answer.rows.length) break;
      await box(page, name).evaluate((it) => it.scrollBy(0, it.clientHeight));
      await expect
        .poll(async () => Number(await rowsOf(page, name).last().getAttribute("aria-rowindex")) - 1)
        .toBeGreaterThan(before);
    }
    for (const [i, row] of answer.rows.entries()) {
      expect(seen.get(i)!.name, `row ${i}`).toContain(row.name);
      for (const [u, unit] of units.entries()) {
        expect(seen.get(i)!.values[u], `row ${i} ${unit}`).toContain(formatInteger(row.total[unit]));
      }
    }
    const all = box(page, name).locator("tfoot tr").last();
    for (const unit of units) {
      expect(await all.locator(`[data-unit='${unit}']`).textContent()).toBe(formatMeasure(answer.total[unit], unit));
    }
    expect(await box(page, name).locator("tfoot tr").count()).toBe(answer.distinct > answer.rows.length ? 2 : 1);
  });

  test("is ranked by the unit whose head is chosen", async () => {
    const { page } = await open(name);
    await box(page, name).getByRole("button", { name: "Bytes" }).click();
    await expect.poll(() => page.url()).toContain("unit=bytes");
    const [first] = (await askAll(range, "bytes")).rows;
    await expect
      .poll(() => rowsOf(page, name).first().locator("[data-column='bytes']").textContent())
      .toBe(formatMeasure(first!.total.bytes, "bytes"));
    await page.getByRole("heading", { level: 2, name: `${name} by bytes` }).waitFor();
    expect(await box(page, name).locator("th[aria-sort='descending']").textContent()).toBe("Bytes");
  });

  test("is saved as it is shown, as CSV and JSON", async () => {
    const { page } = await open(name, "?columns=flows,bytes");
    const answer = await askAll(range, "flows");
    const csv = await save(page, `Save ${name.toLowerCase()} as CSV`);
    expect(csv.name).toMatch(new RegExp(`^weir-${name.toLowerCase()}-.*\\.csv$`));
    const lines = csv.text.trimEnd().split("\r\n");
    expect(lines[0]).toMatch(/,flows,bytes$/);
    const rest = answer.distinct > answer.rows.length ? 1 : 0;
    expect(lines.length).toBe(1 + answer.rows.length + rest);
    const sum = lines.slice(1).reduce((all, line) => all + Number(line.split(",").at(-1)), 0);
    expect(sum, "rows and the rest are all").toBe(answer.total.bytes);

    const json = await save(page, `Save ${name.toLowerCase()} as JSON`);
    const saved = JSON.parse(json.text) as { rows: { flows: number; bytes: number }[]; other: Measures | null };
    expect(saved.rows.map(({ flows, bytes }) => [flows, bytes])).toEqual(
      answer.rows.map(({ total }) => [total.flows, total.bytes]),
    );
    expect(saved.other?.flows ?? 0).toBe(answer.other.flows);
  });
});

describe("columns", () => {
  test("are chosen, stay with the address, and go to no other page", async () => {
    const { page } = await go(`${weir}/hosts`);
    await rowsOf(page, "Addresses").first().waitFor();
    const first = await columnsOf(page);
    await page.getByRole("button", { name: "Columns" }).click();
    const dialog = page.getByRole("dialog", { name: "Columns" });
    await dialog.getByRole("checkbox", { name: "Network", exact: true }).check();
    await dialog.getByRole("checkbox", { name: "Denied out", exact: true }).uncheck();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    const want = [...first.filter((name) => name !== "Denied out"), "Network"];
    expect(await columnsOf(page)).toEqual(want);

    await page.getByRole("radio", { name: "Bytes" }).check();
    await expect.poll(() => page.url()).toContain("unit=bytes");
    await page.reload();
    await rowsOf(page, "Addresses").first().waitFor();
    expect(await columnsOf(page)).toEqual(want);

    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Ports" }).click();
    await rowsOf(page, "Ports").first().waitFor();
    expect(new URL(page.url()).search).toBe("?unit=bytes");
    await page.goBack();
    await rowsOf(page, "Addresses").first().waitFor();
    expect(await columnsOf(page)).toEqual(want);
    await page.getByRole("button", { name: "Columns" }).click();
    await dialog.getByRole("button", { name: "As at first" }).click();
    expect(await columnsOf(page)).toEqual(first);
    expect(new URL(page.url()).search).toBe("?unit=bytes");
  });

  test("that the address does not name rightly are as at first, and none is a choice too", async () => {
    const { page } = await open("Ports", "?columns=colour");
    expect((await columnsOf(page)).length).toBeGreaterThan(4);
    const bare = await open("Ports", "?columns=none");
    expect(await columnsOf(bare.page)).toEqual(["Port"]);
  });
});

describe("many rows", () => {
  test("are scrolled through with few of them drawn", async () => {
    const made = await go(`${weir}/data`);
    const { page } = made;
    const many = 20_000;
    const name = "Conversations";
    await page.route("**/api/v1/top/conversations*", async (route) => {
      const answer = (await (await route.fetch()).json()) as ConversationsAnswer;
      const rows = Array.from({ length: many }, (_, i) => {
        const row = answer.rows[i % answer.rows.length]!;
        return { ...row, initiator: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` };
      });
      await route.fulfill({ json: { ...answer, rows, distinct: many } });
    });
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
    await page.getByRole("link", { name: "By initiator" }).click();
    await rowsOf(page, name).first().waitFor();
    const drawn = () => rowsOf(page, name).count();
    expect(await drawn()).toBeLessThan(100);
    for (const part of [0.25, 0.5, 0.99]) {
      await box(page, name).evaluate((it, part) => it.scrollTo(0, it.scrollHeight * part), part);
      await expect
        .poll(async () =>
          Math.abs(Number(await rowsOf(page, name).first().getAttribute("aria-rowindex")) - many * part),
        )
        .toBeLessThan(many * 0.01);
      expect(await drawn()).toBeLessThan(100);
    }
    await box(page, name).focus();
    await page.keyboard.press("End");
    await expect.poll(() => rowsOf(page, name).last().getAttribute("aria-rowindex")).toBe(String(many + 1));
    expect(await rowsOf(page, name).last().isVisible()).toBe(true);
  });

  test("keep their head, their names and their sums in sight", async () => {
    const { page } = await open(
      "Conversations",
      "?range=all&columns=share,flows,packets,bytes,forward-bytes,back-bytes,initiator-network,responder-network,responder-name",
    );
    await box(page, "Conversations").evaluate((it) => it.scrollTo(500, 900));
    const inside = (await box(page, "Conversations").boundingBox())!;
    const head = (await box(page, "Conversations").locator("thead th").first().boundingBox())!;
    const sums = (await box(page, "Conversations").locator("tfoot th").last().boundingBox())!;
    expect(Math.round(head.y - inside.y)).toBe(0);
    expect(Math.round(head.x - inside.x)).toBe(0);
    expect(sums.y + sums.height).toBeLessThanOrEqual(inside.y + inside.height + 1);
    expect(sums.y).toBeGreaterThan(inside.y + inside.height / 2);
  });
});

describe("ways in and on", () => {
  test("the tables of the Overview lead to the pages, in the same range and unit", async () => {
    const { page } = await go(`${weir}/?range=all&unit=bytes`);
    await settled(page);
    for (const name of ["Hosts", "Conversations", "Ports"]) {
      await page.getByRole("link", { name: `Top ${name.toLowerCase()}`, exact: true }).click();
      // Both ways of a conversation are one row there.
      await rowsOf(page, { Hosts: "Addresses", Conversations: "All pairs" }[name] ?? name)
        .first()
        .waitFor();
      expect(page.url()).toBe(`${weir}/${name.toLowerCase()}?range=all&unit=bytes`);
      await page.goBack();
      await settled(page);
    }
  });

  test("an address opens its panel, and Escape leads back to it", async () => {
    const { page } = await go(`${weir}/hosts?range=all&columns=total`);
    const link = rowsOf(page, "Addresses").first().getByRole("link").first();
    const address = (await link.textContent())!;
    await link.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("heading", { name: address }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?range=all&columns=total");
    expect(await link.evaluate((it) => it === document.activeElement), "the focus is back").toBe(true);
  });

  test("a conversation says why its flows are of their type", async () => {
    const { page } = await open("Conversations");
    await rowsOf(page, "Conversations").first().getByRole("link", { name: /^why/ }).click();
    await page
      .getByRole("dialog")
      .getByText(/^Rule \d decided/)
      .waitFor();
    expect(new URL(page.url()).searchParams.get("flow")).toMatch(/^[^,]+,[^,]+,\d+,/);
  });
});

describe("where there is little to show", () => {
  test("a store without data says how to fill it", async () => {
    const { page } = await go(`${weirEmpty}/rules`);
    await page.getByRole("heading", { name: "No flow logs yet" }).waitFor();
    expect(await page.title()).toBe("Rules · Weir");
  });

  test("a range without data says where there is some", async () => {
    const { page } = await go(`${weir}/ports?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`);
    await page.getByRole("heading", { name: "No flows in this range" }).waitFor();
    await page.getByRole("button", { name: "Show all the data" }).click();
    await rowsOf(page, "Ports").first().waitFor();
    expect(page.url()).toBe(`${weir}/ports?range=all`);
  });
});
