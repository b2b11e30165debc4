// What fingers do.

import type { Locator, Page } from "playwright-core";

const steps = 8;

/** Two fingers in the middle of something go apart until they are so many times as far from each other. */
export async function pinch(page: Page, on: Locator, times: number): Promise<void> {
  await on.scrollIntoViewIfNeeded();
  const box = (await on.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 3];
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", far: number) =>
    fingers.send("Input.dispatchTouchEvent", {
      type,
      touchPoints:
        type === "touchEnd"
          ? []
          : [
              { x: x - far, y, id: 0 },
              { x: x + far, y, id: 1 },
            ],
    });
  const from = times > 1 ? 40 : 160;
  await touch("touchStart", from);
  for (let i = 1; i <= steps; i++) await touch("touchMove", from * times ** (i / steps));
  await touch("touchEnd", 0);
}
