// The pages of tables, on the real server: every number against what the API says.

import type { Page } from "playwright-core";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { GatewaysAnswer, SeriesAnswer, TableAnswer, TableRow, TrafficAnswer } from "../../src/api/types";
import { formatChange, formatInteger, formatMeasure, formatShare } from "../../src/lib/format";
import {
  conversations,
  gateways,
  malicious,
  owners,
  places,
  portsTable,
  type Table,
  tabOf,
} from "../../src/tables/table";
import { formatRate } from "../../src/tables/rate";
import { parts, partTotals } from "../../src/traffic/series";
import { ask, lastDay } from "./ask";
import { violations, visitor } from "./browser";

const [weir, known] = [inject("weir"), inject("weirKnown")];

const go = visitor();

const pages: { path: string; tables: readonly Table[]; where: string }[] = [
  { path: "hosts", tables: owners, where: "" },
  { path: "places", tables: places, where: "" },
  { path: "gateways", tables: gateways, where: "" },
  { path: "malicious", tables: malicious, where: "malicious" },
  { path: "conversations", tables: conversations, where: "" },
  { path: "ports", tables: [portsTable], where: "" },
];
// The data of the test has no operators.
const tabs = pages.flatMap(({ path, tables, where }) =>
  tables
    .filter(({ from }) => from !== "operators")
    .map((table) => ({ path, table, where: table.flows ?? where, title: table.title })),
);

/** What is counted of a row and shown at first. */
function waysOf({ split }: Table) {
  if (split === "pairs") return ["total", "allowedOut", "allowedIn", "denied"] as const;
  return ["total", ...parts.map(({ id }) => id)] as const;
}

const box = (page: Page, title: string) => page.getByRole("region", { name: `${title}, all rows`, exact: true });
const rowsOf = (page: Page, title: string) => box(page, title).locator("tbody tr[aria-rowindex]");

function answerOf(table: Pick<Table, "split">, query: string): Promise<TableAnswer> {
  return ask<TableAnswer>(known, `/api/v1/table/${table.split}?${query}`);
}

async function open(path: string, table: Table, query = "") {
  const made = await go(`${known}/${path}?tab=${tabOf(table)}${query}`);
  await rowsOf(made.page, table.title).first().waitFor();
  return made;
}

