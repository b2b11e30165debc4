import { expect, test } from "vitest";
import type { PortKey } from "../../src/api/types";
import { explained, isRange, portName, portNumbers } from "../../src/lib/port";

const https: PortKey = { port: 443, through: 443, protocol: "TCP", application: "https" };
const bare: PortKey = { port: 10_250, through: 10_250, protocol: "TCP", application: "" };
const range: PortKey = { port: 49_152, through: 65_535, protocol: "UDP", application: "" };

test("a range is named by its first and last port", () => {
  expect([https, bare, range].map(isRange)).toEqual([false, false, true]);
  expect([https, bare, range].map(portNumbers)).toEqual(["443", "10250", "49152-65535"]);
  expect([https, bare, range].map(portName)).toEqual(["443 https", "10250/TCP", "49152-65535/UDP"]);
});

test("a flow is explained by a port that stands for itself, where there is one", () => {
  expect(explained([range, https])).toBe(https);
  expect(explained([https, bare])).toBe(https);
  expect(explained([range])).toBe(range);
  expect(explained([])).toBeUndefined();
});
