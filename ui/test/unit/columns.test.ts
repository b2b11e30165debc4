import { expect, test } from "vitest";
import { readColumns, writeColumns } from "../../src/lib/columns";

const all = [{ id: "share", shown: true }, { id: "flows", shown: true }, { id: "network" }, { id: "country" }];
const ids = (text: string | undefined) => readColumns(text, all).map(({ id }) => id);

test("every choice of columns survives the address", () => {
  for (let bits = 0; bits < 1 << all.length; bits++) {
    const chosen = all.filter((_, i) => bits & (1 << i)).map(({ id }) => id);
    expect(ids(writeColumns(new Set(chosen), all))).toEqual(chosen);
  }
});

test("what is shown without a choice leaves the address bare, and none is a choice", () => {
  expect(writeColumns(new Set(["flows", "share"]), all)).toBeUndefined();
  expect(writeColumns(new Set(), all)).toBe("none");
  expect(writeColumns(new Set(["country", "share"]), all)).toBe("share,country");
});

test("names of no column are as if they were not there", () => {
  const byDefault = ["share", "flows"];
  expect(ids(undefined)).toEqual(byDefault);
  expect(ids("")).toEqual(byDefault);
  expect(ids("colour,size")).toEqual(byDefault);
  expect(ids("country,colour,flows")).toEqual(["flows", "country"]);
});
