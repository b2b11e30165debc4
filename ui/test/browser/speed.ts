// How fast the maps of a very large estate are drawn, in Chromium without a graphics card: 200 networks, 2 000 subnets,
// 20 000 pairs that talk; and the world with 20 regions that every country talks to. The maps are answered from here in
// place of the API, as drawing is what is measured; all else on the page comes from the real server. "npm run speed" runs
// it; make bench PART=page as well.

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { GeoAnswer } from "../../src/api/types";
import { ask } from "./ask";
import { visitor } from "./browser";
import { estate } from "./estate";
import { world } from "./world";

const weir = inject("weirKnown");
const go = visitor();

let server: Server;
let origin: string;
const answers = new Map<string, Buffer>();

async function passOn(path: string, response: ServerResponse): Promise<void> {
  const got = await fetch(`${weir}${path}`);
  const type = got.headers.get("content-type") ?? "text/plain";
  response.writeHead(got.status, { "content-type": type }).end(Buffer.from(await got.arrayBuffer()));
}

/** The server, but for the maps. */
beforeAll(async () => {
  const real = await ask<GeoAnswer>(weir, "/api/v1/map/geography?limit=1");
  const maps: Record<string, (asked: URLSearchParams, limit: number) => unknown> = {
    "/api/v1/map/networks": (asked, limit) => estate(asked.getAll("open"), limit),
    "/api/v1/map/geography": (_, limit) => world(real, limit),
  };
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const map = maps[pathname];
    if (!map) return void passOn(request.url ?? "/", response);
    const limit = Number(searchParams.get("limit") ?? 500);
    const key = `${pathname} ${searchParams.getAll("open").join()} ${limit}`;
    const body = answers.get(key) ?? Buffer.from(JSON.stringify(map(searchParams, limit)));
    answers.set(key, body);
    return response.writeHead(200, { "content-type": "application/json" }).end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const path of ["networks?limit=2000", "networks?limit=2000&open=*", "geography?limit=2000"])
    await (await fetch(`${origin}/api/v1/map/${path}`)).text();
});
afterAll(() => void server.close());

/** When the picture is on the screen, in milliseconds from the click that opened the page. */
async function firstPicture(page: Page, sign: string): Promise<number> {
  return page.evaluate(
    (there) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!document.querySelector(there)) return requestAnimationFrame(look);
          return requestAnimationFrame(() => requestAnimationFrame((at) => resolve(at)));
        };
        look();
      }),
    sign,
  );
}

/** The middle of three first pictures, each in an empty browser. */
async function medianFirst(path: string, sign: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { page } = await go(`${origin}${path}`);
    times.push(await firstPicture(page, sign));
    await page.close();
  }
  return times.toSorted((a, b) => a - b)[1]!;
}

/** The middle of three openings of a network, from the double click until it is on the screen as its subnets. */
async function medianOpen(): Promise<number> {
  const one = estate([], 1).nodes.find(({ kind }) => kind === "vnet")!;
  // The answer is made before: drawing is what is measured.
  await fetch(`${origin}/api/v1/map/networks?limit=2000&open=${encodeURIComponent(one.name)}`);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { page } = await go(`${origin}/topology`);
    await firstPicture(page, "svg[data-many='true']");
    await page.waitForTimeout(1500);
    times.push(
      await page.evaluate(
        async (id) =>
          new Promise<number>((resolve) => {
            const element = document.querySelector(`[data-node="${CSS.escape(id)}"]`)!;
            const begun = performance.now();
            element.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
            const look = () => {
              const there = document.querySelector(`[aria-label$="shown as its subnets"]`);
              return there ? requestAnimationFrame((now) => resolve(now - begun)) : requestAnimationFrame(look);
            };
            look();
          }),
        one.id,
      ),
    );
    await page.close();
  }
  return times.toSorted((a, b) => a - b)[1]!;
}

/** How many frames a second there are while something is done in each of them. */
async function framesWhile(page: Page, what: "pan" | "zoom"): Promise<number> {
  return page.evaluate(
    (doing) =>
      new Promise<number>((resolve) => {
        const picture = document.querySelector("[data-moves]")!;
        const box = picture.getBoundingClientRect();
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const at = (dx: number) => ({ clientX: x + dx, clientY: y + dx / 3, buttons: 1, bubbles: true });
        picture.dispatchEvent(new PointerEvent("pointerdown", at(0)));
        let [frames, begun] = [0, 0];
        const frame = (now: number) => {
          begun ||= now;
          if (now - begun > 3000) {
            picture.dispatchEvent(new PointerEvent("pointerup", at(0)));
            return resolve((frames - 1) / ((now - begun) / 1000));
          }
          frames++;
          const wave = 150 * Math.sin(frames / 12);
          if (doing === "pan") picture.dispatchEvent(new PointerEvent("pointermove", at(wave)));
          else {
            const deltaY = Math.floor(frames / 20) % 2 === 0 ? -30 : 30;
            picture.dispatchEvent(
              new WheelEvent("wheel", {
                clientX: x,
                clientY: y,
                deltaY,
                ctrlKey: true,
                bubbles: true,
                cancelable: true,
              }),
            );
          }
          return requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    what,
  );
}

const tell = (what: string, value: number, unit: string) =>
  process.stdout.write(`  ${what.padEnd(58)}${value.toFixed(0).padStart(6)} ${unit}\n`);

/** Frames a second of dragging and zooming, so many steps closer than the whole picture. */
async function framesOf(page: Page, places: readonly (readonly [string, number])[]): Promise<number[]> {
  const frames: number[] = [];
  for (const [where, closer] of places) {
    await page.locator("[data-moves] [tabindex]").first().focus();
    for (let i = 0; i < closer; i++) await page.keyboard.press("+");
    await page.waitForTimeout(500);
    for (const doing of ["pan", "zoom"] as const) {
      frames.push(await framesWhile(page, doing));
      tell(`${doing}, ${where}`, frames.at(-1)!, "frames/s");
    }
    await page.keyboard.press("r");
  }
  return frames;
}

test("the map of a very large estate", { timeout: 240_000 }, async () => {
  const drawn = "svg[data-many='true']";
  const first = await medianFirst("/topology?open=*", drawn);
  tell("first picture of 2 222 nodes, from an empty browser", first, "ms");

  const { page } = await go(`${origin}/topology?open=*`);
  await firstPicture(page, drawn);
  await page.waitForTimeout(1500);
  const frames = await framesOf(page, [
    ["all of it in sight", 0],
    ["labels in sight", 12],
  ]);

  const opened = await medianOpen();
  tell("a network opens into its subnets", opened, "ms");

  expect(first, "first picture").toBeLessThan(1500);
  for (const each of frames) expect(each, "frames a second").toBeGreaterThanOrEqual(30);
  expect(opened, "opening a network").toBeLessThan(300);
});

test("the map of the world that talks to a very large estate", { timeout: 240_000 }, async () => {
  const drawn = "[data-moves] [data-land]";
  const first = await medianFirst("/map", drawn);
  tell("first picture of the world, from an empty browser", first, "ms");
  const { page } = await go(`${origin}/map`);
  await firstPicture(page, drawn);
  await page.waitForTimeout(1500);
  const frames = await framesOf(page, [
    ["continents", 1],
    ["countries", 4],
    ["a part of Europe", 8],
  ]);
  expect(first, "first picture").toBeLessThan(1500);
  for (const each of frames) expect(each, "frames a second").toBeGreaterThanOrEqual(30);
});
