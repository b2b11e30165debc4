import { expect, test } from "vitest";
import { countryName, flagOf } from "../../src/lib/place";

test("countries by name, whatever the case of the code", () => {
  expect(countryName("nl")).toBe("Netherlands");
  expect(countryName("KE")).toBe("Kenya");
});

test("what is no country stays what it is", () => {
  expect(countryName("zz")).toMatch(/^(ZZ|Unknown Region)$/);
  expect(countryName("")).toBe("");
  expect(countryName("usa")).toBe("USA");
  expect(countryName("1a")).toBe("1A");
});

test("flags are two regional indicators", () => {
  expect(flagOf("us")).toBe("\u{1f1fa}\u{1f1f8}");
  expect(flagOf("ZA")).toBe("\u{1f1ff}\u{1f1e6}");
  expect(flagOf("")).toBe("");
  expect(flagOf("eur")).toBe("");
});
