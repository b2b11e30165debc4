// Times in the zone that the reader chooses, on the real server.

import { beforeAll, describe, expect, inject, test } from "vitest";
import type { StatusAnswer, TrafficAnswer } from "../../src/api/types";
import { formatMoment, formatSpan, zoneName } from "../../src/lib/time";
import { ask, lastDay } from "./ask";
import { settled, violations, visitor } from "./browser";

const weir = inject("weir");

const go = visitor();

let traffic: TrafficAnswer;
let status: StatusAnswer;
beforeAll(async () => {
  traffic = await ask<TrafficAnswer>(weir, `/api/v1/traffic?${await lastDay(weir)}&points=150`);
  status = await ask<StatusAnswer>(weir, "/api/v1/status");
});

const kolkata = "Asia/Kolkata";

describe("a time zone", () => {
  test("is found by typing, said in the link, and that of all times on the page", async () => {
    const { page } = await go(weir);
    await settled(page);
    const choice = page.getByRole("combobox", { name: "Time zone" });
    await choice.selectOption({ label: "Other zone…" });
    const dialog = page.getByRole("dialog", { name: "Time zone" });
    await dialog.getByRole("searchbox").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type("kolkata");
    await dialog.getByRole("button", { name: kolkata }).waitFor();
    expect(await dialog.getByRole("list").getByRole("button").count()).toBe(1);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => new URL(page.url()).search).toBe(`?zone=${kolkata}`);

    const [from, to] = [Date.parse(traffic.from), Date.parse(traffic.to)];
    await page.getByText(`${formatSpan(from, to, kolkata)} UTC+05:30`).waitFor();
    await page
      .getByRole("banner")
      .getByText(formatMoment(Date.parse(status.lastData!), kolkata))
      .waitFor();
    await page.getByRole("radio", { name: "Table" }).check();
    const rows = page.getByRole("region", { name: "Traffic over time, as a table" });
    await rows.locator("tbody tr").first().waitFor();
    expect(await rows.locator("thead th").first().textContent()).toBe("Time (UTC+05:30)");
    const last = Date.parse(traffic.times.at(-1)!);
    expect(await rows.locator("tbody th").first().textContent()).toBe(
      formatSpan(last, last + traffic.grainSeconds * 1000, kolkata),
    );
    await page.getByRole("radio", { name: "Bars" }).check();
    // A day begins where it does there: with half an hour between.
    await page
      .getByText("18:00", { exact: true })
      .or(page.getByText("21:00", { exact: true }))
      .first()
      .waitFor();

    await page.getByRole("button", { name: "Custom" }).click();
    await page.getByLabel("From (UTC+05:30)").fill("2026-11-03T05:30:00");
    await page.getByLabel("To, not included (UTC+05:30)").fill("2026-11-03T06:30:00");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("from")).toBe("2026-11-03T00:00:00Z");
    expect(new URL(page.url()).searchParams.get("to")).toBe("2026-11-03T01:00:00Z");
  });

  test("is remembered, but a link that says another has that; UTC is what is shown without one", async () => {
    const { page } = await go(`${weir}/`);
    await settled(page);
    const choice = page.getByRole("combobox", { name: "Time zone" });
    await choice.selectOption("local");
    await expect.poll(() => new URL(page.url()).search).toBe("?zone=local");
    await page.goto(`${weir}/hosts?range=6h`);
    await page.getByRole("heading", { level: 1, name: "Hosts" }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe("?range=6h&zone=local");
    expect(await choice.inputValue()).toBe("local");
    await page.goto(`${weir}/hosts?zone=America/New_York`);
    await page.getByRole("heading", { level: 1, name: "Hosts" }).waitFor();
    expect(await choice.locator("option:checked").textContent()).toBe("New York");
    const to = Date.parse(traffic.to);
    expect(zoneName(to, "America/New_York")).not.toBe("UTC");
    await page.getByText(`${zoneName(to, "America/New_York")} · last 24 h`).waitFor();
    await choice.selectOption("utc");
    await expect.poll(() => new URL(page.url()).search).toBe("");
    await page.goto(`${weir}/ports`);
    await page.getByRole("heading", { level: 1, name: "Ports" }).waitFor();
    expect(new URL(page.url()).search).toBe("");
  });

  test("does not move the days of a course, which the page says", async () => {
    const { page } = await go(`${weir}/?from=2026-06-01T00:00:00Z&to=2026-12-01T00:00:00Z&zone=${kolkata}`);
    const hint = page.locator("section[data-course] p").first();
    await expect.poll(() => hint.textContent()).toContain("2 d a bar, from midnight UTC");
  });
});
