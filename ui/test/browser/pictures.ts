// The pictures of every page in docs/pictures, and with SCREENSHOTS=folder each in more looks, for the eye: npm run pictures

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { pages } from "../../src/shell/pages";
import { launch, visit } from "./browser";

const documentation = path.resolve("../docs/pictures");
const scratch = process.env["SCREENSHOTS"];

/** A picture is looked at in a browser, and kept in every copy of the source. */
const mostBytes = 150_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  await mkdir(documentation, { recursive: true });
  if (scratch) await mkdir(scratch, { recursive: true });
});
afterAll(() => browser?.close());

const wide: BrowserContextOptions = { viewport: { width: 1440, height: 1100 } };
const narrow: BrowserContextOptions = { viewport: { width: 390, height: 1100 } };
const huge: BrowserContextOptions = { viewport: { width: 2560, height: 1300 } };
const dark = { colorScheme: "dark" } as const;

// Where a page shows more than at first: a tab, a machine.
const flowsOverTime = `NTANetAnalytics
| extend flows = AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows
| summarize sum(flows) by bin(FlowIntervalStartTime, 1h), FlowStatus
| render timechart`;
const states: Record<string, string> = {
  "/hosts": "?tab=machines",
  "/rules": "?tab=all",
  "/search": `?range=all&q=${encodeURIComponent(flowsOverTime)}`,
};
const all = [
  ...pages.map(({ to }) => ({ name: to === "/" ? "overview" : to.slice(1), address: `${to}${states[to] ?? ""}` })),
  { name: "host", address: "/host?host=vm-jump-01" },
];

async function shoot(address: string, options: BrowserContextOptions): Promise<Buffer> {
  const { page, close } = await visit(browser, `${inject("weirKnown")}${address}`, options);
  await page.waitForLoadState("networkidle");
  // The editor comes after the page.
  if (address.startsWith("/search")) await page.locator("[data-editor='kusto'] .Table").first().waitFor();
  await page.waitForTimeout(500);
  const picture = await page.screenshot();
  await close();
  return picture;
}

/** The browser writes WebP itself, at a third of the size of a PNG. */
async function webp(picture: Buffer): Promise<Buffer> {
  const page = await browser.newPage();
  const address = await page.evaluate(
    async (png) => {
      const image = new Image();
      image.src = png;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d")!.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.8);
    },
    `data:image/png;base64,${picture.toString("base64")}`,
  );
  await page.close();
  return Buffer.from(address.slice(address.indexOf(",") + 1), "base64");
}

async function forDocumentation(name: string, address: string, options: BrowserContextOptions): Promise<void> {
  const picture = await webp(await shoot(address, options));
  expect(picture.length, name).toBeLessThan(mostBytes);
  await writeFile(path.join(documentation, `${name}.webp`), picture);
}

test.each(all)("$name", async ({ name, address }) => {
  await forDocumentation(name, address, wide);
  if (!scratch) return;
  const looks = { "1440-dark": { ...wide, ...dark }, 390: narrow, "390-dark": { ...narrow, ...dark }, 2560: huge };
  for (const [look, options] of Object.entries(looks)) {
    await writeFile(path.join(scratch, `${name}-${look}.png`), await shoot(address, options));
  }
});

test("the overview in the dark and on a phone", async () => {
  await forDocumentation("overview-dark", "/", { ...wide, ...dark });
  await forDocumentation("overview-phone", "/", narrow);
});
