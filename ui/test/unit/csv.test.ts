import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toCSV, toTSV } from "../../src/lib/csv";

test("CSV quotes what needs it and ends every line", () => {
  expect(
    toCSV([
      ["host", "flows"],
      ["10.0.0.4", 12],
      ['a "b", c', 0],
    ]),
  ).toBe('host,flows\r\n10.0.0.4,12\r\n"a ""b"", c",0\r\n');
});

test("a name from a log is never a formula", () => {
  expect(toCSV([["=cmd()"], ["+1"], ["-x"], ["@y"], [-5]])).toBe("'=cmd()\r\n'+1\r\n'-x\r\n'@y\r\n-5\r\n");
  expect(toTSV([["=cmd()", 1]])).toBe("'=cmd()\t1");
});

test("the page writes a cell as the command line does", () => {
  const cells = JSON.parse(readFileSync("../internal/terminal/testdata/csv-cells.json", "utf8")) as Record<
    string,
    string
  >;
  for (const [cell, want] of Object.entries(cells)) expect(toCSV([[cell]])).toBe(`${want}\r\n`);
});

test("TSV keeps one cell one cell", () => {
  expect(
    toTSV([
      ["a\tb\nc", 1],
      ["d", 2],
    ]),
  ).toBe("a b c\t1\nd\t2");
});
