// Pictures of the page in its states, for the eye and for the documentation:
// SCREENSHOTS=folder npm run screenshots

import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, inject, test } from "vitest";
import { launch, settled, type Visit, visit } from "./browser";

let browser: Browser;
const folder = process.env["SCREENSHOTS"];

beforeAll(async () => {
  if (!folder) throw new Error("SCREENSHOTS must name the folder to write to");
  await mkdir(folder, { recursive: true });
  browser = await launch();
});
afterAll(() => browser?.close());

async function picture(
  name: string,
  url: string,
  options: BrowserContextOptions,
  act?: (visit: Visit) => Promise<void>,
  whole = true,
) {
  const made = await visit(browser, url, options);
  const { page } = made;
  await page.waitForLoadState("networkidle");
  if (whole) {
    // A window as high as the page: pictures of more than the window catch the chart while it is drawn again.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: page.viewportSize()!.width, height });
  }
  if (act) await act(made);
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(folder!, `${name}.png`) });
  await made.close();
}

const wide = { viewport: { width: 1440, height: 900 } };
const narrow = { viewport: { width: 375, height: 812 }, deviceScaleFactor: 2 };
const dark = { colorScheme: "dark" as const };
const shown = ({ page }: Visit) => settled(page);

test("with data", async () => {
  const weir = inject("weir");
  await picture("wide", weir, wide, shown);
  await picture("wide-bytes", `${weir}/?unit=bytes&range=all&zone=local`, wide, shown);
  await picture("dark", weir, { ...wide, ...dark }, shown);
  await picture("narrow", weir, narrow, shown);
  await picture("narrow-dark", `${weir}/?unit=bytes`, { ...narrow, ...dark }, shown);
  await picture("huge", weir, { viewport: { width: 2200, height: 1200 } }, shown);
  await picture("short", `${weir}/?range=1h`, wide, shown);
  await picture("table", weir, wide, async (made) => {
    await shown(made);
    await made.page.getByRole("radio", { name: "Table" }).check();
  });
  await picture(
    "tooltip",
    weir,
    wide,
    async (made) => {
      await shown(made);
      const box = (await made.page.getByRole("img", { name: /Bar chart/ }).boundingBox())!;
      await made.page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4);
      await made.page.getByText("packets", { exact: true }).last().waitFor();
    },
    false,
  );
  await picture(
    "custom",
    weir,
    wide,
    async (made) => {
      await shown(made);
      await made.page.getByRole("button", { name: "Custom" }).click();
      await made.page.getByRole("button", { name: "Show", exact: true }).waitFor();
    },
    false,
  );
  await picture("no-data-in-range", `${weir}/?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z`, wide);
  await picture("lost", weir, wide, async (made) => {
    await shown(made);
    await made.page.context().setOffline(true);
    await made.page.getByText("Weir does not answer").waitFor();
  });
  await picture(
    "rejects",
    weir,
    wide,
    async (made) => {
      await shown(made);
      const link = made.page.getByRole("button", { name: /rejected/ });
      if ((await link.count()) === 0) return;
      await link.click();
      await made.page.getByText("begins with").first().waitFor();
    },
    false,
  );
});

test("the pages of the questions", async () => {
  const known = inject("weirKnown");
  for (const name of ["hosts", "conversations", "ports", "rules"]) {
    const rows = ({ page }: Visit) => page.locator("tbody tr").first().waitFor();
    const tall = { viewport: { width: 1440, height: 1300 } };
    await picture(name, `${known}/${name}?range=all`, tall, rows, false);
    await picture(`${name}-dark`, `${known}/${name}?range=all`, { ...tall, ...dark }, rows, false);
    await picture(
      `${name}-narrow`,
      `${known}/${name}?range=all`,
      { viewport: { width: 390, height: 1500 } },
      rows,
      false,
    );
    await picture(
      `${name}-huge`,
      `${known}/${name}?range=all`,
      { viewport: { width: 2560, height: 1300 } },
      rows,
      false,
    );
  }
  await picture(
    "columns",
    `${known}/conversations?range=all`,
    wide,
    ({ page }) => page.getByRole("button", { name: "Columns" }).click(),
    false,
  );
  await picture(
    "menu",
    `${known}/hosts`,
    narrow,
    ({ page }) => page.getByRole("button", { name: "Menu" }).click(),
    false,
  );
  await picture(
    "folded",
    known,
    wide,
    async (made) => {
      await shown(made);
      await made.page.getByRole("button", { name: "Names of the pages" }).click();
    },
    false,
  );
});

