// What the page asks the server for: each answer once, and again only when it
// can have changed.

import type { Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { launch, settled, visit, visitor } from "./browser";

const open = visitor();

/** The questions of the API that the page asks from now on. */
function watch(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/v1/")) asked.push(pathname.slice("/api/v1/".length));
  });
  return asked;
}

test("opening asks each question once; after that the server tells what changes, and nothing else is asked while it is the same", async () => {
  const { page } = await open(`${inject("weir")}/?range=all`);
  await settled(page);
  const asked = watch(page);
  await page.reload();
  await settled(page);
  expect(asked.toSorted()).toEqual([
    "findings",
    "knowledge",
    "sources",
    "status",
    "top/conversations",
    "top/hosts",
    "top/ports",
    "top/rules",
    "traffic",
  ]);
  asked.length = 0;
  // What is known is asked for every twenty seconds, and whether the disk will soon be full when the view is there.
  await page.waitForResponse((response) => response.url().endsWith("/api/v1/knowledge"));
  expect(asked.filter((each) => !["knowledge", "sources"].includes(each)).toSorted()).toEqual(["events", "store"]);
});

test("where nobody tells what changes the status is asked for", async () => {
  // Not one of visitor's: the browser complains of the stream.
  const browser = await launch();
  const { page } = await visit(browser, `${inject("weir")}/?range=all`);
  await page.route("**/api/v1/events", (route) => route.abort());
  await page.reload();
  await settled(page);
  const asked = watch(page);
  for (let polls = 0; polls < 2; polls++) {
    await page.waitForResponse((response) => response.url().endsWith("/api/v1/status"));
  }
  expect(asked.filter((each) => !["status", "knowledge", "store", "events", "sources"].includes(each))).toEqual([]);
  expect(asked).toContain("events");
  expect(await page.getByRole("alert").count()).toBe(0);
  await browser.close();
});

test("a page that cannot be seen listens to nothing", async () => {
  const { page } = await open(`${inject("weir")}/?range=all`);
  await settled(page);
  const hide = (hidden: boolean) =>
    page.evaluate((is) => {
      Object.defineProperty(document, "hidden", { value: is, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const stream = await page.waitForRequest("**/api/v1/events");
  const ended = page.waitForEvent("requestfailed", (request) => request === stream);
  await hide(true);
  await ended;
  const again = page.waitForRequest("**/api/v1/events");
  await hide(false);
  expect((await again).resourceType()).toBe("eventsource");
});

test("what was rejected is asked for when somebody wants to see it", async () => {
  const { page } = await open(`${inject("weir")}/?range=all`);
  await settled(page);
  const asked = watch(page);
  await page.getByRole("button", { name: /rejected/ }).click();
  await page.getByRole("dialog").getByText("begins with").first().waitFor();
  expect(asked.filter((each) => each === "rejects")).toEqual(["rejects"]);
});

test("who is sent away for a moment asks again by itself", async () => {
  // Not one of visitor's: the browser complains of the status.
  const browser = await launch();
  const { page } = await visit(browser, `${inject("weir")}/?range=all`);
  let refused = 0;
  await page.route("**/api/v1/top/hosts*", async (route) => {
    if (refused++ > 0) return route.fallback();
    await route.fulfill({
      status: 503,
      headers: { "Retry-After": "1" },
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Service Unavailable", status: 503, detail: "Other questions come first." }),
    });
  });
  await page.reload();
  await settled(page);
  expect(refused).toBe(2);
  expect(await page.getByRole("alert").count()).toBe(0);
  await browser.close();
});

test("who waits for long is told how many answers are here, without a jump", async () => {
  const { page } = await open(`${inject("weir")}/?range=all`);
  await settled(page);
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/v1/top/hosts*", async (route) => {
    await held;
    await route.continue();
  });
  const heading = page.getByRole("heading", { level: 1 });
  const before = await heading.boundingBox();
  await page.getByRole("radio", { name: "Bytes" }).check();
  const words = page.getByText(/answers? (is|are) here|^Reading the flows/);
  await words.waitFor();
  await expect.poll(() => words.textContent()).toMatch(/^Reading.*, [23] s$/);
  expect(await heading.boundingBox()).toEqual(before);
  answer();
  await words.waitFor({ state: "detached" });
});
