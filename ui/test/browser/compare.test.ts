// Numbers beside those of another time, on a server whose data is of two mornings a week apart.

import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostAnswer, HostsAnswer, SeriesAnswer, TableAnswer, TrafficAnswer } from "../../src/api/types";
import { formatChange, formatInteger, formatMeasure } from "../../src/lib/format";
import { cheapest } from "../../src/tables/table";
import { parts, partTotals } from "../../src/traffic/series";
import { ask } from "./ask";
import { settled, violations, visitor } from "./browser";
import { end, families, findBinary, run, serve } from "./servers";

const go = visitor();

let folder: string;
let weir: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  const binary = await findBinary();
  folder = await mkdtemp(path.join(tmpdir(), "weir-compare-"));
  const data = path.join(folder, "data");
  for (const [day, hours] of [
    ["2026-11-02", 2],
    ["2026-11-09", 2],
  ] as const) {
    const logs = path.join(folder, day);
    await run(binary, ["simulate", "--out", logs, "--start", day, "--hours", String(hours), "--vms", "12"]);
    await run(binary, ["ingest", "--data", data, ...(await families(logs))]);
    await run(binary, ["topology", "import", "--data", data, path.join(logs, "inventory")]);
  }
  weir = await serve(binary, data, started);
});
afterAll(async () => {
  await Promise.all(started.map(end));
  await rm(folder, { recursive: true, force: true });
});

const now = "from=2026-11-09T01:00:00Z&to=2026-11-09T02:00:00Z";
const hourBefore = "from=2026-11-09T00:00:00Z&to=2026-11-09T01:00:00Z";
const weekBefore = "from=2026-11-02T01:00:00Z&to=2026-11-02T02:00:00Z";

const sumOf = ({ times, series, other }: SeriesAnswer) =>
  times.map((_, i) => series.reduce((sum, { values }) => sum + values[i]!, other[i]!));

