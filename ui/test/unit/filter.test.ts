import { expect, test } from "vitest";
import {
  allOf,
  charactersBefore,
  choose,
  chosenOf,
  insert,
  is,
  narrow,
  not,
  placeOfCharacter,
  quote,
  requires,
  without,
} from "../../src/lib/filter";

test("a value is in quotes where the language wants it so", () => {
  const f = (value: string, want: string) => expect(quote(value)).toBe(want);
  f("hub", "hub");
  f("sub/prod-rg/hub", "sub/prod-rg/hub");
  f("10.0.0.4", "10.0.0.4");
  f("2001:db8::1", "2001:db8::1");
  f("größe", "größe");
  f("", '""');
  f("load balancer", '"load balancer"');
  f("site (S2S)", '"site (S2S)"');
  f("web*", '"web*"');
  f("Not", '"Not"');
  f("in", '"in"');
  f("inner", "inner");
  f('a"b\\c', '"a\\"b\\\\c"');
});

test("the opposite of a term holds of all of it", () => {
  const f = (term: string, want: string) => expect(not(term)).toBe(want);
  f("port = 22", "not port = 22");
  f("port = 22 and protocol = TCP", "not (port = 22 and protocol = TCP)");
  f("src = 10.0.0.4 or dst = 10.0.0.4", "not (src = 10.0.0.4 or dst = 10.0.0.4)");
  f("(a = 1 or b = 2)", "not (a = 1 or b = 2)");
  f('rule = "this and that"', 'not rule = "this and that"');
  f("port in (22, 3389)", "not port in (22, 3389)");
});

test("a filter is narrowed by a term", () => {
  const f = (where: string, term: string, want: string) => expect(narrow(where, term), where).toBe(want);
  f("", "denied", "denied");
  f("  ", "denied", "denied");
  f("denied", "port = 22", "denied and port = 22");
  f("denied or external", "port = 22", "(denied or external) and port = 22");
  f("(denied or external) and vm = a", "port = 22", "(denied or external) and vm = a and port = 22");
  f("denied", "src = a or dst = a", "denied and (src = a or dst = a)");
  f('rule = "x or y"', "port = 22", 'rule = "x or y" and port = 22');
  f('rule = "open', "port = 22", 'rule = "open and port = 22');
});

test("a term that is there already is not written twice, and its opposite goes", () => {
  const f = (where: string, term: string, want: string) => expect(narrow(where, term), where).toBe(want);
  f("denied and port = 22", "port = 22", "denied and port = 22");
  f("denied AND not port = 22", "port = 22", "denied and port = 22");
  f("port = 22 and denied", "not port = 22", "denied and not port = 22");
  f("not (port = 22 and protocol = TCP)", "port = 22 and protocol = TCP", "port = 22 and protocol = TCP");
});

test("terms are joined under a name", () => {
  const either = { name: "either", text: "a = 1 or b = 2" };
  expect(allOf("both", is("src", "10.0.0.4"), either)).toEqual({
    name: "both",
    text: "src = 10.0.0.4 and (a = 1 or b = 2)",
  });
  expect(is("country", "us", "country United States").name).toBe("country United States");
});

test("a suggestion takes the place of what was begun", () => {
  const f = (text: string, start: number, end: number, word: string, want: string) => {
    const made = insert(text, { start, end, text: word });
    expect(`${made.text.slice(0, made.at)}|${made.text.slice(made.at)}`).toBe(want);
  };
  f("vn", 0, 2, "vnet", "vnet |");
  f("", 0, 0, "(", "(|");
  f("port in (22 ", 12, 12, ",", "port in (22, |");
  f("port in (22 ", 12, 12, ")", "port in (22) |");
  f("de and port = 22", 0, 2, "denied", "denied |and port = 22");
  f("vm = 😀 and po", 11, 13, "port", "vm = 😀 and port |");
});

test("characters are counted as the server counts them", () => {
  const text = "a😀b";
  expect([0, 1, 3, 4].map((at) => charactersBefore(text, at))).toEqual([0, 1, 2, 3]);
  expect([0, 1, 2, 3, 9].map((n) => placeOfCharacter(text, n))).toEqual([0, 1, 3, 4, 4]);
});

test("one value of a field is chosen instead of another", () => {
  const f = (where: string, value: string, want: string) => expect(choose(where, "status", value)).toBe(want);
  f("", "denied", "status = denied");
  f("status = allowed and port = 22", "denied", "port = 22 and status = denied");
  f("status = allowed", "", "");
  f("a = 1 or b = 2", "denied", "(a = 1 or b = 2) and status = denied");
  f("not status = allowed", "denied", "not status = allowed and status = denied");
  expect(chosenOf('port = 22 and nsg = "the group"', "nsg")).toBe("the group");
  expect(chosenOf("nsg = a or nsg = b", "nsg")).toBeNull();
  expect(chosenOf("not nsg = a", "nsg")).toBeNull();
  expect(requires("denied and malicious", "malicious")).toBe(true);
  expect(requires("denied or malicious", "malicious")).toBe(false);
  expect(without("denied and malicious", "malicious")).toBe("denied");
});
