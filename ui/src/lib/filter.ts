// Terms of the language of filters (docs/reference/filters.md), as a click on
// a value writes them. Whether a text is a filter is for the server to say.

/** A part of a filter that a value leads to, and what people call it: "host 10.0.0.4". */
export interface Term {
  name: string;
  text: string;
}

const keywords = new Set(["and", "or", "not", "in", "has"]);

/** A text as the language wants it, in quotes where it must. */
export function quote(value: string): string {
  if (/^[\p{L}\p{Nd}_./:@-]+$/u.test(value) && !keywords.has(value.toLowerCase())) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** The flows of which a field is a value; what it is called is for the caller where the value alone says too little. */
export function is(field: string, value: string, name = `${field} ${value}`): Term {
  return { name, text: `${field} = ${quote(value)}` };
}

/** The flows of which all terms hold. */
export function allOf(name: string, ...terms: readonly Term[]): Term {
  return { name, text: terms.map(({ text }) => bracketed(text, "or")).join(" and ") };
}

/** All other flows. */
export function not(text: string): string {
  return `not ${bracketed(text, "and", "or")}`;
}

/** The flows of a filter of which the term holds too. The opposite of the term goes: both would leave nothing. */
export function narrow(where: string, term: string): string {
  const text = where.trim();
  if (text === "") return term;
  const before = splitAt(text, "or").length > 1 ? [`(${text})`] : splitAt(text, "and");
  if (before.includes(term)) return text;
  const kept = before.filter((each) => each !== not(term) && not(each) !== term);
  return [...kept, bracketed(term, "or")].join(" and ");
}

/** The filter with one value of a field instead of any that its terms name; empty: with none. */
export function choose(where: string, field: string, value: string): string {
  const text = where.trim();
  const [alone = "", ...more] = splitAt(text, "or");
  const parts = text === "" ? [] : more.length > 0 ? [`(${text})`] : splitAt(alone, "and");
  const kept = parts.filter((each) => chosenOf(each, field) === null);
  return value === "" ? kept.join(" and ") : [...kept, is(field, value).text].join(" and ");
}

/** The value of a field that a term of the filter chooses; null where none does. */
export function chosenOf(where: string, field: string): string | null {
  if (splitAt(where, "or").length > 1) return null;
  for (const each of splitAt(where, "and")) {
    const [, name, quoted, plain] = /^(\S+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s"]+))$/u.exec(each) ?? [];
    if (name?.toLowerCase() === field) return plain ?? quoted!.replace(/\\(.)/gu, "$1");
  }
  return null;
}

/** Whether a term is one of those that must all hold. */
export function requires(where: string, term: string): boolean {
  return splitAt(where, "or").length === 1 && splitAt(where, "and").includes(term);
}

/** The filter without a term that must hold. */
export function without(where: string, term: string): string {
  return splitAt(where, "and")
    .filter((each) => each !== term)
    .join(" and ");
}

/** The term in brackets where one of the words joins its parts. */
function bracketed(text: string, ...words: readonly string[]): string {
  return words.some((word) => splitAt(text, word).length > 1) ? `(${text})` : text;
}

/** The parts of a filter between a word that stands in no brackets and no quotes. */
function splitAt(text: string, word: string): string[] {
  const parts: string[] = [];
  let [depth, begin] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"(?:\\.|[^"\\])*"?|[()]|[^\s(),=<>!"]+|./gsu)) {
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (depth !== 0 || token.toLowerCase() !== word) continue;
    parts.push(text.slice(begin, index).trim());
    begin = index + token.length;
  }
  return [...parts, text.slice(begin).trim()];
}

// The server counts characters, the browser those beyond U+FFFF twice.

export function charactersBefore(text: string, at: number): number {
  return Array.from(text.slice(0, at)).length;
}

export function placeOfCharacter(text: string, characters: number): number {
  return [...text].slice(0, characters).join("").length;
}

/** The filter with a suggestion in it, and where to write on. */
export function insert(
  text: string,
  { start, end, text: word }: { start: number; end: number; text: string },
): { text: string; at: number } {
  const [from, to] = [placeOfCharacter(text, start), placeOfCharacter(text, end)];
  // What closes stands at what it closes.
  const before = word === "," || word === ")" ? text.slice(0, from).trimEnd() : text.slice(0, from);
  const head = before + word + (word === "(" ? "" : " ");
  return { text: head + text.slice(to).trimStart(), at: head.length };
}
