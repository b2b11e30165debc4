// What the page does by itself while the store is being filled, and when the
// server ends and comes back.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, settled, visit } from "./browser";
import { end, families, findBinary, run, serve } from "./servers";

const started: ChildProcess[] = [];
let browser: Browser;
let folder: string;
let binary: string;

beforeAll(async () => {
  binary = await findBinary();
  folder = await mkdtemp(path.join(tmpdir(), "weir-live-"));
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all(started.map(end));
  await rm(folder, { recursive: true, force: true });
});

test("an empty page fills by itself, when more is read or becomes known; the server's end is told of", async () => {
  const [logs, data] = [path.join(folder, "logs"), path.join(folder, "data")];
  await run(binary, ["simulate", "--out", logs, "--hours", "2", "--vms", "12", "--seed", "3"]);
  const [first, ...rest] = await families(logs);
  if (first === undefined || rest.length === 0) throw new Error(`${logs} must hold two families of logs`);

  const { page, strangers, close } = await visit(browser, await serve(binary, data, started));
  await page.getByRole("heading", { name: "No flow logs yet" }).waitFor();

  await run(binary, ["ingest", "--data", data, first]);
  await settled(page);
  const total = () => page.getByRole("region", { name: "Top hosts" }).locator("tfoot tr").last().textContent();
  const before = await total();

  await run(binary, ["ingest", "--data", data, ...rest]);
  await expect.poll(total, { timeout: 20_000 }).not.toBe(before);

  // What is stored is judged anew without a commit, and the page follows that too.
  await page.getByRole("button", { name: "An inventory would add names", exact: true }).waitFor();
  await run(binary, ["topology", "import", "--data", data, path.join(logs, "inventory")]);
  const hosts = page.getByRole("region", { name: "Top hosts" }).locator("tbody");
  await expect.poll(() => hosts.textContent(), { timeout: 20_000 }).toContain("vm-");
  await page.getByText("An inventory would add names").waitFor({ state: "detached" });

  await end(started.pop()!);
  await page.getByText("Weir does not answer.").waitFor();
  // What was shown stays, and choosing a unit still works as far as it can.
  expect(await total()).not.toBe("");
  await page.getByRole("radio", { name: "Bytes" }).check();
  expect(await page.locator("[data-part='allowedIn'] [data-unit]").getAttribute("data-unit")).toBe("bytes");
  expect(strangers).toEqual([]);
  await close();
});

test("what is written is there by itself, and what is not whole yet is marked as that", async () => {
  const [logs, data, config] = ["grow", "growing", "grow.yaml"].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(logs);
  await writeFile(config, `sources: [{folder: ${logs}}]\n`);
  // A minute of logs a second.
  const live = ["--live", "--pace", "60", "--hours", "2", "--vms", "12", "--seed", "3"];
  const writer = spawn(binary, ["simulate", ...live, "--out", logs], { stdio: "ignore" });
  started.push(writer);
  const { page, layoutShift, complaints, close } = await visit(
    browser,
    `${await serve(binary, data, started, ["--config", config])}/?range=all`,
  );
  await settled(page);
  const flows = async () => {
    const parts = await page
      .locator("[data-part] [data-unit='flows'] [title]")
      .evaluateAll((all) => all.map((one) => one.getAttribute("title") ?? ""));
    return parts.map((title) => Number(title.replace(/\D/g, ""))).reduce((sum, part) => sum + part, 0);
  };
  const moved = await layoutShift();
  for (let times = 0; times < 3; times++) {
    const before = await flows();
    await expect.poll(flows, { timeout: 30_000 }).toBeGreaterThan(before);
  }
  expect(await layoutShift()).toBeLessThan(moved + 0.02);
  await page.getByText("Not whole yet").waitFor();
  const open = (await page.locator("[data-open]").boundingBox())!;
  const chart = (await page.locator("section[data-course] [role='img']").boundingBox())!;
  expect(open.width).toBeGreaterThan(2);
  expect(open.x + open.width).toBeGreaterThan(chart.x + chart.width - 12);
  expect(complaints).toEqual([]);
  await close();
});

test("what is older than flows are kept for is shown from its sums, and the page says so", async () => {
  const [logs, data, config] = ["old", "kept", "kept.yaml"].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  await run(binary, ["simulate", "--out", logs, "--hours", "48", "--vms", "12", "--seed", "3"]);
  await run(binary, ["ingest", "--data", data, ...(await families(logs))]);
  await writeFile(config, "retention: {intervals: 1d}\n");

  const table = (page: Page) => page.getByRole("region", { name: "Top ports" }).locator("tbody");
  const first = await visit(browser, `${await serve(binary, data, started)}/?range=all`);
  await expect.poll(() => table(first.page).textContent(), { timeout: 20_000 }).toContain("https");
  const before = await table(first.page).textContent();
  expect(await first.page.getByText("In full from").count()).toBe(0);
  await first.close();
  await end(started.pop()!);

  const { page, strangers, close } = await visit(
    browser,
    `${await serve(binary, data, started, ["--config", config])}/?range=all`,
  );
  await expect.poll(() => page.getByText("In full from").count(), { timeout: 20_000 }).toBe(1);
  await expect.poll(() => table(page).textContent(), { timeout: 20_000 }).toBe(before);
  expect(strangers).toEqual([]);
  await close();
});
