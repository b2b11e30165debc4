// Tables as text for other programs.

export type Cell = string | number;

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function toCSV(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** Tab-separated, which is what pasting into a spreadsheet wants. */
export function toTSV(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map((cell) => guard(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}

function csvCell(cell: Cell): string {
  const text = guard(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Rule and resource names come from logs, that is, from outside.
function guard(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}
