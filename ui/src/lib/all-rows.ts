// Every row of a table, asked for part by part.

/** How far it has come. */
export interface Progress {
  rows: number;
  /** How many there will be; null where nobody knows yet. */
  of: number | null;
}

/** A part of the rows, and how many there are in all. */
export interface Part<Row> {
  rows: readonly Row[];
  distinct: number;
  distinctAtLeast?: boolean;
}

/** How rows are got: until the signal says that they are not wanted any more. */
export type Getting<Result> = (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<Result>;

/** The API gives no rows beyond this place. */
export const lastOffset = 1_000_000;

/** All rows, so many at a time, one part after another as each begins where the last ended. */
export function allRows<Row>(
  ask: (offset: number, signal: AbortSignal) => Promise<Part<Row>>,
  limit: number,
): Getting<Row[]> {
  return async (signal, tell) => {
    const rows: Row[] = [];
    for (;;) {
      signal.throwIfAborted();
      const part = await ask(rows.length, signal);
      rows.push(...part.rows);
      const known = !part.distinctAtLeast;
      tell({ rows: rows.length, of: known ? part.distinct : null });
      if (part.rows.length < limit || (rows.length >= part.distinct && known)) return rows;
      if (rows.length > lastOffset)
        throw new Error(`there are more than ${lastOffset} rows: choose fewer with a filter`);
    }
  };
}