test("the pages of tables", async () => {
  const known = inject("weirKnown");
  const rows = ({ page }: Visit) => page.locator("tbody tr[aria-rowindex]").first().waitFor();
  const tall = { viewport: { width: 1440, height: 1300 } };
  for (const name of ["hosts", "places", "gateways", "malicious", "flows"]) {
    await picture(name, `${known}/${name}?range=all`, tall, rows, false);
    await picture(`${name}-dark`, `${known}/${name}?range=all`, { ...tall, ...dark }, rows, false);
    const high = { viewport: { width: 390, height: 1500 } };
    await picture(`${name}-narrow`, `${known}/${name}?range=all`, high, rows, false);
  }
  await picture("malicious-ports", `${known}/malicious?range=all&tab=ports`, tall, rows, false);
});

test("filters", async () => {
  const known = inject("weirKnown");
  const examples = async ({ page }: Visit) => {
    await settled(page);
    await page.keyboard.press("/");
    await page.getByRole("option").first().waitFor();
  };
  await picture("filter", known, wide, examples, false);
  await picture("filter-dark", known, { ...wide, ...dark }, examples, false);
  await picture("filter-narrow", known, narrow, examples, false);
  await picture(
    "filter-fault",
    `${known}/?where=denied`,
    wide,
    async ({ page }) => {
      await settled(page);
      await page.getByRole("combobox").fill("denied and prot = 22");
      await page.keyboard.press("Enter");
      await page.locator("mark").waitFor();
    },
    false,
  );
  await picture(
    "filter-value",
    `${known}/ports?where=denied`,
    wide,
    async ({ page }) => {
      const row = page.locator("tbody tr[aria-rowindex]").first();
      await row.hover();
      await row.getByRole("button", { name: /^Filter/ }).click();
    },
    false,
  );
  await picture("filter-none", `${known}/?where=port+%3D+1`, wide);
});

test("what is known", async () => {
  const known = inject("weirKnown");
  await picture("names", `${known}/?range=all`, wide, shown);
  await picture("names-narrow", `${known}/?range=all`, narrow, shown);
  await picture("names-dark", `${known}/?range=all`, { ...wide, ...dark }, shown);
  const atHost = ({ page }: Visit) => page.getByRole("region", { name: "Top hosts" }).locator("tbody th a").first();
  await picture("card", `${known}/?range=all`, wide, async (made) => {
    await shown(made);
    await atHost(made).hover();
    await made.page.getByRole("tooltip").filter({ visible: true }).waitFor();
  });
  const open = async (made: Visit, text: string) => {
    await made.page.getByRole("dialog").getByText(text).first().waitFor();
  };
  await picture("address", `${known}/?range=all&address=10.0.1.4`, wide, (made) => open(made, "Verdicts"), false);
  await picture("address-narrow", `${known}/?address=10.0.1.4`, narrow, (made) => open(made, "Verdicts"), false);
  await picture(
    "flow",
    `${known}/?range=all&flow=10.0.1.4,10.2.8.4,53,UDP,out`,
    wide,
    (made) => open(made, "decided"),
    false,
  );
  await picture("data", `${known}/data`, wide);
  await picture("data-dark", `${known}/data`, { ...wide, ...dark });
  await picture("data-narrow", `${known}/data`, narrow);
  await picture("data-without-inventory", `${inject("weir")}/data`, wide);
});

test("without data", async () => {
  const empty = inject("weirEmpty");
  await picture("empty", empty, wide);
  await picture("empty-dark", empty, { ...wide, ...dark });
  await picture("empty-narrow", empty, narrow);
});
