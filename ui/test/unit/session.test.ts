import { expect, test } from "vitest";
import { tokenName } from "../../src/api/session";

test("the name of a token is read from the cookies", () => {
  expect(tokenName("")).toBe("");
  expect(tokenName("weir-token-name=grafana")).toBe("grafana");
  expect(tokenName("a=b; weir-token-name=J%C3%BCrgen; c=d")).toBe("Jürgen");
  expect(tokenName("not-weir-token-name=x")).toBe("");
  expect(tokenName("weir-token-name=%")).toBe("%");
});
