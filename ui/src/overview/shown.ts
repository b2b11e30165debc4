import type { Finding } from "../api/types";

/** How many are shown at first, or as many as there are kinds. */
const first = 5;

/** The first of each kind, and as many of the others as there is room for, in their order. */
export function shownFirst(rows: readonly Finding[]): Finding[] {
  const kinds = new Set(rows.map(({ kind }) => kind));
  const met = new Set<Finding["kind"]>();
  let room = Math.max(0, first - kinds.size);
  return rows.filter(({ kind }) => {
    const head = !met.has(kind);
    met.add(kind);
    return head || room-- > 0;
  });
}
