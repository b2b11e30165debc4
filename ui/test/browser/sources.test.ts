// What the page tells of sources and of what is done by the clock: on a server
// that reads a folder, an account of Azurite, and one that cannot be read.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { JobsAnswer, SourcesAnswer } from "../../src/api/types";
import { overflow, violations, visitor } from "./browser";
import { end, families, findBinary, run, serve } from "./servers";

const go = visitor();
const started: ChildProcess[] = [];
const key = Buffer.from("weir test key ".repeat(5).slice(0, 64)).toString("base64");
const patience = { timeout: 60_000 };
let folder: string;
let weir: string;
/** Writes logs into the folder that is a source. */
let write: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "weir-sources-"));
  const binary = await findBinary();
  const url = await azurite();
  process.env["AZURE_STORAGE_KEY"] = key;
  const simulated = path.join(folder, "simulated");
  const account = [
    "--live",
    "--pace",
    "0",
    "--hours",
    "1",
    "--vms",
    "12",
    "--out",
    simulated,
    "--azure",
    `${url}/weir001`,
  ];
  await run(binary, ["simulate", ...account]);
  const logs = path.join(folder, "logs");
  await mkdir(logs);
  const hours = path.join(folder, "hours");
  await run(binary, ["simulate", "--out", hours, "--hours", "1", "--vms", "12", "--seed", "5"]);
  const [family] = await families(hours);
  write = () => rename(family!, path.join(logs, path.basename(family!)));
  const config = path.join(folder, "weir.yaml");
  const azure = (name: string, at: string) =>
    `  - {azure: "${url}/${at}", name: ${name}, key: "\${AZURE_STORAGE_KEY}"}`;
  await writeFile(
    config,
    ["sources:", `  - folder: ${logs}`, azure("prodlogs", "weir001"), azure("lost", "nobody"), ""].join("\n"),
  );
  weir = await serve(binary, path.join(folder, "data"), started, ["--config", config]);
}, 120_000);

afterAll(async () => {
  await Promise.all(started.map(end));
  await rm(folder, { recursive: true, force: true });
});

/** Starts a storage server; returns where its accounts are. */
async function azurite(): Promise<string> {
  const script = path.resolve("node_modules/azurite/dist/src/azurite.js");
  const ports = ["--blobPort", "0", "--queuePort", "0", "--tablePort", "0"];
  const quiet = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"];
  const server = spawn(process.execPath, [script, ...ports, ...quiet], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, AZURITE_ACCOUNTS: `weir001:${key}` },
  });
  started.push(server);
  for await (const line of createInterface(server.stdout)) {
    const [, url] = /Blob service is successfully listening at (\S+)/.exec(line) ?? [];
    if (url) return url;
  }
  await once(server, "exit");
  throw new Error("Azurite ended before it listened");
}

async function ask<T>(question: string): Promise<T> {
  const response = await fetch(`${weir}/api/v1/${question}`);
  if (!response.ok) throw new Error(`${question}: status ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

test("sources are told with their state, what came of them, and what mends what fails", async () => {
  const { page } = await go(`${weir}/data`);
  const sources = page.getByRole("region", { name: "Sources", exact: true });
  const of = (name: string) => sources.getByRole("article", { name, exact: true });

  const read = of("prodlogs");
  await expect.poll(() => read.textContent(), patience).toContain("all of it was read");
  expect(await read.locator("progress").getAttribute("value")).toBe("1");
  const { rows } = await ask<SourcesAnswer>("sources");
  const account = rows.find(({ name }) => name === "prodlogs")!;
  expect(account.containers.length).toBe(2);
  for (const { name } of account.containers) expect(await read.textContent()).toContain(name);

  const lost = of("lost");
  const { fault } = rows.find(({ name }) => name === "lost")!;
  expect(await lost.textContent()).toContain("Cannot be read");
  expect(await lost.textContent()).toContain(fault!.cause);
  expect(await lost.locator("code").first().textContent()).toBe("az storage account show --name nobody");
  expect(await lost.getByRole("button", { name: /^Copy the command/ }).count()).toBe(1);

  // What is written while somebody looks is there by itself, with its lag.
  const there = of(path.join(folder, "logs"));
  expect(await there.textContent()).toContain("Nothing is there yet");
  const before = await page.evaluate(() => document.documentElement.scrollHeight);
  await write();
  await expect.poll(() => there.textContent(), patience).toContain("Read as it changes");
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThanOrEqual(before);
  expect(await there.getByRole("img", { name: /^Chart of the lag/ }).count()).toBe(1);
});

test("each job is told with its state, and why it fails", async () => {
  const { page } = await go(`${weir}/data`);
  const table = page.getByRole("region", { name: "What is done by the clock", exact: true }).locator("tbody");
  const { rows } = await ask<JobsAnswer>("jobs");
  await expect.poll(() => table.locator("tr").count()).toBe(rows.length);
  for (const [i, { name, does }] of rows.entries()) {
    const text = await table.locator("tr").nth(i).textContent();
    expect(text).toContain(name);
    expect(text).toContain(does);
  }
  const failing = table.locator("tr", { hasText: "lost: live" });
  expect(await failing.textContent()).toMatch(/Failing.*there is no such account/);
});

test("every page says which source cannot be read, and leads to what mends it", async () => {
  const { page } = await go(`${weir}/`);
  const banner = page.getByRole("alert").filter({ hasText: "The source lost cannot be read" });
  await banner.waitFor();
  await banner.getByRole("link", { name: "What mends it" }).click();
  await page.getByRole("heading", { level: 1, name: "Data" }).waitFor();
  expect(await banner.getByRole("link").count()).toBe(0);
});

test("nothing moves, is too wide or unreadable, whatever there is to tell", async () => {
  for (const options of [{}, { viewport: { width: 390, height: 844 } }, { colorScheme: "dark" as const }]) {
    for (const address of [`${weir}/data`, `${inject("weirEmpty")}/data`]) {
      const made = await go(address, options);
      await made.page.getByRole("region", { name: "Sources", exact: true }).waitFor();
      // Asked again while it is shown.
      await made.page.waitForResponse((response) => response.url().endsWith("/api/v1/sources"));
      expect(await violations(made.page), address).toEqual([]);
      expect(await made.layoutShift(), address).toBeLessThan(0.02);
      expect(await overflow(made.page), address).toBeLessThanOrEqual(0);
    }
  }
});

test("without sources the page says how to name one", async () => {
  const { page } = await go(`${inject("weirEmpty")}/data`);
  const sources = page.getByRole("region", { name: "Sources", exact: true });
  expect(await sources.locator("code").textContent()).toContain("- azure: https://ACCOUNT.blob.core.windows.net");
  expect(await page.getByRole("alert").count()).toBe(0);
});
