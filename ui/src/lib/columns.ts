// Which columns a table has, as its page's address says: "?columns=share,flows".
// The address is silent where nothing was chosen.

interface Choice {
  id: string;
  /** Whether it is there when nothing was chosen. */
  shown?: boolean;
}

const none = "none";

/** The columns to show, in their own order; names that are none of them are as if they were not there. */
export function readColumns<C extends Choice>(text: string | undefined, all: readonly C[]): C[] {
  const byDefault = all.filter((column) => column.shown);
  if (text === undefined || text === "") return byDefault;
  const ids = new Set(text.split(","));
  const chosen = all.filter((column) => ids.has(column.id));
  return chosen.length > 0 || text === none ? chosen : byDefault;
}

/** What the address says of a choice; undefined where it is what is shown without one. */
export function writeColumns(chosen: ReadonlySet<string>, all: readonly Choice[]): string | undefined {
  if (all.every((column) => chosen.has(column.id) === (column.shown ?? false))) return undefined;
  const ids = all.filter((column) => chosen.has(column.id)).map((column) => column.id);
  return ids.length > 0 ? ids.join(",") : none;
}
