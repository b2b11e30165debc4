// What the tests ask the server themselves, to compare it with the page.

import type { StatusAnswer } from "../../src/api/types";
import { writeMoment } from "../../src/lib/url";
import { parseInterval, resolve } from "../../src/range/range";

export async function ask<T>(server: string, path: string): Promise<T> {
  const response = await fetch(`${server}${path}`);
  if (!response.ok) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The range that the page shows when none is chosen, in the words of the API. */
export async function lastDay(server: string): Promise<string> {
  const status = await ask<StatusAnswer>(server, "/api/v1/status");
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
