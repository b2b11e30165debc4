// The Overview in a real browser, on the real server.

import type { BrowserContextOptions, Download, Locator, Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import type { HostsAnswer, PortsAnswer, RejectsAnswer, StatusAnswer, TrafficAnswer } from "../../src/api/types";
import { formatCount, formatInteger, formatMeasure, type Unit, units } from "../../src/lib/format";
import { parseInterval, resolve } from "../../src/range/range";
import { writeMoment } from "../../src/lib/url";
import { parts, partTotals } from "../../src/traffic/series";
import { settled, violations, type Visit, visitor } from "./browser";

const weir = inject("weir");
const weirEmpty = inject("weirEmpty");

const go = visitor();

/** The overview of the server with data, once it shows all of it. */
async function overview(query = "", options?: BrowserContextOptions): Promise<Visit> {
  const made = await go(`${weir}/${query}`, options);
  await settled(made.page);
  return made;
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${weir}${path}`);
  if (!response.ok) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The range that the page shows when none is chosen, in the words of the API. */
async function lastDay(): Promise<string> {
  const status = await ask<StatusAnswer>("/api/v1/status");
  const span = resolve(
    { kind: "last", last: "24h" },
    {
      first: Date.parse(status.firstData!),
      last: Date.parse(status.lastData!),
      interval: parseInterval(status.interval),
    },
  );
  return `from=${writeMoment(span.from)}&to=${writeMoment(span.to)}`;
}

function table(page: Page, title: string) {
  return page.getByRole("region", { name: title, exact: true });
}

/**
 * The pointer on the chart, so far from its left edge, and the values shown
 * there. The chart may still move while what is above it arrives: the pointer
 * follows, as a hand does.
 */
async function pointAt(page: Page, across: (width: number) => number): Promise<Locator> {
  const chart = page.getByRole("img", { name: /^Bar chart/ });
  const shown = page.locator("table:not(:has(caption))");
  await expect
    .poll(async () => {
      await chart.scrollIntoViewIfNeeded();
      const box = (await chart.boundingBox())!;
      await page.mouse.move(box.x + across(box.width), box.y + box.height / 2);
      return shown.count();
    })
    .toBe(1);
  return shown;
}

/** The lines of a file that the page saved. */
async function linesOf(download: Download): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().trimEnd().split("\r\n");
}

describe("the numbers", () => {
  test("tiles and tables say what the API says", async () => {
    const { page } = await overview();
    const range = await lastDay();

    const traffic = await ask<TrafficAnswer>(`/api/v1/traffic?${range}`);
    const totals = partTotals(traffic);
    expect(totals.allowedIn.flows, "flows in the data of the test").toBeGreaterThan(0);
    for (const part of parts) {
      const tile = page.locator(`[data-part='${part.id}']`);
      await expect.poll(() => tile.getByRole("heading").textContent()).toBe(part.name);
      const text = await tile.textContent();
      for (const unit of units) expect(text, part.name).toContain(formatMeasure(totals[part.id][unit], unit));
    }

    const hosts = await ask<HostsAnswer>(`/api/v1/top/hosts?${range}&by=flows&limit=10`);
    const body = table(page, "Top hosts").locator("tbody tr");
    expect(await body.count()).toBe(hosts.rows.length);
    for (const [i, host] of hosts.rows.entries()) {
      const row = body.nth(i);
      expect(await row.getByRole("rowheader").textContent()).toContain(host.address);
      for (const unit of units) {
        const cell = row.locator(`[data-unit='${unit}']`);
        const number = await cell.locator("[title]").first().textContent(); // beside it is how it changed
        expect(number, `${host.address} ${unit}`).toBe(formatMeasure(host.total[unit], unit));
        // Every digit is there as well.
        expect(await cell.locator("[title]").first().getAttribute("title")).toContain(formatInteger(host.total[unit]));
      }
    }
    const foot = table(page, "Top hosts").locator("tfoot tr").last();
    expect(await foot.locator("[data-unit='bytes']").textContent()).toBe(formatMeasure(hosts.total.bytes, "bytes"));
  });

  test("in every table the rows and the rest add up to all", async () => {
    const range = await lastDay();
    for (const name of ["hosts", "conversations", "ports", "rules"]) {
      const answer = await ask<HostsAnswer>(`/api/v1/top/${name}?${range}`);
      for (const unit of units) {
        const shown = answer.rows.reduce((sum, row) => sum + row.total[unit], 0);
        expect(shown + answer.other[unit], `${name} ${unit}`).toBe(answer.total[unit]);
      }
    }
  });

  test("freshness and version come from the server", async () => {
    const { page } = await overview();
    const status = await ask<StatusAnswer>("/api/v1/status");
    const last = page.getByRole("banner").locator("time");
    expect(await last.getAttribute("datetime")).toBe(status.lastData);
    expect(await last.textContent()).toContain(`${status.lastData!.slice(11, 19)} UTC`);
    expect(await page.getByRole("banner").textContent()).toMatch(/\d+ (s|min|h|d|y) ago|ahead of the server/);
    expect(await page.getByRole("contentinfo").textContent()).toContain(`Weir ${status.version}`);
  });

  test("it says that each conversation counts once, and what that means", async () => {
    const { page } = await overview();
    const traffic = await ask<TrafficAnswer>(`/api/v1/traffic?${await lastDay()}`);
    expect(traffic.deduplicated, "the data of the test is settled").toBe(true);
    const note = page.getByRole("button", { name: "Each conversation counted once" });
    await note.hover();
    await page.getByRole("tooltip").filter({ hasText: "counts it once" }).waitFor();
  });
});

describe("what can be chosen", () => {
  test("a unit changes the address, the tiles and the order of the tables, and reload keeps it", async () => {
    const { page } = await overview();
    const range = await lastDay();
    for (const unit of ["bytes", "packets", "flows"] satisfies Unit[]) {
      await page.getByRole("radio", { name: unit, exact: false }).first().check();
      await expect.poll(() => new URL(page.url()).searchParams.get("unit")).toBe(unit === "flows" ? null : unit);
      const want = await ask<HostsAnswer>(`/api/v1/top/hosts?${range}&by=${unit}&limit=10`);
      await expect
        .poll(() => table(page, "Top hosts").locator("tbody tr").first().textContent())
        .toContain(want.rows[0]!.address);
      expect(await table(page, "Top ports").locator("th[aria-sort='descending']").textContent()).toMatch(
        new RegExp(unit, "i"),
      );
      expect(await page.locator("[data-part='allowedIn'] [data-unit]").getAttribute("data-unit")).toBe(unit);
    }
    await page.goto(`${weir}/?unit=bytes`);
    await page.reload();
    await settled(page);
    expect(await page.getByRole("radio", { name: "Bytes" }).isChecked()).toBe(true);
  });

  test("the head of a column ranks by it, and the way back works", async () => {
    const { page } = await overview();
    await table(page, "Top rules").getByRole("button", { name: "Bytes" }).click();
    await expect.poll(() => page.url()).toContain("unit=bytes");
    await page.goBack();
    await expect.poll(() => page.url()).not.toContain("unit=");
    await expect.poll(() => page.getByRole("radio", { name: "Flows" }).isChecked()).toBe(true);
  });

  test("the whole range shows other totals than its last hour", async () => {
    const { page } = await overview("?range=all");
    const all = await page.locator("[data-part='allowedIn'] [data-unit]").textContent();
    await page.getByRole("radio", { name: "1 h" }).check();
    await expect.poll(() => page.url()).toContain("range=1h");
    await expect.poll(() => page.locator("[data-part='allowedIn'] [data-unit]").textContent()).not.toBe(all);
  });

  test("dragging across the chart zooms in, and zooming out comes back", async () => {
    const { page } = await overview();
    const chart = page.getByRole("img", { name: /^Bar chart/ });
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toContain("from=");
    const search = new URL(page.url()).searchParams;
    const width = Date.parse(search.get("to")!) - Date.parse(search.get("from")!);
    expect(width).toBeGreaterThan(3_600_000);
    expect(width).toBeLessThan(4 * 3_600_000);
    await settled(page);

    await page.getByRole("button", { name: "Zoom out" }).click();
    await expect
      .poll(() => {
        const now = new URL(page.url()).searchParams;
        return Date.parse(now.get("to")!) - Date.parse(now.get("from")!);
      })
      .toBeGreaterThan(width);
  });

  test("a custom range is what was typed, in the zone shown", async () => {
    const { page } = await overview("?zone=local");
    const status = await ask<StatusAnswer>("/api/v1/status");
    const first = Math.ceil(Date.parse(status.firstData!) / 3_600_000) * 3_600_000;
    // The browser of the test lives in Berlin.
    const berlin = (at: number) =>
      new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "medium" })
        .format(at)
        .replace(" ", "T");
    await page.getByRole("button", { name: "Custom" }).click();
    await page.getByLabel("From (").fill(berlin(first));
    await page.getByLabel("To, not included").fill(berlin(first - 3_600_000));
    await page.getByText("Must be after the start").waitFor();
    await page.getByLabel("To, not included").fill(berlin(first + 7_200_000));
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect.poll(() => page.url()).toContain(`from=${writeMoment(first)}`);
    expect(page.url()).toContain(`to=${writeMoment(first + 7_200_000)}`);
  });

  test("a part of the chart can be hidden, and the chart read as a table", async () => {
    const { page } = await overview();
    const key = page.getByRole("button", { name: "Denied in" });
    await key.click();
    expect(await key.getAttribute("aria-pressed")).toBe("false");

    const traffic = await ask<TrafficAnswer>(`/api/v1/traffic?${await lastDay()}&points=150`);
    await page.getByRole("radio", { name: "Table" }).check();
    const rows = page.getByRole("region", { name: "Traffic over time, as a table" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(traffic.times.length);
    const series = traffic.series.find((each) => each.direction === "in" && each.status === "allowed")!;
    expect(await rows.first().getByRole("cell").first().textContent()).toBe(formatCount(series.flows.at(-1)!));
    await expect.poll(() => new URL(page.url()).search).toBe("?trend=table");
  });

  test("beside the chart and in it is what was before, by every part that is shown", async () => {
    const { page } = await overview("?range=6h");
    const status = await ask<StatusAnswer>("/api/v1/status");
    const to = Math.floor(Date.parse(status.lastData!) / 600_000) * 600_000 + 600_000 - 6 * 3_600_000;
    const span = `from=${writeMoment(to - 6 * 3_600_000)}&to=${writeMoment(to)}`;
    const before = await ask<TrafficAnswer>(`/api/v1/traffic?${span}&points=150`);
    const sum = (index: number) => before.series.reduce((all, { flows }) => all + flows[index]!, 0);
    await page.locator("path[data-line='then']").waitFor();
    const legend = page.getByRole("group", { name: "Shown in the chart" });
    const key = legend.getByRole("button", { name: "6 h before" });
    expect(await page.locator("path[data-line='then-down']").count()).toBe(1);

    // The grid of the chart begins 64 pixels from the left, and ends 4 from the right.
    const index = 20;
    const shown = await pointAt(page, (width) => 64 + ((width - 68) * (index + 0.5)) / before.times.length);
    const row = shown.getByRole("row").filter({ hasText: "6 h before" });
    await row.waitFor();
    expect(await row.getByRole("cell").first().textContent()).toBe(formatCount(sum(index)));

    // Without what goes out there is nothing to compare below the line.
    for (const name of ["Allowed out", "Denied out"]) await legend.getByRole("button", { name }).click();
    await expect.poll(() => page.locator("path[data-line='then-down']").count()).toBe(0);
    await key.click();
    await expect.poll(() => page.locator("path[data-line='then']").count()).toBe(0);

    await page.getByRole("radio", { name: "Table" }).check();
    const rows = page.getByRole("region", { name: "Traffic over time, as a table" }).locator("tbody tr");
    await rows.first().waitFor();
    expect(await rows.evaluateAll((all) => all.map((each) => each.lastElementChild!.textContent))).toEqual(
      before.times.map((_, i) => formatCount(sum(i))).toReversed(),
    );
  });

  test("the chart shows all values of a bucket under the pointer", async () => {
    const { page } = await overview();
    const shown = await pointAt(page, (width) => width * 0.5);
    expect(await shown.getByRole("row").count()).toBe(1 + parts.length + 2); // all, and what was before
    for (const part of parts) expect(await shown.textContent()).toContain(part.name);
  });

  test("a bucket that the data does not fill yet says so", async () => {
    const { page } = await overview();
    const status = await ask<StatusAnswer>("/api/v1/status");
    const note = page.getByText(`Not whole: the data ends ${status.lastData!.slice(11, 19)}`);
    await pointAt(page, (width) => width / 2);
    expect(await note.count()).toBe(0);
    await pointAt(page, (width) => width - 6);
    await note.waitFor();
  });

  test("a theme is remembered", async () => {
    const { page } = await overview();
    const background = () =>
      page.evaluate(() => getComputedStyle(document.querySelector("main")!.parentElement!).backgroundColor);
    const light = await background();
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("radio", { name: "Dark" }).check();
    await expect.poll(background).not.toBe(light);
    await page.reload();
    await settled(page);
    expect(await background()).not.toBe(light);
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  });

  test("a table is copied, and saved whole", async () => {
    const { page } = await overview("", { permissions: ["clipboard-read", "clipboard-write"] });
    const hosts = await ask<HostsAnswer>(`/api/v1/top/hosts?${await lastDay()}&limit=1000`);
    await page.getByRole("button", { name: "Copy top hosts" }).click();
    await page.getByText("Copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split("\n")[1]).toContain(hosts.rows[0]!.address);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save top hosts as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^weir-hosts-.*\.csv$/);
    const lines = await linesOf(download);
    expect(lines[0]).toMatch(/^host,.*,flows,packets,bytes(,before [a-z]+)*$/);
    const rest = hosts.distinct > hosts.rows.length ? 1 : 0;
    expect(lines.length).toBe(1 + hosts.rows.length + rest);
  });
});

test("ephemeral ports are saved as one range", async () => {
  const { page } = await overview("?range=all");
  const ports = await ask<PortsAnswer>(`/api/v1/top/ports?limit=1000`);
  const range = ports.rows.find((row) => row.through > row.port);
  expect(range, "a folded range in the data of the test").toBeDefined();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save top ports as CSV" }).click(),
  ]);
  const saved = (await linesOf(download)).filter((line) => line.startsWith(`${range!.port}-${range!.through},`));
  expect(saved.length).toBe(
    ports.rows.filter((row) => row.port === range!.port && row.through === range!.through).length,
  );
});

describe("where there is little to show", () => {
  test("a store without data says how to fill it", async () => {
    const { page } = await go(weirEmpty);
    await page.getByRole("heading", { name: "No flow logs yet" }).waitFor();
    expect(await page.locator("main code").allTextContents()).toEqual(["weir ingest PATH", "weir demo"]);
    expect(await page.getByRole("banner").textContent()).toContain("no data yet");
  });

  test("a range without data says where there is some, and goes there", async () => {
    const { page } = await go(`${weir}/?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`);
    await page.getByRole("heading", { name: "No flows in this range" }).waitFor();
    await page.getByText("The data begins after this range.").waitFor();
    await page.getByRole("button", { name: "Show all the data" }).click();
    await settled(page);
    expect(page.url()).toContain("range=all");
  });

  test("a server that went away is told of, and what it gave last stays", async () => {
    const made = await overview();
    const total = await made.page.locator("[data-part='allowedIn'] [data-unit]").textContent();
    await made.page.context().setOffline(true);
    await made.page.getByText("Weir does not answer.").waitFor();
    expect(await made.page.locator("[data-part='allowedIn'] [data-unit]").textContent()).toBe(total);
    await made.page.getByRole("radio", { name: "Bytes" }).check();
    await made.page.getByText("Cannot show this: the server does not answer").first().waitFor();

    await made.page.context().setOffline(false);
    await made.page.getByText("Weir does not answer.").waitFor({ state: "detached" });
    await settled(made.page);
    expect(await made.page.getByText("Cannot show this").count()).toBe(0);
    // The browser itself reports each request that failed.
    made.complaints.splice(
      0,
      Infinity,
      ...made.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED")),
    );
  });

  test("a page that is not there says so", async () => {
    const { page } = await go(`${weir}/nowhere`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await settled(page);
    expect(new URL(page.url()).pathname).toBe("/");
  });

  test("an address that cannot be read shows the last day", async () => {
    const { page } = await go(`${weir}/?unit=parsecs&range=3w`);
    await settled(page);
    expect(await page.getByRole("radio", { name: "Flows" }).isChecked()).toBe(true);
    expect(await page.getByRole("radio", { name: "24 h" }).isChecked()).toBe(true);
  });

  test("rejected input is told of, with reason, place and sample", async () => {
    const { page } = await overview();
    const rejects = await ask<RejectsAnswer>("/api/v1/rejects?limit=200");
    expect(rejects.total, "rejected input in the data of the test").toBeGreaterThan(0);
    const button = page.getByRole("button", { name: /rejected$/ });
    await button.click();
    const panel = page.getByRole("dialog", { name: "Rejected input" });
    await panel.getByText(`${formatInteger(rejects.total)} tuples or records`).waitFor();
    const text = await panel.textContent();
    for (const reject of rejects.rows) {
      expect(text).toContain(reject.reason);
      expect(text).toContain(reject.object);
      for (const sample of reject.samples) {
        expect(text).toContain(formatInteger(sample.offset));
        expect(text).toContain(sample.sample);
      }
    }
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    // The focus is back where it was, and what is left behind is sound.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/rejected$/);
    expect(await violations(page)).toEqual([]);
  });
});

describe("for everyone", () => {
  const states: [string, string, BrowserContextOptions][] = [
    ["light", weir, {}],
    ["dark", weir, { colorScheme: "dark" }],
    ["narrow", weir, { viewport: { width: 360, height: 740 } }],
    ["as a table", `${weir}/?unit=bytes`, {}],
    ["empty", weirEmpty, {}],
    ["empty and dark", weirEmpty, { colorScheme: "dark" }],
    ["nothing in the range", `${weir}/?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`, {}],
  ];
  test.each(states)("axe finds nothing wrong: %s", async (name, address, options) => {
    const { page } = await go(address, options);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await page.waitForLoadState("networkidle");
    if (name === "as a table") await page.getByRole("radio", { name: "Table" }).check();
    expect(await violations(page)).toEqual([]);
  });

  test.each([320, 360, 640, 768, 1024])("nothing is wider than a window of %d", async (width) => {
    for (const address of [`${weir}/?unit=bytes&range=all`, weirEmpty]) {
      const { page } = await go(address, { viewport: { width, height: 800 } });
      await page.getByRole("heading", { level: 2 }).first().waitFor();
      await page.waitForLoadState("networkidle");
      const size = await page.evaluate(() => ({
        page: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
      }));
      expect(size.page, address).toBeLessThanOrEqual(size.window);
    }
  });

  test.each([
    ["wide", 1440, 900],
    ["tall", 1440, 2400],
    ["narrow", 375, 812],
  ])("nothing moves while the page loads: %s", async (_, width, height) => {
    for (const address of [weir, `${weir}/?range=all&unit=bytes`, weirEmpty]) {
      const made = await go(address, { viewport: { width, height } });
      await made.page.getByRole("heading", { level: 2 }).first().waitFor();
      await made.page.waitForLoadState("networkidle");
      await made.page.waitForTimeout(1200);
      expect(await made.layoutShift(), address).toBeLessThan(0.02);
    }
  });

  test("the keyboard reaches everything that can be chosen", async () => {
    const { page } = await overview();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");

    await page.getByRole("radio", { name: "Flows" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.url()).toContain("unit=packets");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.url()).toContain("unit=bytes");
  });

  test("the title and the headings say what is where", async () => {
    const { page } = await overview();
    expect(await page.title()).toBe("Overview · Weir");
    expect(await page.getByRole("heading", { level: 1 }).allTextContents()).toEqual(["Overview"]);
    expect(await page.locator("table caption").count()).toBe(4);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });
});
