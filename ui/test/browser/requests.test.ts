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

test("opening asks each question once; after that only the status is asked for, and nothing else while it is the same", async () => {
  const { page } = await open(`${inject("weir")}/?range=all`);
  await settled(page);
  const asked = watch(page);
  await page.reload();
  await settled(page);
  expect(asked.toSorted()).toEqual([
    "findings",
    "knowledge",
    "status",
    "top/conversations",
    "top/hosts",
    "top/ports",
    "top/rules",
    "traffic",
  ]);
  asked.length = 0;
  for (let polls = 0; polls < 3; polls++) {
    await page.waitForResponse((response) => response.url().endsWith("/api/v1/status"));
  }
  // Whether the disk will soon be full is asked for when the view is there, and then every ten minutes.
  expect(asked.filter((each) => each !== "status" && each !== "knowledge")).toEqual(["store"]);
  // What is known is asked for every fourth time.
  expect(asked.filter((each) => each === "knowledge").length).toBeLessThanOrEqual(1);
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
