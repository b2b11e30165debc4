// What is around every page: the navigation, and how pages are opened.

import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { violations, visitor } from "./browser";

const [weir, weirEmpty] = [inject("weir"), inject("weirEmpty")];

const go = visitor();

const pages = [
  { path: "/", name: "Overview" },
  { path: "/hosts", name: "Hosts" },
  { path: "/conversations", name: "Conversations" },
  { path: "/ports", name: "Ports" },
  { path: "/rules", name: "Rules" },
  { path: "/open", name: "Open to the internet" },
  { path: "/map", name: "Map" },
  { path: "/topology", name: "Topology" },
  { path: "/balancers", name: "Load balancers" },
  { path: "/environment", name: "Environment" },
  { path: "/places", name: "Places" },
  { path: "/gateways", name: "Gateways" },
  { path: "/malicious", name: "Malicious" },
  { path: "/flows", name: "Flows" },
  { path: "/search", name: "Search" },
  { path: "/data", name: "Data" },
];

const narrow: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

function navigation(page: Page) {
  return page.getByRole("navigation", { name: "Pages" });
}

async function shows(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

describe("the navigation", () => {
  test("leads to every page, keeps range, unit and zone, and begins each at its top", async () => {
    const { page } = await go(`${weir}/?range=6h&unit=bytes&zone=local`);
    for (const { path, name } of [...pages.slice(1), pages[0]!]) {
      await page.evaluate(() => window.scrollTo(0, 400));
      await navigation(page).getByRole("link", { name }).click();
      await shows(page, name);
      const address = new URL(page.url());
      expect(address.pathname).toBe(path);
      expect(address.search, name).toBe("?range=6h&unit=bytes&zone=local");
      expect(await page.title()).toBe(`${name} · Weir`);
      const current = navigation(page).locator("[aria-current='page']");
      expect(await current.allTextContents()).toEqual([name]);
      expect(await page.evaluate(() => window.scrollY), name).toBe(0);
    }
    await page.goBack();
    await shows(page, "Data");
  });

  test("folds to pictures that keep their names, and stays so", async () => {
    const made = await go(weir);
    const { page } = made;
    const fold = page.getByRole("button", { name: "Names of the pages" });
    const width = async () => (await navigation(page).boundingBox())!.width;
    const open = await width();
    expect(await fold.getAttribute("aria-expanded")).toBe("true");
    await fold.click();
    expect(await fold.getAttribute("aria-expanded")).toBe("false");
    await expect.poll(width).toBeLessThan(open / 2);
    expect(await violations(page)).toEqual([]);

    await page.reload();
    await shows(page, "Overview");
    await page.waitForLoadState("networkidle");
    expect(await fold.getAttribute("aria-expanded")).toBe("false");
    expect(await made.layoutShift()).toBeLessThan(0.02);
    await navigation(page).getByRole("link", { name: "Rules" }).click();
    await shows(page, "Rules");
  });

  test("is folded where the window is small, until somebody opens it", async () => {
    const { page } = await go(weir, { viewport: { width: 800, height: 900 } });
    const fold = page.getByRole("button", { name: "Names of the pages" });
    expect(await fold.getAttribute("aria-expanded")).toBe("false");
    await fold.click();
    await navigation(page).getByText("Conversations").waitFor();
  });

  test("is a menu on a phone", async () => {
    const { page } = await go(`${weir}/?range=all`, narrow);
    await shows(page, "Overview");
    expect(await navigation(page).count()).toBe(0);
    const button = page.getByRole("button", { name: "Menu" });
    await button.click();
    const menu = page.getByRole("dialog", { name: "Menu" });
    await menu.getByRole("link", { name: "Hosts" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
    expect(await button.evaluate((it) => it === document.activeElement), "the focus is back").toBe(true);

    await button.click();
    await menu.getByRole("link", { name: "Hosts" }).click();
    await shows(page, "Hosts");
    await menu.waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("?range=all");
  });

  test("is reached and used with the keyboard", async () => {
    const { page } = await go(weir);
    await shows(page, "Overview");
    const link = navigation(page).getByRole("link", { name: "Ports" });
    for (let i = 0; i < 12 && !(await link.evaluate((it) => it === document.activeElement)); i++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await shows(page, "Ports");
    expect(new URL(page.url()).pathname).toBe("/ports");
  });
});

describe("opening", () => {
  // Of script, as it comes over the wire.
  const budget = 350_000;

  test.each(pages)("$name fetches little, and no code of other pages", async ({ path, name }) => {
    const { page } = await go(`${weir}${path}`);
    await shows(page, name);
    await page.waitForLoadState("networkidle");
    const scripts = await page.evaluate(() =>
      (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
        .filter((entry) => new URL(entry.name).pathname.endsWith(".js"))
        .map((entry) => ({ name: entry.name, size: entry.encodedBodySize, whole: entry.decodedBodySize })),
    );
    const sum = scripts.reduce((all, { size }) => all + size, 0);
    const whole = scripts.reduce((all, { whole }) => all + whole, 0);
    expect(sum, "scripts are compressed").toBeLessThan(whole / 2);
    expect(sum).toBeLessThanOrEqual(budget);
    const own = scripts.filter((script) => /(Overview|Page)-/.test(script.name)).map((script) => script.name);
    const alone: Record<string, string> = {
      Overview: "Overview",
      Rules: "RulesPage",
      "Open to the internet": "OpenPage",
      Map: "MapPage",
      Topology: "TopologyPage",
      "Load balancers": "BalancersPage",
      Environment: "EnvironmentPage",
      Flows: "FlowsPage",
      Search: "SearchPage",
      Data: "DataPage",
    };
    const want = name in alone ? [alone[name]!] : [`${name}Page`, "TablesPage"];
    const names = own.map((each) => each.replace(/.*\/(\w+)-.*/, "$1"));
    expect(names.toSorted()).toEqual(want.toSorted());
  });
});

describe("for everyone", () => {
  const looks: [string, BrowserContextOptions][] = [
    ["390, light", narrow],
    ["390, dark", { ...narrow, colorScheme: "dark" }],
    ["1440, light", {}],
    ["1440, dark", { colorScheme: "dark" }],
    ["2560, light", { viewport: { width: 2560, height: 1300 } }],
  ];
  test.each(looks)(
    "axe finds nothing wrong, and nothing is too wide or moves: %s",
    async (_, options) => {
      const all = pages.slice(1).map(({ path }) => `${weir}${path}?range=all`);
      for (const address of [...all, `${weirEmpty}/hosts`]) {
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
    },
    120_000,
  );
});
