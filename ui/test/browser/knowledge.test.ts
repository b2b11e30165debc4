// What the page tells about addresses and flows, and about the data, in a
// real browser on the real server.

import type { BrowserContextOptions, Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type {
  CoverageAnswer,
  AddressFacts,
  Conversation,
  ConversationsAnswer,
  Explanation,
  HostsAnswer,
  Knowledge,
  StoreAnswer,
} from "../../src/api/types";
import { formatCount, formatInteger } from "../../src/lib/format";
import { countOf } from "../../src/lib/knowledge";
import { countryName } from "../../src/lib/place";
import { className, shortName } from "../../src/lib/side";
import { settled, violations, type Visit, visitor } from "./browser";

const [weir, weirEmpty, weirKnown] = [inject("weir"), inject("weirEmpty"), inject("weirKnown")];

const go = visitor();

beforeAll(async () => {
  // Feeds are read by the server in its own time, and what is stored is judged after that.
  const judged = async () => {
    const { feeds, judging } = await ask<Knowledge>("/api/v1/knowledge");
    return feeds.length === 2 && feeds.every((feed) => feed.checked !== null) && !judging.running && !judging.unsettled;
  };
  for (const until = Date.now() + 30_000; !(await judged());) {
    if (Date.now() > until) throw new Error("the server did not read its feeds");
    await new Promise((done) => setTimeout(done, 100));
  }
});

async function overview(options?: BrowserContextOptions, query = "?range=all"): Promise<Visit> {
  const made = await go(`${weirKnown}/${query}`, options);
  await settled(made.page);
  return made;
}

async function ask<T>(path: string, server = weirKnown): Promise<T> {
  const response = await fetch(`${server}${path}`);
  if (!response.ok) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

function table(page: Page, title: string) {
  return page.getByRole("region", { name: title, exact: true });
}

const panelOf = (page: Page) => page.getByRole("dialog");

/** A conversation with an address that counts as malicious. */
async function malicious(): Promise<Conversation> {
  const answer = await ask<ConversationsAnswer>("/api/v1/top/conversations?limit=1000");
  const found = answer.rows.find((row) => row.from.malicious || row.to.malicious);
  if (!found) throw new Error("the simulated network must have flows with an address on its feed");
  return found;
}

describe("an address", () => {
  test("has its short name below it, in every table", async () => {
    const { page } = await overview({}, "");
    const hosts = await ask<HostsAnswer>("/api/v1/top/hosts?limit=10");
    const rows = table(page, "Top hosts").locator("tbody tr");
    expect(hosts.rows.filter((host) => host.side.name !== "").length, "hosts with a name").toBeGreaterThan(0);
    for (const [i, host] of hosts.rows.entries()) {
      expect(await rows.nth(i).textContent()).toContain(shortName(host.side, host.address));
    }
    // Two addresses, each with its page, and why.
    expect(await table(page, "Top conversations").locator("tbody th a").count()).toBe(5 * 10);
  });

  test("tells what it was on hover and on focus, at once and without asking", async () => {
    const { page } = await overview();
    const [host] = (await ask<HostsAnswer>("/api/v1/top/hosts?limit=1")).rows;
    const link = table(page, "Top hosts").locator("tbody th a").first();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await link.hover();
    const card = page.getByRole("tooltip").filter({ visible: true });
    await card.waitFor();
    const text = await card.textContent();
    for (const part of [host!.side.name, host!.side.network, className(host!.side.class)]) expect(text).toContain(part);
    await page.mouse.move(0, 0);
    await card.waitFor({ state: "detached" }).catch(() => card.waitFor({ state: "hidden" }));

    await page.getByRole("button", { name: "Copy top hosts" }).focus();
    for (let i = 0; i < 8 && !(await link.evaluate((it) => it === document.activeElement)); i++) {
      await page.keyboard.press("Tab");
    }
    await card.filter({ hasText: host!.side.network }).waitFor();
    expect(asked.filter((path) => path.includes("lookup"))).toEqual([]);
  });

  test("shows where it is, and with a word and a picture that it is on a threat list", async () => {
    const row = await malicious();
    const [side, address] = row.to.malicious ? [row.to, row.responder] : [row.from, row.initiator];
    const { page } = await go(`${weirKnown}/?address=${address}`);
    const panel = panelOf(page);
    const facts = await ask<AddressFacts>(`/api/v1/lookup?address=${address}`);
    expect(facts.malicious).toBe(true);
    await panel.getByRole("heading", { name: "Verdicts" }).waitFor();
    const text = await panel.textContent();
    for (const part of [address, countryName(side.country), side.category, "counts", facts.verdicts[0]!.feed]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`${facts.verdicts[0]!.confidence} %`);
    expect(await panel.locator("svg").count()).toBeGreaterThan(0);
    for (const line of facts.attribution) expect(text).toContain(line);
    expect(await violations(page)).toEqual([]);
  });

  test("opens a panel with everything about it, which Escape closes", async () => {
    const made = await overview();
    const { page } = made;
    const link = table(page, "Top hosts").locator("tbody th a").first();
    const address = (await link.textContent())!;
    const before = await made.layoutShift();
    await link.focus();
    await page.keyboard.press("Enter");
    const panel = panelOf(page);
    await panel.getByRole("heading", { name: address }).waitFor();
    const search = new URL(page.url()).searchParams;
    expect(search.get("address")).toBe(address);
    expect(search.get("range"), "the view stays").toBe("all");

    const query = new URLSearchParams({ address, at: search.get("at")!, vnet: search.get("vnet")! });
    const facts = await ask<AddressFacts>(`/api/v1/lookup?${query}`);
    await panel.getByRole("heading", { name: "Owner", exact: true }).waitFor();
    const text = await panel.textContent();
    for (const part of [facts.name, facts.vnet, facts.subnet, facts.region, facts.resource, ...facts.steps]) {
      expect(text).toContain(part);
    }
    expect(await panel.getByRole("table", { name: "Owners over time" }).locator("tbody tr").count()).toBe(
      facts.owners.length,
    );
    expect(await violations(page)).toEqual([]);
    await page.waitForTimeout(600);
    expect((await made.layoutShift()) - before).toBeLessThan(0.02);

    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?range=all");
    expect(await link.evaluate((it) => it === document.activeElement), "the focus is back").toBe(true);
  });

  test("opens its panel from the card, and one Escape closes it", async () => {
    const { page } = await overview();
    const links = table(page, "Top hosts").locator("tbody th a:not([href^='/host?'])");
    for (let i = 0; i < 3; i++) {
      await links.nth(i).hover();
      await page.getByRole("tooltip").filter({ visible: true }).waitFor();
      await links.nth(i).click();
      await panelOf(page).getByRole("heading", { name: "Owner", exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await expect.poll(() => new URL(page.url()).search, { timeout: 5000 }).toBe("?range=all");
    }
  });

  test("that exists in two networks leads from one to the other", async () => {
    const hosts = await ask<HostsAnswer>("/api/v1/top/hosts?limit=1000");
    const seen = new Set<string>();
    const address = hosts.rows.map((host) => host.address).find((each) => seen.has(each) || !seen.add(each));
    expect(address, "an address in two networks of the simulated estate").toBeDefined();
    const { page } = await go(`${weirKnown}/?address=${address}`);
    const facts = await ask<AddressFacts>(`/api/v1/lookup?address=${address}`);
    const [owner, vnet] = facts.elsewhere[0]!.name.split(" in ");
    await table(page, "Elsewhere").getByRole("link", { name: owner! }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("vnet")).toBe(vnet);
    await expect.poll(() => table(page, "Owner").textContent()).toContain(vnet);
    expect(await table(page, "Elsewhere").textContent()).toContain(facts.vnet);
  });

  test("has a link that can be shared, on any view", async () => {
    const { page } = await go(`${weirKnown}/data?address=10.0.0.4&at=2020-01-01T00:00:00Z`, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const panel = panelOf(page);
    await panel.getByText("at 2020-01-01 00:00 UTC").waitFor();
    await panel.getByText("before the first inventory").waitFor();
    await panel.getByRole("button", { name: "Copy a link to this" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
    await panel.getByRole("button", { name: "Copied" }).waitFor();
    await panel.getByRole("button", { name: "Close" }).click();
    await panel.waitFor({ state: "detached" });
    expect(page.url()).toBe(`${weirKnown}/data`);
  });

  test("that is none is refused in the words of the server", async () => {
    const made = await go(`${weirKnown}/?address=10.0.0.256`);
    await panelOf(made.page).getByRole("alert").getByText("The address cannot be read").waitFor();
    expect(await violations(made.page)).toEqual([]);
    // The browser itself reports the refusal.
    made.complaints.splice(0, Infinity, ...made.complaints.filter((text) => !text.includes("Failed to load resource")));
  });
});

describe("a conversation", () => {
  test("says what kind of flow it is, and why", async () => {
    const { page } = await overview();
    const [first] = (await ask<ConversationsAnswer>("/api/v1/top/conversations?limit=1")).rows;
    const row = table(page, "Top conversations").locator("tbody tr").first();
    expect(first!.flowTypes.length).toBeGreaterThan(0);
    for (const type of first!.flowTypes) expect(await row.textContent()).toContain(type);

    await row.getByRole("link", { name: /^why/ }).click();
    const panel = panelOf(page);
    await panel.getByText(/^Rule \d decided/).waitFor();
    const search = new URL(page.url()).searchParams;
    const [initiator, responder, port, protocol, direction] = search.get("flow")!.split(",");
    expect([initiator, responder]).toEqual([first!.initiator, first!.responder]);
    const query = new URLSearchParams({
      initiator: initiator!,
      responder: responder!,
      port: port!,
      protocol: protocol!,
      direction: direction!,
      at: search.get("at")!,
      vnet: search.get("vnet")!,
    });
    const explanation = await ask<Explanation>(`/api/v1/explain?${query}`);
    expect(first!.flowTypes).toContain(explanation.flowType);
    const text = await panel.textContent();
    expect(text).toContain(`Rule ${explanation.rule} decided.`);
    for (const part of [explanation.reason, ...explanation.steps, explanation.initiator.name])
      expect(text).toContain(part);
    expect(await violations(page)).toEqual([]);

    // From here to one side, and back.
    await panel.getByRole("link", { name: responder!, exact: true }).click();
    await panel.getByText("Everything about").waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(responder);
    await page.goBack();
    await panel.getByText(/^Rule \d decided/).waitFor();
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
  });
});

describe("the data", () => {
  test("is told of with inventories, feeds and what fails", async () => {
    const { page } = await overview();
    await page.getByRole("banner").getByRole("link", { name: "The threat feed missing-feed fails" }).click();
    await page.getByRole("heading", { level: 1, name: "Data" }).waitFor();
    expect(await page.title()).toBe("Data · Weir");
    expect(new URL(page.url()).pathname).toBe("/data");

    const known = await ask<Knowledge>("/api/v1/knowledge");
    const inventories = table(page, "Inventories");
    expect(await inventories.textContent()).toContain("1 snapshot");
    for (const [kind, count] of Object.entries(known.topology.counts)) {
      expect(await inventories.textContent()).toContain(countOf(kind, count));
    }
    const feeds = table(page, "Threat feeds").locator("tbody tr");
    expect(await feeds.count()).toBe(2);
    const good = known.feeds.find((feed) => feed.error === "")!;
    const failing = known.feeds.find((feed) => feed.error !== "")!;
    const goodRow = feeds.filter({ hasText: good.name });
    expect(await goodRow.textContent()).toContain("Good");
    expect(await goodRow.textContent()).toContain(formatInteger(good.indicators));
    const failingRow = feeds.filter({ hasText: failing.name });
    expect(await failingRow.textContent()).toContain("Failing");
    expect(await failingRow.textContent()).toContain(failing.error);
    for (const line of known.attribution) {
      expect(await table(page, "Countries and owners").textContent()).toContain(line);
      expect(await page.getByRole("contentinfo").textContent()).toContain(line);
    }
    await page.getByText("Everything stored is judged by what is known now").waitFor();
  });

  test("says which NICs send no logs and why, and what is read", async () => {
    const { page } = await go(`${weirKnown}/data`);
    const coverage = await ask<CoverageAnswer>("/api/v1/coverage");
    expect(coverage.rows.length, "rows in the data of the test").toBeGreaterThan(0);
    const card = page.getByRole("region", { name: "What is missing" });
    await card.getByText(`${coverage.sending} of ${coverage.nics} NICs send logs`).waitFor();
    for (const words of coverage.words) await card.getByText(words).waitFor();
    const nics = card.getByRole("table", { name: "NICs that send no logs, or fewer than they should" });
    expect(await nics.locator("tbody tr").count()).toBe(coverage.rows.length);
    await nics.getByText(coverage.rows[0]!.nic).first().waitFor();
    const read = page.getByRole("region", { name: "What is read" });
    for (const { place } of coverage.sources) await read.getByText(place, { exact: true }).first().waitFor();
  });

  test("says what uses the disk, and warns on every view of one that will soon be full", async () => {
    const { page } = await go(`${weir}/data`);
    const disk = table(page, "Disk");
    const store = await ask<StoreAnswer>("/api/v1/store", weir);
    await disk.getByText(`by interval from ${store.detail.intervals!.slice(0, 10)}`).waitFor();
    const facts = disk.locator("tbody tr").filter({ hasText: "Flows by interval" });
    const { rows } = store.tables.find(({ name }) => name === "facts")!;
    expect(await facts.textContent()).toContain(formatCount(rows));
    expect(await disk.textContent()).toContain("everything, for ever");

    const advice = "retention: {intervals: 14d, hours: 0, days: 0}";
    const full = { ...store, warning: "The disk will be full in 3 days.", advice };
    const warned = await go(`${weir}/`);
    await warned.page.route("**/api/v1/store", (route) => route.fulfill({ json: full }));
    const warning = warned.page.getByRole("alert").filter({ hasText: full.warning });
    await warning.waitFor();
    expect(await warning.locator("code").textContent()).toBe(advice);
  });

  test("that is missing is asked for with the command", async () => {
    const { page } = await go(`${weir}/data`, { permissions: ["clipboard-read", "clipboard-write"] });
    const inventories = table(page, "Inventories");
    await inventories.getByRole("button", { name: "Copy the command weir topology import FILE..." }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("weir topology import FILE...");
    expect(await table(page, "Service tags").locator("code").textContent()).toContain("weir service-tags import");
    expect(await table(page, "Threat feeds").locator("code").textContent()).toContain("weir threat import");
    expect(await table(page, "Allow-list").locator("code").textContent()).toContain("weir threat allow");
    expect(await page.getByRole("banner").getByRole("link", { name: /feed/ }).count()).toBe(0);
    await table(page, "Flow logs")
      .getByRole("button", { name: /show why/ })
      .click();
    await page.getByRole("dialog", { name: "Rejected input" }).waitFor();
  });

  test("keeps the range that was chosen on the way there and back", async () => {
    const { page } = await go(`${weirKnown}/?range=6h&zone=local`);
    await settled(page);
    const views = page.getByRole("navigation", { name: "Pages" });
    await views.getByRole("link", { name: "Data" }).click();
    await page.getByRole("heading", { level: 1, name: "Data" }).waitFor();
    expect(await views.getByRole("link", { name: "Data" }).getAttribute("aria-current")).toBe("page");
    await views.getByRole("link", { name: "Overview" }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe("?range=6h&zone=local");
  });
});

describe("the hint at an inventory", () => {
  test("is given where there is none, until it is put away", async () => {
    const { page } = await go(weir);
    await settled(page);
    const hint = page.getByRole("button", { name: "An inventory would add names", exact: true });
    await hint.click();
    const dialog = page.getByRole("dialog", { name: "An inventory would add names" });
    expect(await dialog.locator("code").textContent()).toBe("weir topology import FILE...");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Do not say/ }).click();
    expect(await hint.count()).toBe(0);
    await page.reload();
    await settled(page);
    expect(await hint.count()).toBe(0);
  });

  test("is not given where there is one", async () => {
    const { page } = await overview();
    expect(await page.getByText("An inventory would add names").count()).toBe(0);
  });
});

describe("for everyone", () => {
  const looks: [string, BrowserContextOptions][] = [
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["narrow", { viewport: { width: 360, height: 780 } }],
    ["narrow and dark", { viewport: { width: 360, height: 780 }, colorScheme: "dark" }],
  ];
  const views = ["/?range=all", "/data", "/?address=10.0.0.4"];
  test.each(looks)("axe finds nothing wrong, and nothing is too wide or moves: %s", async (_, options) => {
    for (const address of [...views.map((view) => `${weirKnown}${view}`), `${weir}/data`, `${weirEmpty}/data`]) {
      const made = await go(address, options);
      await made.page.getByRole("heading", { level: 2 }).first().waitFor();
      await made.page.waitForLoadState("networkidle");
      await made.page.waitForTimeout(300);
      expect(await violations(made.page), address).toEqual([]);
      expect(await made.layoutShift(), address).toBeLessThan(0.02);
      const size = await made.page.evaluate(() => ({
        page: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
      }));
      expect(size.page, address).toBeLessThanOrEqual(size.window);
    }
  });
});
