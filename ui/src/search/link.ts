// The address of a query on the page "Search". Short texts stand in it as they
// are; long ones are packed into the fragment, which no server ever sees.

import type { Range } from "../range/range";
import { parseQuery, readView, type Search, stringifyQuery, writeView } from "../lib/url";

/** Texts up to so many characters stay readable in the address. */
export const readable = 1500;

/** What the address of a page needs for a query over that time: for links of the router. */
export function searchOf(query: string, range: Range): Search {
  return { ...writeView({ ...readView({}), range }), q: query };
}

/** The address, without host, of a query over that time. */
export function searchLink(query: string, range: Range): string {
  return `/search${stringifyQuery(searchOf(query, range))}`;
}

const mark = "#q=";

/** A text as fragment, deflated, in letters that every program leaves alone. */
export async function pack(query: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(query), new CompressionStream("deflate-raw"));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return mark + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The text that a fragment holds; null where it holds none, or is broken. */
export async function unpack(fragment: string): Promise<string | null> {
  if (!fragment.startsWith(mark)) return null;
  try {
    const text = atob(fragment.slice(mark.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(
      await through(bytes, new DecompressionStream("deflate-raw")),
    );
  } catch {
    return null;
  }
}

async function through(bytes: Uint8Array<ArrayBuffer>, change: CompressionStream | DecompressionStream) {
  const stream = new Blob([bytes]).stream().pipeThrough(change);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A whole address of the query with what else the given address says: readable where it is short, else packed. */
export async function linkTo(
  query: string,
  { origin, pathname, search }: Pick<Location, "origin" | "pathname" | "search">,
) {
  const { q: _, ...others } = parseQuery(search);
  const base = `${origin}${pathname}`;
  if (query.length <= readable) return `${base}${stringifyQuery({ ...others, q: query })}`;
  return `${base}${stringifyQuery(others)}${await pack(query)}`;
}