async function save(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** What the page says of each row, in its order. */
const seen = (page: Page, title: string) =>
  rowsOf(page, title).evaluateAll((rows) =>
    rows.map((row) => ({
      // Hosts are told by their addresses, each a link.
      name:
        [...row.querySelectorAll("th a:not([aria-label])")].map((link) => link.textContent).join(" ⇄ ") ||
        row.querySelector("th span")!.textContent,
      values: Object.fromEntries(
        [...row.querySelectorAll<HTMLElement>("[data-column]")].map((cell) => [
          cell.dataset["column"]!,
          cell.querySelector("[title]")?.getAttribute("title") ?? "",
        ]),
      ),
    })),
  );

let range: string;
beforeAll(async () => {
  range = await lastDay(known);
});

describe("every table", () => {
  test.each(tabs)("$path, $title: rows, their order and sums are the API's", async ({ path, table, where }) => {
    const filter = where && `&where=${where}`;
    const sort = table.first ?? "total";
    const want = await answerOf(table, `${range}${filter}&sort=${sort}&limit=100&compare=before`);
    expect(want.rows.length, "rows in the data of the test").toBeGreaterThan(0);
    const { page } = await open(path, table);
    const got = await seen(page, table.title);
    expect(got.map(({ name }) => name)).toEqual(
      want.rows.map(({ keys, hosts }) => (hosts ? keys.join(" ⇄ ") : table.name(keys).name || "none")),
    );
    for (const [i, row] of want.rows.entries()) {
      const { values } = got[i]!;
      for (const way of waysOf(table)) {
        expect(values[way], `${row.keys.join(" ")} ${way}`).toContain(formatInteger(row.all[way].flows));
      }
      expect(values["change"]).toContain(formatInteger(row.before!.flows));
    }
    const all = box(page, table.title).locator("tfoot tr").last();
    for (const way of waysOf(table)) {
      if (/Out|In/.test(way) && table.split === "pairs") continue; // a matter of each pair
      expect(await all.locator(`[data-column='${way}']`).textContent()).toBe(
        formatMeasure(want.all[way].flows, "flows"),
      );
    }
    const traffic = partTotals(await ask<TrafficAnswer>(known, `/api/v1/traffic?${range}${filter}`));
    for (const { id } of parts) {
      const tile = page.locator(`[data-part='${id}'] [data-unit='flows']`);
      expect(await tile.textContent()).toContain(formatMeasure(traffic[id].flows, "flows"));
    }
    const series = await ask<SeriesAnswer>(known, `/api/v1/series/${table.split}?${range}${filter}`);
    const summary = await page.getByRole("img", { name: /^Bar chart/ }).getAttribute("aria-label");
    for (const line of series.series) expect(summary).toContain(`${formatInteger(line.total)} flow`);
  });
});

describe("a table", () => {
  const subnets = owners.find(({ split }) => split === "subnets")!;
  const vnets = owners.find(({ split }) => split === "vnets")!;
  const ports = malicious.find(({ split }) => split === "ports")!;

  test("is sorted by the server, by whichever head is chosen", async () => {
    const { page } = await open("hosts", subnets);
    for (const [head, sort] of [
      ["Denied in", "deniedIn"],
      ["Malicious", "maliciousTotal"],
      ["Subnet", "key"],
    ] as const) {
      await box(page, "Subnets").getByRole("button", { name: head, exact: true }).click();
      await expect.poll(() => new URL(page.url()).searchParams.get("sort")).toBe(sort);
      const want = await answerOf(subnets, `${range}&sort=${sort}&limit=100`);
      await expect
        .poll(async () => (await seen(page, "Subnets")).map(({ name }) => name))
        .toEqual(want.rows.map(({ keys }) => subnets.name(keys).name));
      expect(await box(page, "Subnets").locator("th[aria-sort='descending'], th[aria-sort='ascending']").count()).toBe(
        1,
      );
    }
    await page.reload();
    await rowsOf(page, "Subnets").first().waitFor();
    expect(await box(page, "Subnets").locator("th[aria-sort='ascending']").textContent()).toBe("Subnet");
    await box(page, "Subnets").getByRole("button", { name: "Total", exact: true }).click();
    await expect.poll(() => new URL(page.url()).search).toBe("?tab=subnets");
  });

  test("is paged over all of its rows, and an address brings a page back", async () => {
    const { page } = await open("malicious", ports, "&range=all");
    const status = await ask<{ firstData: string }>(known, "/api/v1/status");
    const all = `from=${status.firstData}&where=malicious&sort=allowedIn`;
    const want = await answerOf(ports, `${all}&limit=1000`);
    expect(want.distinct, "rows for more than two pages").toBeGreaterThan(200);
    const names = want.rows.map(({ keys }) => ports.name(keys).name);
    await page.getByText(`1–100 of ${formatInteger(want.distinct)}`).waitFor();
    expect(await page.getByRole("button", { name: "Rows before" }).isDisabled()).toBe(true);
    expect((await seen(page, "Ports")).map(({ name }) => name)).toEqual(names.slice(0, 100));
    await page.getByRole("button", { name: "Rows behind" }).click();
    await page.getByText(`101–200 of ${formatInteger(want.distinct)}`).waitFor();
    expect((await seen(page, "Ports")).map(({ name }) => name)).toEqual(names.slice(100, 200));
    expect(await rowsOf(page, "Ports").first().getAttribute("aria-rowindex")).toBe("102");
    await page.reload();
    await page.getByText(`101–200 of ${formatInteger(want.distinct)}`).waitFor();
    // Other flows have other rows: they begin at the first.
    await page.getByRole("radio", { name: "Bytes" }).check();
    await page.getByText(`1–100 of ${formatInteger(want.distinct)}`).waitFor();
    expect(new URL(page.url()).searchParams.get("page")).toBeNull();
  });

  test("of ports has each of them, however many, with its application", async () => {
    const status = await ask<{ firstData: string }>(known, "/api/v1/status");
    const { distinct } = await answerOf(portsTable, `from=${status.firstData}&limit=1`);
    expect(distinct, "ports in the data of the test").toBeGreaterThan(1000);
    const last = Math.ceil(distinct / 100);
    const want = await answerOf(portsTable, `from=${status.firstData}&limit=100&offset=${(last - 1) * 100}`);
    const { page } = await go(`${known}/ports?range=all&page=${last}`);
    await page.getByText(`–${formatInteger(distinct)} of ${formatInteger(distinct)}`).waitFor();
    expect((await seen(page, "Ports")).map(({ name }) => name)).toEqual(
      want.rows.map(({ keys }) => portsTable.name(keys).name),
    );
    expect(await page.getByRole("button", { name: "Rows behind" }).isDisabled()).toBe(true);
    const first = await answerOf(portsTable, `from=${status.firstData}&limit=100`);
    const named = first.rows.findIndex(({ ports }) => ports![0]!.application !== "");
    await page.goto(`${known}/ports?range=all`);
    const cell = rowsOf(page, "Ports").nth(named).locator("th");
    const { port, protocol, application } = first.rows[named]!.ports![0]!;
    await expect.poll(() => cell.textContent()).toBe(`${port}${protocol} ${application}`);
  });

  test("is saved with all of its rows, as CSV and JSON", async () => {
    const { page } = await open("malicious", ports, "&range=all&columns=total");
    const count = await page.getByText(/^1–100 of/).textContent();
    const distinct = Number(count!.split(" of ")[1]!.replaceAll(",", ""));
    const lines = (await save(page, "Save ports as CSV")).trimEnd().split("\r\n");
    expect(lines[0]).toBe("port,protocol,application,total flows,total packets,total bytes");
    expect(lines.length).toBe(1 + distinct);
    const total = await box(page, "Ports").locator("tfoot [data-column='total'] [title]").getAttribute("title");
    const sum = lines.slice(1).reduce((flows, line) => flows + Number(line.split(",")[3]), 0);
    expect(total).toBe(`${formatInteger(sum)} flows`);
    const saved = JSON.parse(await save(page, "Save ports as JSON")) as { where: string; rows: unknown[] };
    expect(saved.where).toBe("malicious");
    expect(saved.rows.length).toBe(distinct);
  });

  test("is saved as Parquet by the server, with its filter and its order", async () => {
    const { page } = await open("malicious", ports, "&range=all&sort=deniedIn");
    const link = page.getByRole("link", { name: "Save all ports as Parquet" });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^weir-ports-.*\.parquet$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    expect([content.subarray(0, 4).toString(), content.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
    const asked = new URL(download.url()).searchParams;
    expect([asked.get("where"), asked.get("sort"), asked.get("split")]).toEqual(["malicious", "deniedIn", "ports"]);
  });

  test("says how much of a file has come, and lets it be cancelled", async () => {
    const { page } = await open("hosts", owners[0]!, "&range=all&columns=total");
    const status = await ask<{ firstData: string }>(known, "/api/v1/status");
    const [first, second] = await Promise.all(
      [0, 1000].map((offset) =>
        ask<TableAnswer>(known, `/api/v1/table/hosts?from=${status.firstData}&limit=1000&offset=${offset}`),
      ),
    );
    expect(second!.rows.length, "hosts for more than one part").toBeGreaterThan(0);
    const distinct = first!.rows.length + second!.rows.length;
    let pass: (value?: unknown) => void = () => {};
    const held = new Promise((resolve) => (pass = resolve));
    const asked: string[] = [];
    await page.route(/offset=1000/, async (route) => {
      asked.push(route.request().url());
      await held;
      await route.continue().catch(() => {});
    });
    let saved = 0;
    page.on("download", () => saved++);
    const save = page.getByRole("button", { name: "Save hosts as CSV" });
    await save.click();
    await page.getByText(/^1,000 (of [\d,]+ )?rows$/).waitFor();
    expect(await page.getByRole("progressbar", { name: "Saving hosts" }).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled", { exact: true }).waitFor();
    pass();
    await save.waitFor();
    expect(asked.length).toBe(1);
    expect(saved).toBe(0);

    await save.click();
    await page.getByText(new RegExp(`^Saved: ${formatInteger(distinct)} rows, [\\d.]+ KB$`)).waitFor();
    await expect.poll(() => saved).toBe(1);
  });

  test("has orders that are a click away, and a column for what they are by", async () => {
    const { page } = await open("hosts", subnets);
    const order = (name: string) =>
      page.getByRole("group", { name: "Most of" }).getByRole("radio", { name, exact: true });
    for (const [name, sort] of [
      ["malicious", "maliciousTotal"],
      ["denied benign", "deniedBenign"],
    ] as const) {
      await order(name).check();
      await expect.poll(() => new URL(page.url()).searchParams.get("sort")).toBe(sort);
      const want = await answerOf(subnets, `${range}&sort=${sort}&limit=100`);
      await expect
        .poll(async () => (await seen(page, "Subnets")).map(({ name: called }) => called))
        .toEqual(want.rows.map(({ keys }) => subnets.name(keys).name));
    }
    const [first] = (await answerOf(subnets, `${range}&sort=deniedBenign&limit=1`)).rows;
    expect((await seen(page, "Subnets"))[0]!.values["deniedBenign"]).toBe(
      `${formatInteger(first!.all.denied.flows - first!.malicious.denied.flows)} flows`,
    );
    expect(await violations(page)).toEqual([]);
    await order("traffic").check();
    await expect.poll(() => new URL(page.url()).search).toBe("?tab=subnets");
  });

  test("is shown over time as bars, lines or a table, with what was before, and the address keeps it", async () => {
    const { page } = await open("hosts", vnets);
    const want = await ask<SeriesAnswer>(known, `/api/v1/series/vnets?${range}&limit=5&points=150`);
    const [from, to] = [Date.parse(want.from), Date.parse(want.to)];
    const before = await ask<SeriesAnswer>(
      known,
      `/api/v1/series/vnets?from=${new Date(2 * from - to).toISOString()}&to=${want.from}&limit=5&points=150`,
    );
    const card = page.locator("section[data-course]");
    await card.locator("path[data-line='then']").waitFor();
    expect(await card.locator("path[data-line]").count()).toBe(1);
    await card.getByRole("radio", { name: "Lines" }).check();
    await page.getByRole("img", { name: /^Line chart of flows by VNet/ }).waitFor();
    const drawn = want.series.length + (want.other.some((value) => value > 0) ? 1 : 0);
    await expect.poll(() => card.locator("path[data-line]").count()).toBe(drawn + 1);
    // Lines are told apart by more than their colours.
    const dashes = await card
      .locator("path[data-line]")
      .evaluateAll((lines) => lines.map((line) => line.getAttribute("stroke-dasharray")));
    expect(new Set(dashes).size).toBe(drawn + 1);
    expect(await violations(page)).toEqual([]);
    await card.getByRole("radio", { name: "Table" }).check();
    const rows = page.getByRole("region", { name: "VNets over time, as a table" }).locator("tbody tr");
    await rows.first().waitFor();
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
    );
    const sum = ({ series, other }: SeriesAnswer, i: number) =>
      series.reduce((all, { values }) => all + values[i]!, other[i]!);
    const lines = [...want.series.map(({ values }) => values), ...(drawn > want.series.length ? [want.other] : [])];
    expect(cells).toEqual(
      want.times
        .map((_, i) =>
          [...lines.map((values) => values[i]!), sum(want, i), sum(before, i)].map((each) =>
            formatMeasure(each, "flows"),
          ),
        )
        .toReversed(),
    );
    expect(await violations(page)).toEqual([]);
    // The choice goes with the reader, and comes back with the link.
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Ports" }).click();
    await page.getByRole("region", { name: "Ports over time, as a table" }).waitFor();
    await page.reload();
    await page.getByRole("region", { name: "Ports over time, as a table" }).waitFor();
    expect(new URL(page.url()).searchParams.get("trend")).toBe("table");
  });

  test("leads from a row to its flows", async () => {
    const { page } = await open("hosts", subnets);
    const want = await answerOf(subnets, `${range}&limit=1`);
    const row = want.rows[0] as TableRow;
    await rowsOf(page, "Subnets").first().hover();
    await rowsOf(page, "Subnets")
      .first()
      .getByRole("button", { name: /^Filter by subnet/ })
      .click();
    await page.getByRole("button", { name: "Only this" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("where")).toBe(row.filter);
    await expect
      .poll(
        async () =>
          (await seen(page, "Subnets")).find(({ name }) => name === subnets.name(row.keys).name)?.values["total"],
      )
      .toBe(`${formatInteger(row.all.total.flows)} flows`);
    const traffic = partTotals(
      await ask<TrafficAnswer>(known, `/api/v1/traffic?${range}&where=${encodeURIComponent(row.filter)}`),
    );
    for (const { id } of parts) {
      await expect
        .poll(() => page.locator(`[data-part='${id}'] [data-unit='flows']`).textContent())
        .toContain(formatMeasure(traffic[id].flows, "flows"));
    }
  });

  test("keeps what is chosen from tab to tab, and each has its own address", async () => {
    const { page } = await open("hosts", vnets, "&columns=total,maliciousTotal&sort=deniedIn&where=denied");
    const nav = page.getByRole("navigation", { name: "Tables" });
    expect(await nav.locator("[aria-current='page']").allTextContents()).toEqual(["VNets"]);
    await nav.getByRole("link", { name: "Machines" }).click();
    await rowsOf(page, "Machines").first().waitFor();
    expect(await nav.locator("[aria-current='page']").allTextContents()).toEqual(["Machines"]);
    expect(await page.locator("table thead th").allTextContents()).toEqual(["Machine", "Total", "Malicious"]);
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({
      tab: "machines",
      columns: "total,maliciousTotal",
      sort: "deniedIn",
      where: "denied",
    });
    await page.goBack();
    await rowsOf(page, "VNets").first().waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("dialog").getByRole("checkbox", { name: "Malicious denied in" }).check();
    await expect
      .poll(() => new URL(page.url()).searchParams.get("columns"))
      .toBe("total,maliciousTotal,maliciousDeniedIn");
  });

  test("says a change against the period before", async () => {
    const { page } = await open("hosts", vnets);
    const want = await answerOf(vnets, `${range}&limit=100&compare=before`);
    const { all, before } = want.rows[0]!;
    expect(await rowsOf(page, "VNets").first().locator("[data-column='change']").textContent()).toBe(
      formatChange(all.total.flows, before!.flows),
    );
  });
});

describe("how full gateways are", () => {
  test("is what the API says, the fullest first, with what uses them", async () => {
    const want = await ask<GatewaysAnswer>(known, `/api/v1/gateways?${range}`);
    expect(want.rows.filter(({ capacity }) => capacity > 0).length).toBeGreaterThan(0);
    const { page } = await go(`${known}/gateways`);
    const rows = page.getByRole("region", { name: "How full gateways are" }).getByRole("listitem");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(want.rows.length);
    for (const [i, row] of want.rows.entries()) {
      const text = await rows.nth(i).innerText();
      const said = [
        row.gateway.split("/").at(-1)!,
        formatRate(row.peak),
        ...(row.capacity > 0 ? [formatShare(row.utilisation)] : []),
        ...(row.tunnels > 0 ? [`${row.tunnelsUsed} of ${row.tunnels}`] : []),
      ];
      expect(said.filter((each) => !text.includes(each))).toEqual([]);
    }
    expect(await violations(page)).toEqual([]);
  });

  test("is not told where no inventory names one", async () => {
    const { page } = await go(`${weir}/gateways`);
    await page.getByText("weir topology import FILE...").waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe("malicious flows", () => {
  test("begin with their hosts", async () => {
    const { page } = await go(`${known}/malicious`);
    const want = await ask<TableAnswer>(known, `/api/v1/table/hosts?${range}&where=malicious&sort=allowedOut`);
    await rowsOf(page, "Hosts").first().waitFor();
    expect(await rowsOf(page, "Hosts").first().textContent()).toContain(want.rows[0]!.keys[0]);
    expect(await box(page, "Hosts").locator("table").getAttribute("aria-rowcount")).toBe(String(want.distinct + 1));
  });

  test("of which there are none are said to be none", async () => {
    const { page } = await go(`${weir}/malicious`);
    await page.getByRole("heading", { name: "No malicious flows in this range" }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test("without an inventory there are no networks, and the page says what to do", async () => {
  const { page } = await go(`${weir}/networks?range=all`);
  await expect.poll(() => page.url()).toBe(`${weir}/hosts?range=all&tab=vnets`);
  await page.getByText("weir topology import FILE...").waitFor();
  expect(await violations(page)).toEqual([]);
});

test("without operators there are none, and the page says where they come from", async () => {
  const { page } = await go(`${known}/places?tab=operators`);
  await page.getByText("geo.databases").waitFor();
  expect(await violations(page)).toEqual([]);
});

describe("for everyone", () => {
  test.each([390, 1440, 2560])(
    "nothing is wrong, too wide or moves: %i px",
    async (width) => {
      for (const { path } of pages) {
        for (const colorScheme of ["light", "dark"] as const) {
          const made = await go(`${known}/${path}?tab=countries`, { viewport: { width, height: 900 }, colorScheme });
          await made.page.getByRole("heading", { level: 2 }).last().waitFor();
          await made.page.waitForLoadState("networkidle");
          await made.page.waitForTimeout(300);
          expect(await violations(made.page), path).toEqual([]);
          expect(await made.layoutShift(), path).toBeLessThan(0.02);
          expect(await made.page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
        }
      }
    },
    240_000,
  );
});
