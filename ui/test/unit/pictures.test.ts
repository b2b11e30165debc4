import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { pages } from "../../src/shell/pages";

const docs = new URL("../../../docs/", import.meta.url);
const text = readFileSync(new URL("reference/pages.md", docs), "utf8");
const pictures = readdirSync(new URL("pictures/", docs));

test("the documentation shows every page, and keeps no picture that it does not show", () => {
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, name]) => name);
  expect(headings.toSorted()).toEqual([...pages.map(({ name }) => name), "One host"].toSorted());
  const shown = [...text.matchAll(/\(\.\.\/pictures\/([\w.-]+)\)/g)].map(([, name]) => name);
  expect(shown.toSorted()).toEqual(pictures.toSorted());
});

test("pictures are small: they are in every copy of the source", () => {
  const sizes = pictures.map((name) => statSync(new URL(`pictures/${name}`, docs)).size);
  expect(Math.max(...sizes)).toBeLessThan(150_000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
});
