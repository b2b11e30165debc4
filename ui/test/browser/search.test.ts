// The page "Search": queries in KQL, asked of the real server.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, inject, test } from "vitest";
import { violations, visitor, type Visit } from "./browser";

const weir = inject("weir");

const go = visitor();

const states = `NTANetAnalytics
| summarize flows = sum(AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows) by FlowStatus
| sort by FlowStatus asc`;

function address(query: string, more = "range=all"): string {
  return `${weir}/search?${more}&q=${encodeURIComponent(query)}`;
}

function rows(page: Page) {
  return page.getByRole("region", { name: "Rows" }).locator("tbody tr");
}

/** Waits until the editor is there and knows the tables. */
async function knows(page: Page): Promise<void> {
  await page.locator("[data-editor='kusto'] .Table").first().waitFor({ timeout: 50_000 });
}

/** The browser complains of every answer that refuses. */
function forgive(made: Visit): void {
  made.complaints.splice(0, Infinity, ...made.complaints.filter((text) => !text.includes("Failed to load resource")));
}

describe("asking", () => {
  test("a link is asked at once, and the table has what the API answers", async () => {
    const made = await go(address(states));
    const { page } = made;
    await rows(page).first().waitFor();
    const response = await fetch(`${weir}/v1/workspaces/weir/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: states }),
    });
    const { tables } = (await response.json()) as { tables: [{ rows: [string, number][] }] };
    const want = tables[0].rows.map(([name, flows]) => [name, String(flows)]);
    expect(want).toHaveLength(2);
    const cells = await rows(page).evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll("td")].slice(0, 2).map((cell) => cell.textContent)),
    );
    expect(cells).toEqual(want);
    await page.getByText("2 rows · 2 columns").waitFor();
    expect(await made.layoutShift()).toBeLessThan(0.02);
  });

  test("the plain box works at once, by the keys, and the editor takes its text", async () => {
    const { page } = await go(`${weir}/search`);
    const box = page.getByRole("textbox", { name: "Query in KQL" });
    await box.fill("print a = 1, b = 'x'");
    await box.press("Control+Enter");
    await rows(page).first().waitFor();
    expect(new URL(page.url()).searchParams.get("q")).toBe("print a = 1, b = 'x'");
    await page.locator("[data-editor='kusto'] .view-line").first().waitFor({ timeout: 50_000 });
    expect(await page.locator(".view-lines").innerText()).toContain("print");
  });

  test("the time is that of the page, or that of the query", async () => {
    const { page } = await go(address("NTANetAnalytics | summarize min(FlowIntervalStartTime)", "range=1h"));
    await rows(page).first().waitFor();
    const earliest = () => rows(page).first().locator("td").first().innerText();
    const lastHour = await earliest();
    await page.getByRole("radio", { name: "Set in query" }).check();
    await expect.poll(earliest).not.toBe(lastHour);
    expect(new URL(page.url()).searchParams.get("timespan")).toBe("query");
  });

  test("Esc gives up what runs", async () => {
    const { page } = await go(`${weir}/search`);
    await page.route("**/v1/workspaces/weir/query", () => {});
    const box = page.getByRole("textbox", { name: "Query in KQL" });
    await box.fill("NTANetAnalytics | count");
    await box.press("Shift+Enter");
    await page.getByRole("progressbar", { name: "The query is running" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Cancelled" }).waitFor();
    expect(await page.getByRole("button", { name: "Run" }).isVisible()).toBe(true);
  });
});

describe("what is wrong", () => {
  test("is said with its place and what was meant, and marked in the editor", async () => {
    const made = await go(address("NTANetAnalytics\n| where SrcIpp == '10.0.0.4'"));
    const { page } = made;
    const alert = page.getByRole("alert");
    expect(await alert.innerText()).toMatch(/Line 2, column 9[\s\S]*did you mean 'SrcIp'/);
    await knows(page);
    await page.locator(".squiggly-error").first().waitFor();
    await alert.getByRole("button").click();
    await page.keyboard.type("A");
    expect(await page.locator(".view-lines").innerText()).toContain("ASrcIpp");
    forgive(made);
  });

  test("no rows say of what time was asked", async () => {
    const { page } = await go(address("NTANetAnalytics | where SrcIp == 'nowhere'", "range=1h"));
    await page.getByRole("heading", { name: "No rows" }).waitFor();
    await page.getByRole("button", { name: "Ask of all the data" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("range")).toBe("all");
  });
});

describe("the editor", () => {
  test("completes tables and columns, and an empty line does not end a query", async () => {
    const { page } = await go(address("let few = 5;\n\nNTANetAnalytics\n\n| take few"));
    await knows(page);
    await page.waitForTimeout(1500);
    expect(await page.locator(".squiggly-error").count()).toBe(0);
    await page.locator(".view-line").last().click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" | where SrcApplicationG");
    await page
      .getByRole("option", { name: /SrcApplicationGateway/ })
      .first()
      .waitFor({ timeout: 30_000 });
  });
});

describe("the picture", () => {
  test.each([
    ["timechart", "summarize count() by bin(FlowIntervalStartTime, 1h), FlowStatus"],
    ["piechart", "summarize count() by FlowStatus"],
    ["barchart", "summarize count() by FlowStatus"],
  ])("of a %s has a legend or names that can be read", async (kind, query) => {
    const { page } = await go(address(`NTANetAnalytics | ${query} | render ${kind}`));
    // By its name: to readers the drawing inside is a part of the picture, to the locator it is another.
    const picture = page.getByRole("figure").getByRole("img", { name: /\d places$/ });
    await picture
      .getByText(/Allowed/)
      .first()
      .waitFor();
    await picture
      .getByText(/Denied/)
      .first()
      .waitFor();
    expect(await picture.count()).toBe(1);
  });

  test("that cannot be drawn says why", async () => {
    const { page } = await go(address("NTANetAnalytics | summarize count() by FlowStatus | render timechart"));
    await page.getByText("A timechart needs a column of type datetime").waitFor();
    expect(await page.getByRole("figure").count()).toBe(0);
    await page.getByRole("radio", { name: "Results" }).check();
    await rows(page).first().waitFor();
  });
});

describe("what is kept", () => {
  test("history and saved queries come back, and a long link is packed", async () => {
    const { page } = await go(address("print kept = 1"));
    await rows(page).first().waitFor();
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByLabel("Save this query in this browser, as").fill("mine");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.keyboard.press("Escape");
    const long = `print n = 1 // ${"long ".repeat(400)}`;
    await page.goto(address(long));
    await rows(page).first().waitFor();
    await expect.poll(() => new URL(page.url()).hash).toMatch(/^#q=[\w-]+$/);
    expect(new URL(page.url()).search).toBe("?range=all");
    await page.reload();
    await rows(page).first().waitFor();
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("dialog").getByText("print kept = 1").click();
    await expect.poll(() => page.getByLabel("Query", { exact: true }).innerText()).toContain("kept");
    await page.getByRole("button", { name: "Saved" }).click();
    await page.getByRole("dialog").getByText("mine").waitFor();
  });

  test("rows are saved as they came", async () => {
    const { page } = await go(
      address("print big = 9223372036854775807, bag = dynamic({'a': 1}), t = time(1.02:03:04)"),
    );
    await rows(page).first().waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "JSON", exact: true }).click(),
    ]);
    const saved = JSON.parse(await readFile(await file.path(), "utf8")) as unknown;
    expect(saved).toEqual([{ big: "9223372036854775807", bag: { a: 1 }, t: "1.02:03:04" }]);
    await page.getByRole("button", { name: "Row 1, all of it" }).click();
    expect(await page.getByRole("dialog").locator("pre").innerText()).toBe('{\n  "a": 1\n}');
  });
});

describe("for everyone", () => {
  test.each([
    ["390, light", { viewport: { width: 390, height: 844 } }],
    ["1440, dark", { colorScheme: "dark" as const }],
  ])(
    "axe finds nothing wrong in a table, a chart and an error: %s",
    async (_, options) => {
      const asked = [
        "NTANetAnalytics | take 50",
        `${states} | render columnchart`,
        "NTANetAnalytics | where Nothing == 1",
      ];
      for (const query of asked) {
        const made = await go(address(query), options);
        await made.page.getByRole("heading", { level: 2 }).first().waitFor();
        await knows(made.page);
        expect(await violations(made.page), query).toEqual([]);
        expect(await made.layoutShift(), query).toBeLessThan(0.02);
        forgive(made);
      }
    },
    150_000,
  );
});
