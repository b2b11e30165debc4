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

// Rule and resource names come from logs, that is, from outside: what a
// spreadsheet or a terminal would obey is written as text, as weir's own CSV is.
function guard(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  return (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell).replace(/\p{Cc}/gu, spell);
}

const spelled: Record<string, string> = { "\u0007": "\\a", "\b": "\\b", "\v": "\\v", "\f": "\\f" };

/** A control character as Go and JSON write it; those that make lines and columns stay. */
function spell(control: string): string {
  if (/[\t\r\n]/.test(control)) return control;
  const code = control.charCodeAt(0);
  return spelled[control] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