describe("numbers", () => {
  test.each([
    ["", hourBefore, "1 h before", "before"],
    ["&compare=week", weekBefore, "a week before", "week"],
  ] as const)("stand beside those of another time: %j", async (choice, span, name, api) => {
    const { page } = await go(`${weir}/?range=1h${choice}`);
    await settled(page);
    const [current, then] = await Promise.all(
      [now, span].map(async (each) => partTotals(await ask<TrafficAnswer>(weir, `/api/v1/traffic?${each}`))),
    );
    for (const { id } of parts) {
      const change = page.locator(`[data-part='${id}'] [title*='before,']`);
      const said = formatChange(current![id].flows, then![id].flows) ?? "new";
      await expect.poll(() => change.textContent()).toBe(`${said} vs ${name}`);
      expect(await change.getAttribute("title")).toContain(formatInteger(then![id].flows));
    }
    await page.getByText(new RegExp(`^Changes against (the )?${name}$`)).waitFor();
    await page.locator("path[data-line='then']").waitFor();
    for (const many of ["hosts", "conversations", "ports", "rules"]) {
      const { rows } = await ask<HostsAnswer>(weir, `/api/v1/top/${many}?${now}&limit=10&compare=${api}`);
      const changes = page.getByRole("region", { name: `Top ${many}`, exact: true }).locator("[data-change] [title]");
      const want = rows.map(({ total, before }) => formatChange(total.flows, before!.flows) ?? "new");
      await expect.poll(() => changes.allTextContents(), { message: many }).toEqual(want);
      expect(await changes.first().getAttribute("title")).toContain(formatInteger(rows[0]!.before!.flows));
    }

    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Hosts" }).click();
    await page.getByRole("link", { name: "VNets" }).click();
    const rows = page.getByRole("region", { name: "VNets, all rows" });
    await rows.locator("tbody tr").first().waitFor();
    const table = await ask<TableAnswer>(weir, `/api/v1/table/vnets?${now}&limit=100&compare=${api}`);
    expect(await rows.getByRole("columnheader", { name: `vs ${name}` }).count()).toBe(1);
    await expect
      .poll(() => rows.locator("tbody [data-column='change']").allTextContents())
      .toEqual(table.rows.map(({ all, before }) => formatChange(all.total.flows, before!.flows) ?? "new"));

    await page.getByRole("radio", { name: "Table" }).check();
    const course = page.getByRole("region", { name: "VNets over time, as a table" }).locator("tbody tr");
    await course.first().waitFor();
    const before = await ask<SeriesAnswer>(weir, `/api/v1/series/vnets?${span}&points=150`);
    const sums = sumOf(before);
    await expect
      .poll(() => course.evaluateAll((all) => all.map((row) => row.lastElementChild!.textContent)))
      .toEqual(sums.map((sum) => formatMeasure(sum, "flows")).toReversed());
    expect(await violations(page)).toEqual([]);
  });

  test("are compared with what is chosen, on every page, and with nothing", async () => {
    const { page } = await go(`${weir}/?range=1h`);
    await settled(page);
    const choice = page.getByRole("combobox", { name: "Compared with" });
    expect(await choice.inputValue()).toBe("before");
    await choice.selectOption("week");
    await page.getByText("Changes against a week before").waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Ports" }).click();
    await page.locator("path[data-line='then']").waitFor();
    expect(new URL(page.url()).search).toBe("?range=1h&compare=week");
    await page.reload();
    await page.locator("path[data-line='then']").waitFor();
    await choice.selectOption("none");
    await expect.poll(() => page.locator("path[data-line='then']").count()).toBe(0);
    expect(await page.getByText("Changes against").count()).toBe(0);
    expect(await page.locator("section [title*='before,']").count()).toBe(0);
  });

  test("are sums that a cheaper question has as well", async () => {
    for (const [split, other] of Object.entries(cheapest)) {
      for (const more of ["", "&by=bytes", "&where=malicious", "&where=src.vnet+%3D+vnet-shop-eus"]) {
        const [one, two] = await Promise.all(
          [split, other].map((each) =>
            ask<SeriesAnswer>(weir, `/api/v1/series/${each}?${now}&points=150&limit=1${more}`),
          ),
        );
        expect(sumOf(two!), `${split} as ${other}${more}`).toEqual(sumOf(one!));
      }
    }
  });

  test("of a host are compared as well", async () => {
    const machines = await ask<TableAnswer>(weir, `/api/v1/table/machines?${now}&limit=1`);
    const host = machines.rows[0]!.keys[0]!.split("/").at(-1)!;
    const answer = await ask<HostAnswer>(weir, `/api/v1/host?host=${host}&${now}&compare=week`);
    const { page } = await go(`${weir}/host?host=${host}&range=1h&compare=week`);
    const change = page.locator("[data-part='allowedIn'] [title*='before,']");
    const said = formatChange(answer.traffic.all.allowedIn.flows, answer.before!.all.allowedIn.flows) ?? "new";
    await expect.poll(() => change.textContent()).toBe(`${said} vs a week before`);

    // So is its course, point by point, and each of its partners.
    await page.locator("path[data-line='then']").waitFor();
    const then = await ask<HostAnswer>(weir, `/api/v1/host?host=${host}&${weekBefore}`);
    expect(partTotals(answer.beforeCourse!)).toEqual(partTotals(then.course!));
    const sums = then.course!.times.map((_, i) => then.course!.series.reduce((sum, { flows }) => sum + flows[i]!, 0));
    await page.getByRole("radio", { name: "Table" }).check();
    const course = page.getByRole("region", { name: "Traffic over time, as a table" }).locator("tbody tr");
    await expect
      .poll(() => course.evaluateAll((all) => all.map((row) => row.lastElementChild!.textContent)))
      .toEqual(sums.map((sum) => formatMeasure(sum, "flows")).toReversed());
    const partners = page.getByRole("region", { name: "Partners, all rows" });
    const first = answer.partners.rows[0]!;
    expect(await partners.locator("tbody [data-column='change']").first().textContent()).toBe(
      formatChange(first.total.flows, first.before!.flows) ?? "new",
    );
    expect(await violations(page)).toEqual([]);
  });

  test("stand alone where the data does not go back that far, and the page says so", async () => {
    const { page } = await go(`${weir}/?range=24h&compare=week`);
    await settled(page);
    await page.getByText("Nothing to compare with: the data begins 2026-11-02").waitFor();
    expect(await page.locator("path[data-line='then']").count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
});
