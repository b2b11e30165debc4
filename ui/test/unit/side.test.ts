import { expect, test } from "vitest";
import type { Side } from "../../src/api/types";
import {
  className,
  flowTypeWord,
  isEverywhere,
  kindName,
  placeOf,
  shortName,
  shortNetwork,
  vantageOf,
  verdictOf,
  whatItIs,
} from "../../src/lib/side";

const nothing: Side = {
  name: "",
  kind: "",
  class: "",
  network: "",
  vnet: "",
  region: "",
  country: "",
  service: "",
  malicious: false,
  category: "",
};

test("the shortest name is the best that there is, and never the address again", () => {
  const f = (side: Partial<Side>, want: string) => expect(shortName({ ...nothing, ...side }, "10.0.0.4")).toBe(want);
  f({ name: "vm-1", service: "x", kind: "virtual machine", class: "vnet" }, "vm-1");
  f({ name: "rg-shop/vm-1", class: "vnet" }, "vm-1");
  f({ name: "3def27f1/rg-hub/branch-berlin", class: "s2s" }, "branch-berlin");
  f({ name: "10.0.0.4", kind: "nic", class: "vnet" }, "Network interface");
  f({ kind: "site (P2S)", class: "p2s" }, "Point-to-site client");
  f({ service: "AzureStorage", class: "azure" }, "AzureStorage");
  f({ class: "private" }, "Private address");
  f({}, "");
});

test("networks without what they lie in", () => {
  const f = (network: string, vnet: string, want: string) =>
    expect(shortNetwork({ network, vnet }), network).toBe(want);
  f("rg/hub/workload", "sub/rg/hub", "hub/workload");
  f("sub/rg/hub", "sub/rg/hub", "hub");
  f("sub/rg/branch-berlin", "", "branch-berlin");
  f("branch-berlin", "", "branch-berlin");
  f("", "", "");
});

test("places are regions, countries, or both", () => {
  expect(placeOf({ region: "westeurope", country: "nl" })).toBe("westeurope, Netherlands");
  expect(placeOf({ region: "", country: "ke" })).toBe("Kenya");
  expect(placeOf({ region: "", country: "" })).toBe("");
});

test("what is everywhere in Azure has no country", () => {
  expect(isEverywhere({ region: "Global" })).toBe(true);
  expect(isEverywhere({ region: "westeurope" })).toBe(false);
  expect(placeOf({ region: "Global", country: "us" })).toBe("Everywhere in Azure");
});

test("kinds of resource in words, and what an address is in one line", () => {
  expect(["nic", "nat gateway", "load balancer", ""].map(kindName)).toEqual([
    "network interface",
    "NAT gateway",
    "load balancer",
    "",
  ]);
  const f = (kind: string, of: Side["class"], want: string) => expect(whatItIs({ kind, class: of })).toBe(want);
  f("nic", "vnet", "Network interface · In a virtual network");
  f("site (P2S)", "p2s", "Point-to-site client");
  f("site (S2S)", "s2s", "On-premises site behind a VPN gateway");
  f("", "external", "Public address");
  f("", "", "");
});

test("flows are looked at from our own network, the initiator's first", () => {
  const f = (from: Partial<Side>, to: Partial<Side>, direction: string, vnet: string) =>
    expect(vantageOf({ ...nothing, ...from }, { ...nothing, ...to })).toEqual({ direction, vnet });
  f({ vnet: "a" }, { vnet: "b" }, "out", "a");
  f({ class: "external" }, { vnet: "b" }, "in", "b");
  f({ class: "s2s" }, { vnet: "b" }, "in", "b");
  f({ class: "external" }, { class: "private" }, "in", "");
  f({}, {}, "out", "");
});

test("words for what the server says, and its own where they are new", () => {
  expect(className("p2s")).toBe("Point-to-site client");
  expect(className("")).toBe("");
  expect(verdictOf("")).toBe("Malicious");
  expect(verdictOf("C2")).toBe("C2");
  expect(flowTypeWord("S2S")).toContain("gateway");
  expect(flowTypeWord("NewType")).toBe("NewType");
});
