// The page of one host, on the real server: every number against what the API says.

import type { BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { HostAnswer, HostsAnswer, TrafficAnswer } from "../../src/api/types";
import { formatInteger, formatMeasure, units } from "../../src/lib/format";
import { portNumbers } from "../../src/lib/port";
import { parts, partTotals } from "../../src/traffic/series";
import { ask, lastDay } from "./ask";
import { violations, visitor } from "./browser";

const [known, weirEmpty] = [inject("weirKnown"), inject("weirEmpty")];

const go = visitor();

let range: string;
let host: string;
let answer: HostAnswer;
beforeAll(async () => {
  range = await lastDay(known);
  // The first of our own by what it has to do with, so that every list has rows.
  const { rows } = await ask<HostsAnswer>(known, `/api/v1/top/hosts?${range}&limit=50`);
  host = rows.find(({ side }) => side.kind === "nic")!.address;
  answer = await ask<HostAnswer>(known, `/api/v1/host?${range}&host=${host}&limit=100`);
});

const partners = (page: Page) => page.getByRole("region", { name: "Partners, all rows" });
const table = (page: Page, title: string) => page.getByRole("region", { name: title, exact: true });

async function open(query = "", options?: BrowserContextOptions) {
  const made = await go(`${known}/host?host=${host}${query}`, options);
  await partners(made.page).locator("tbody tr[aria-rowindex]").first().waitFor();
  return made;
}

describe("the page of a host", () => {
  test("says what the API says: totals, what it sent, partners, ports, rules, and what is new", async () => {
    const { page } = await open();
    for (const { id } of parts) {
      const tile = page.locator(`[data-part='${id}']`);
      for (const unit of units) {
        expect(await tile.textContent()).toContain(formatMeasure(answer.traffic.all[id][unit], unit));
      }
    }
    const balance = page.getByRole("region", { name: "What it sent, malicious flows, partners and ports" });
    for (const volume of [answer.traffic.sent, answer.traffic.received]) {
      expect(await balance.textContent()).toContain(formatMeasure(volume.bytes, "bytes"));
    }
    expect(await balance.textContent()).toContain(formatMeasure(answer.traffic.malicious.total.flows, "flows"));

    const rows = partners(page).locator("tbody tr[aria-rowindex]");
    for (const [i, row] of answer.partners.rows.slice(0, 8).entries()) {
      expect(await rows.nth(i).locator("th").textContent()).toContain(row.address);
      for (const { id } of parts) {
        const cell = rows.nth(i).locator(`[data-column='${id}'] [title]`);
        expect(await cell.getAttribute("title")).toContain(formatInteger(row[id].flows));
      }
    }
    const all = await partners(page).locator("tfoot tr").last().textContent();
    for (const unit of units) expect(all).toContain(formatMeasure(answer.partners.total[unit], unit));

    for (const [title, list] of [
      ["Ports it is asked at", answer.serves],
      ["Ports it uses at others", answer.uses],
    ] as const) {
      const names = await table(page, title).locator("tbody th").allTextContents();
      expect(names.length).toBe(Math.min(10, list.rows.length));
      for (const [i, name] of names.entries()) expect(name).toContain(portNumbers(list.rows[i]!));
      const sum = await table(page, title).locator("tfoot tr").last().textContent();
      expect(sum).toContain(formatMeasure(list.total.flows, "flows"));
    }
    const [rule] = await table(page, "Rules that decided").locator("tbody th").allTextContents();
    expect(rule).toContain(answer.rules.rows[0]!.rule);

    const news = table(page, "What is new");
    expect(answer.news!.partners.distinct, "new partners in the data of the test").toBeGreaterThan(0);
    expect(await news.textContent()).toContain(formatInteger(answer.news!.partners.distinct));
    expect(await news.textContent()).toContain(answer.news!.partners.rows[0]!.address);
  });

  test("says who it is, with the way to all that is known", async () => {
    const { page } = await open();
    const who = table(page, "Who it is");
    const [owner] = answer.owners;
    expect(await who.textContent()).toContain(owner!.side.name);
    expect(await who.textContent()).toContain(owner!.side.region);
    await who.getByRole("link", { name: "Everything known, and how" }).click();
    await page.getByRole("dialog").getByText("How the owner was found").waitFor();
    expect(new URL(page.url()).searchParams.get("host"), "the page stays").toBe(host);
    await page.keyboard.press("Escape");
    await who.getByRole("link", { name: "All of its flows" }).click();
    await page.getByRole("heading", { level: 1, name: "Flows" }).waitFor();
    expect(new URL(page.url()).searchParams.get("where")).toBe(answer.filter);
  });

  test("has the totals of the overview under its filter", async () => {
    const filter = encodeURIComponent(answer.filter);
    const traffic = partTotals(await ask<TrafficAnswer>(known, `/api/v1/traffic?${range}&where=${filter}`));
    const { allowedIn, allowedOut, deniedIn, deniedOut } = answer.traffic.all;
    for (const unit of units) {
      expect(allowedIn[unit] + allowedOut[unit]).toBe(traffic.allowedIn[unit] + traffic.allowedOut[unit]);
      expect(deniedIn[unit] + deniedOut[unit]).toBe(traffic.deniedIn[unit] + traffic.deniedOut[unit]);
    }
  });

  test("keeps what was chosen: unit, range and filter, and a filter holds for all of it", async () => {
    const { page } = await open("&range=6h&unit=bytes&where=denied");
    await page.getByRole("radio", { name: "Flows" }).check();
    await expect.poll(() => new URL(page.url()).search).toBe(`?range=6h&where=denied&host=${host}`);
    expect(await page.locator("[data-part='allowedIn'] [data-unit]").textContent()).toBe("0flows");
    await table(page, "Ports it is asked at").getByRole("link", { name: "Ports it is asked at" }).click();
    await page.getByRole("heading", { level: 1, name: "Ports" }).waitFor();
    const where = new URL(page.url()).searchParams.get("where")!;
    expect(where).toContain(`dst = ${host}`);
    expect(where).toContain("denied");
  });

  test("is reached from tables and from the panel, and leads from partner to partner", async () => {
    const { page } = await go(`${known}/hosts?unit=packets`);
    const row = page.getByRole("region", { name: "Addresses, all rows" }).locator("tbody tr[aria-rowindex]").first();
    await row.hover();
    await row.getByRole("link", { name: /^Open the page of/ }).click();
    await partners(page).locator("tbody tr[aria-rowindex]").first().waitFor();
    const first = new URL(page.url());
    expect([first.pathname, first.searchParams.get("unit")]).toEqual(["/host", "packets"]);

    const partner = partners(page).locator("tbody tr[aria-rowindex]").first();
    const address = await partner.locator("th a").first().textContent();
    await partner.locator("th a").first().click();
    await page.getByRole("link", { name: "Open host page" }).click();
    await page.getByRole("heading", { level: 1, name: address!, exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("unit")).toBe("packets");
  });

  test("is that of a machine by its name", async () => {
    const name = answer.owners[0]!.side.name;
    const { page } = await go(`${known}/host?host=${encodeURIComponent(name)}`);
    await partners(page).locator("tbody tr[aria-rowindex]").first().waitFor();
    const tile = await page.locator("[data-part='allowedOut']").textContent();
    expect(tile).toContain(formatMeasure(answer.traffic.all.allowedOut.flows, "flows"));
    expect(await table(page, "Who it is").textContent()).toContain(host);
  });

  test("says why there is nothing", async () => {
    const { page } = await go(`${known}/host?host=no-such-machine`);
    await page.getByText("No flow has no-such-machine at an end").waitFor();
    await page.getByText("Names of machines come from an inventory.").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${known}/host`);
    await page.getByText("Which host?").waitFor();
    const empty = await go(`${weirEmpty}/host?host=10.0.0.4`);
    await empty.page.getByRole("heading", { name: "No flow logs yet" }).waitFor();
  });
});

describe("for everyone", () => {
  const narrow: BrowserContextOptions = { viewport: { width: 390, height: 844 } };
  const looks: [string, BrowserContextOptions][] = [
    ["390, light", narrow],
    ["390, dark", { ...narrow, colorScheme: "dark" }],
    ["1440, light", {}],
    ["1440, dark", { colorScheme: "dark" }],
    ["2560, light", { viewport: { width: 2560, height: 1300 } }],
  ];

  test.each(looks)(
    "at %s nothing is wider than the window, nothing moves, and axe finds nothing",
    async (_, options) => {
      const made = await open("", options);
      const { page } = made;
      await page.waitForLoadState("networkidle");
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      expect(await made.layoutShift()).toBeLessThan(0.02);
      expect(await violations(page)).toEqual([]);
    },
  );

  test("it fetches little", async () => {
    const { page } = await open();
    await page.waitForLoadState("networkidle");
    const sum = await page.evaluate(() =>
      (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
        .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
        .reduce((all, { encodedBodySize }) => all + encodedBodySize, 0),
    );
    expect(sum).toBeLessThanOrEqual(350_000);
  });
});
