import { expect, test } from "vitest";
import { type Panel, readPanel, writePanel } from "../../src/lib/panel";
import { parseQuery, pickSearch, stringifyQuery } from "../../src/lib/url";

const flow = {
  kind: "flow",
  initiator: "fd00::1",
  responder: "10.1.0.4",
  port: 443,
  protocol: "TCP",
  direction: "in",
} as const;

test("every panel survives the address", () => {
  const panels: Panel[] = [
    { kind: "address", address: "10.0.0.4", at: undefined, vnet: undefined },
    { kind: "address", address: "2001:db8::1", at: "2026-11-01T08:00:00Z", vnet: "sub/rg/hub" },
    { ...flow, at: "2026-11-01T08:00:00Z", vnet: "sub/rg/hub" },
    { ...flow, port: 0, protocol: "1", direction: "out", at: undefined, vnet: undefined },
  ];
  for (const panel of panels) {
    expect(readPanel(pickSearch(parseQuery(stringifyQuery(writePanel(panel)))))).toEqual(panel);
  }
});

test("the address can be read by people", () => {
  expect(stringifyQuery(writePanel({ ...flow, at: "2026-11-01T08:00:00Z", vnet: "sub/rg/hub" }))).toBe(
    "?flow=fd00::1,10.1.0.4,443,TCP,in&at=2026-11-01T08:00:00Z&vnet=sub/rg/hub",
  );
});

test("what cannot be read opens nothing", () => {
  const f = (query: string) => expect(readPanel(pickSearch(parseQuery(query))), query).toBeNull();
  f("");
  f("?address=");
  f("?at=2026-11-01T08:00:00Z");
  f("?flow=10.0.0.4");
  f("?flow=10.0.0.4,10.0.0.5,http,TCP,out");
  f("?flow=10.0.0.4,10.0.0.5,99999,TCP,out");
  f("?flow=10.0.0.4,10.0.0.5,,TCP,out");
  f("?flow=10.0.0.4,10.0.0.5,443,TCP,sideways");
  f("?flow=10.0.0.4,10.0.0.5,443,TCP,out,more");
  f("?flow=,10.0.0.5,443,TCP,out");
});

test("a time that is none is left to the server", () => {
  expect(readPanel({ address: "10.0.0.4", at: "yesterday" })).toEqual({
    kind: "address",
    address: "10.0.0.4",
    at: undefined,
    vnet: undefined,
  });
});
