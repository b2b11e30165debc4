import { describe, expect, test } from "vitest";
import { parseQuery, pickSearch, readView } from "../../src/lib/url";
import { pack, searchLink, unpack } from "../../src/search/link";

const query = 'NTANetAnalytics\n| where SrcIp == "10.0.0.4" and L4Protocol != "T+U"\n| take 10 // 100 % of é';

describe("searchLink", () => {
  test("has the text and the usual time, and is read as it was written", () => {
    const address = searchLink(query, { kind: "last", last: "6h" });
    expect(address).toMatch(/^\/search\?/);
    const search = pickSearch(parseQuery(address.slice("/search".length)));
    expect(search.q).toBe(query);
    expect(readView(search).range).toEqual({ kind: "last", last: "6h" });
  });

  test("of a short text can be read by people", () => {
    expect(searchLink("NTANetAnalytics | count", { kind: "all" })).toBe(
      "/search?range=all&q=NTANetAnalytics+%7C+count",
    );
  });
});

describe("a packed text", () => {
  test("is itself again, small, and of harmless letters", async () => {
    const long = `${query}\n`.repeat(200);
    const packed = await pack(long);
    expect(packed).toMatch(/^#q=[\w-]+$/);
    expect(packed.length).toBeLessThan(long.length / 20);
    expect(await unpack(packed)).toBe(long);
  });

  test.each(["", "#main", "#q=", "#q=!!", "#q=AAAA"])("is none in %j", async (fragment) => {
    expect(await unpack(fragment)).toBe(null);
  });
});
