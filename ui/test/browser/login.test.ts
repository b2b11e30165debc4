// Who has no token sees nothing but the form for one, on a real server that asks everybody.

import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { overflow, violations, visitor, type Visit } from "./browser";
import { end, findBinary, run, serve } from "./servers";

const go = visitor();

const started: ChildProcess[] = [];
let folder: string;
let server: string;
let token: string;
beforeAll(async () => {
  const binary = await findBinary();
  folder = await mkdtemp(path.join(tmpdir(), "weir-login-"));
  const [data, config] = [path.join(folder, "data"), path.join(folder, "weir.yaml")];
  await writeFile(config, "tokens: always\n");
  token = (await run(binary, ["token", "create", "anna", "--data", data])).stdout.trim();
  server = await serve(binary, data, started, ["--config", config], "/healthz");
});
afterAll(async () => {
  await Promise.all(started.map(end));
  await rm(folder, { recursive: true, force: true });
});

const field = (page: Page) => page.getByLabel("Token");

async function give(page: Page, secret: string): Promise<void> {
  await field(page).fill(secret);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** The browser complains of every answer that refuses. */
function forgive(made: Visit): void {
  made.complaints.splice(0, Infinity, ...made.complaints.filter((text) => !text.includes("401")));
}

const looks: [string, BrowserContextOptions][] = [
  ["390, light", { viewport: { width: 390, height: 844 } }],
  ["390, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
  ["1440, light", {}],
  ["1440, dark", { colorScheme: "dark" }],
];

describe("the form for a token", () => {
  test("refuses a wrong one and says so; a right one shows the page that was asked for, also after a reload", async () => {
    const made = await go(`${server}/hosts?range=all`);
    const { page } = made;
    expect(await field(page).evaluate((it) => it === document.activeElement), "can be typed at once").toBe(true);
    await give(page, "weir_wrong");
    expect(await page.getByRole("alert").innerText()).toBe("This token is wrong, or was revoked, or is over.");
    expect(await field(page).getAttribute("aria-invalid")).toBe("true");
    expect(await field(page).inputValue(), "what was wrong is gone").toBe("");

    await give(page, token);
    await page.getByRole("heading", { name: "No flow logs yet" }).waitFor();
    expect(page.url()).toBe(`${server}/hosts?range=all`);
    await page.reload();
    await page.getByRole("heading", { name: "No flow logs yet" }).waitFor();
    expect(await page.evaluate(() => document.cookie), "no script can read it").not.toContain(token);

    await page.getByRole("button", { name: "Log out" }).click();
    await field(page).waitFor();
    await page.goto(`${server}/hosts`);
    await field(page).waitFor();
    forgive(made);
  });

  test.each(looks)("at %s axe finds nothing wrong, before and after a wrong token", async (_, options) => {
    const made = await go(server, options);
    const { page } = made;
    for (const wrong of [false, true]) {
      if (wrong) {
        await give(page, "weir_wrong");
        await page.getByRole("alert").waitFor();
      }
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
    forgive(made);
  });
});
