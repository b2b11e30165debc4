// The files in which a table is saved. A format more is an entry here.

import { toCSV } from "./csv";
import { linesOf, type Sheet, toJSON } from "./sheet";

/** What a file says of itself: of which time it is, and of which flows. */
export interface About {
  from: string;
  to: string;
  where: string;
}

export interface Format {
  /** How names of its files end. */
  id: "csv" | "json";
  name: string;
  type: string;
  write: (sheet: Sheet, about: Partial<About>) => string;
}

/** Those that the page writes itself. */
export const formats: readonly Format[] = [
  { id: "csv", name: "CSV", type: "text/csv", write: (sheet) => toCSV(linesOf(sheet)) },
  { id: "json", name: "JSON", type: "application/json", write: toJSON },
];
