import { expect, test } from "vitest";
import { gateways, malicious, owners, places, readTable, sorts, type Table } from "../../src/tables/table";

const table = (tables: readonly Table[], split: string) => tables.find((each) => each.split === split)!;

test("rows are called what people call them", () => {
  const f = (of: Table, keys: string[], name: string, beside?: string) => {
    const made = of.name(keys);
    expect([made.name, made.beside ?? ""]).toEqual([name, beside ?? ""]);
  };
  f(table(owners, "vnets"), ["sub/prod-rg/hub"], "hub", "sub/prod-rg");
  f(table(owners, "subnets"), ["prod-rg/hub/default"], "hub/default", "prod-rg");
  f(table(owners, "machines"), ["vm-1"], "vm-1");
  f(table(owners, "regions"), ["westeurope"], "westeurope");
  f(table(gateways, "sites"), ["sub/rg/berlin"], "berlin", "sub/rg");
  f(table(places, "countries"), ["us"], "United States", "US");
  f(table(places, "operators"), ["Example", "64496"], "Example", "AS64496");
  f(table(places, "operators"), ["Example", "0"], "Example");
  f(table(malicious, "ports"), ["443", "TCP"], "443", "TCP");
  f(table(malicious, "ports"), ["65536", "UDP"], "ephemeral", "UDP");
  f(table(malicious, "rules"), ["/subscriptions/s/nsg-web", "DenyAll"], "DenyAll", "nsg-web");
});

test("the address chooses a table, its order and its page, and is silent about the first", () => {
  const f = (search: { tab?: string; sort?: string; page?: string }, tables: readonly Table[], want: unknown[]) => {
    const { table: chosen, sort, page } = readTable(search, tables);
    expect([chosen.split, sort, page]).toEqual(want);
  };
  f({}, owners, ["hosts", "total", 1]);
  f({ tab: "subnets", sort: "deniedIn", page: "3" }, owners, ["subnets", "deniedIn", 3]);
  f({ tab: "moons", sort: "colour", page: "-1" }, owners, ["hosts", "total", 1]);
  f({ page: "0" }, owners, ["hosts", "total", 1]);
  f({ page: "1e3" }, owners, ["hosts", "total", 1]);
  f({ tab: "ports" }, malicious, ["ports", "allowedIn", 1]);
  f({ tab: "countries", sort: "total" }, malicious, ["countries", "total", 1]);
  for (const sort of sorts) f({ sort }, places, ["countries", sort, 1]);
});

test("each table has as many names as its rows have keys, and a page has it once", () => {
  for (const page of [owners, places, gateways, malicious]) {
    expect(new Set(page.map(({ split }) => split)).size).toBe(page.length);
    for (const { keys, split } of page) {
      const two = ["operators", "ports", "rules"].includes(split);
      expect(keys.length, split).toBe(two ? 2 : 1);
    }
  }
});
