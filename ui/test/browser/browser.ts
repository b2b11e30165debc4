// A real Chromium that talks to nobody but the server under test.

import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

function findChromium(): string {
  const given = process.env["CHROMIUM"];
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`CHROMIUM names ${given}, which is not there`);
  }
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new Error(
    `no Chromium in ${places.join(", ")}: install it (Debian, Ubuntu: apt-get install chromium), ` +
      "or name one with CHROMIUM=/path/to/chromium",
  );
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page of its own, and what must not have happened on it. */
export interface Visit {
  page: Page;
  /** Requests to any host but the server's. */
  strangers: string[];
  /** What the page complained of, refused by its policy included. */
  complaints: string[];
  /** How far things moved by themselves, as the browser measures it. */
  layoutShift: () => Promise<number>;
  close: () => Promise<void>;
}

export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const strangers: string[] = [];
  const complaints: string[] = [];
  const { host } = new URL(url);
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (/^(https?|wss?):$/.test(asked.protocol) && asked.host !== host) strangers.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) sum += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    Object.defineProperty(window, "layoutShiftSum", { get: () => sum });
  });
  await page.goto(url);
  return {
    page,
    strangers,
    complaints,
    layoutShift: () => page.evaluate(() => (window as unknown as { layoutShiftSum: number }).layoutShiftSum),
    close: () => context.close(),
  };
}

/**
 * A browser for the tests of a file, and how they go somewhere. Whatever a test
 * is about: nothing is asked of other hosts, and nothing complains.
 */
export function visitor(): (address: string, options?: BrowserContextOptions) => Promise<Visit> {
  let browser: Browser;
  let open: Visit[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const visits = open;
    open = [];
    await Promise.all(visits.map((each) => each.close()));
    for (const each of visits) {
      expect(each.strangers, "requests to other hosts").toEqual([]);
      expect(each.complaints, "complaints of the page").toEqual([]);
    }
  });
  return async (address, options) => {
    const made = await visit(browser, address, options);
    open.push(made);
    return made;
  };
}

/** Waits until the overview shows all of its answers. */
export async function settled(page: Page): Promise<void> {
  await page.locator("[data-part='deniedOut'] [data-unit]").waitFor();
  await page.locator("section[data-course] svg").first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll("table tfoot").length === 4);
}

/** What axe finds wrong, in a form that says where. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy rightly refuses that.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const tool = (window as unknown as { axe: typeof axe }).axe;
    const { violations: found } = await tool.run(document, { resultTypes: ["violations"] });
    return found.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    );
  });
}

/** By how many pixels a page is wider than its window: none or less, where it is right. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
