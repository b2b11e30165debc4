import { QueryFault } from "./ask";
import type { Outcome } from "./useAsk";

/** Where in the editor a fault is: what was asked can be a part of the text. Null where it is no place. */
export function placeOf(outcome: Extract<Outcome, { kind: "fault" }>) {
  const { error, question } = outcome;
  if (!(error instanceof QueryFault) || error.place === null) return null;
  const { line, column, length } = error.place;
  const { at } = question;
  return { line: line + at.line - 1, column: line === 1 ? column + at.column - 1 : column, length };
}
