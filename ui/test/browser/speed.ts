// How fast the map of a very large estate is drawn: 200 networks, 2 000 subnets, 20 000 pairs that talk, in Chromium
// without a graphics card. The map is answered from a file in place of the API, as drawing is what is measured; all
// else on the page comes from the real server. "npm run speed" runs it; make bench PART=page as well.

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { visitor } from "./browser";
import { estate } from "./estate";

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

/** The server, but for the map. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/api/v1/map/networks") {
      const open = url.searchParams.getAll("open");
      const limit = Number(url.searchParams.get("limit") ?? 500);
      const key = `${open.join()} ${limit}`;
      const body = answers.get(key) ?? Buffer.from(JSON.stringify(estate(open, limit)));
      answers.set(key, body);
      response.writeHead(200, { "content-type": "application/json" }).end(body);
      return;
    }
    void passOn(request.url ?? "/", response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const open of [[], ["*"]])
    await (
      await fetch(`${origin}/api/v1/map/networks?limit=2000${open.map((each) => `&open=${each}`).join("")}`)
    ).text();
});
afterAll(() => void server.close());

/** When the picture is on the screen, in milliseconds from the click that opened the page. */
async function firstPicture(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!document.querySelector("svg[data-many='true']")) return requestAnimationFrame(look);
          return requestAnimationFrame(() => requestAnimationFrame((at) => resolve(at)));
        };
        look();
      }),
  );
}

/** How many frames a second there are while something is done in each of them. */
async function framesWhile(page: Page, what: "pan" | "zoom"): Promise<number> {
  return page.evaluate(
    (doing) =>
      new Promise<number>((resolve) => {
        const picture = document.querySelector("svg[data-many]")!;
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

test("the map of a very large estate", { timeout: 240_000 }, async () => {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { page } = await go(`${origin}/topology?open=*`);
    times.push(await firstPicture(page));
    await page.close();
  }
  const first = times.toSorted((a, b) => a - b)[1]!;
  tell("first picture of 2 222 nodes, from an empty browser", first, "ms");

  const { page } = await go(`${origin}/topology?open=*`);
  await firstPicture(page);
  await page.waitForTimeout(1500);
  const frames: number[] = [];
  for (const [where, closer] of [
    ["all of it in sight", 0],
    ["labels in sight", 12],
  ] as const) {
    await page.locator("[data-node], svg[data-many] [tabindex]").first().focus();
    for (let i = 0; i < closer; i++) await page.keyboard.press("+");
    await page.waitForTimeout(500);
    for (const doing of ["pan", "zoom"] as const) {
      frames.push(await framesWhile(page, doing));
      tell(`${doing}, ${where}`, frames.at(-1)!, "frames/s");
    }
    await page.keyboard.press("r");
  }

  const { page: closed } = await go(`${origin}/topology`);
  await firstPicture(closed);
  await closed.waitForTimeout(1500);
  const one = estate([], 1).nodes.find(({ kind }) => kind === "vnet")!;
  await fetch(`${origin}/api/v1/map/networks?limit=2000&open=${encodeURIComponent(one.name)}`);
  const opened = await closed.evaluate(
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
  );
  tell("a network opens into its subnets", opened, "ms");

  expect(first, "first picture").toBeLessThan(1500);
  for (const each of frames) expect(each, "frames a second").toBeGreaterThanOrEqual(30);
  expect(opened, "opening a network").toBeLessThan(300);
});
