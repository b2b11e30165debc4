import { useNavigate, useSearch } from "@tanstack/react-router";
import { readColumns, writeColumns } from "../lib/columns";
import type { Column } from "./question";

/** The columns that the address chooses of all there are, and how to choose others; null goes back to the first. */
export function useColumns<Row>(
  all: readonly Column<Row>[],
): [readonly Column<Row>[], (chosen: ReadonlySet<string> | null) => void] {
  const { columns, ...others } = useSearch({ strict: false });
  const navigate = useNavigate();
  const choose = (chosen: ReadonlySet<string> | null) => {
    const text = chosen ? writeColumns(chosen, all) : undefined;
    const search = { ...others, ...(text !== undefined && { columns: text }) };
    // Going back leads to another page, not through every box that was ticked.
    void navigate({ to: ".", search, replace: true, resetScroll: false });
  };
  return [readColumns(columns, all), choose];
}
