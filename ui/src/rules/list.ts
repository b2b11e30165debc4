// Lists that the server sorts and pages: which rows, by what, and which hundred of them are in the page's address.

import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Scope } from "../api/queries";
import { useView } from "../lib/hooks";
import { ofPage, writeView } from "../lib/url";
import type { Column } from "../questions/question";
import type { Tab } from "../tables/Tabs";

export interface ListColumn<Row, By> extends Column<Row> {
  /** How the server sorts by it. */
  sort?: By;
}

/** A choice of rows. */
export interface Choice<Show, By> extends Tab {
  id: Show & string;
  /** By what its rows are sorted where nothing was chosen. */
  first: By;
  /** What is to be said of it. */
  note: string;
  /** Why it has no rows. */
  none: string;
}

interface Chosen<Show, By> {
  choice: Choice<Show, By>;
  sort: By;
  page: number;
  go: (to: { sort?: By; page?: number }) => void;
}

/** What the address says of a list; what cannot be read is as if it were not there. */
export function useChoice<Show, By extends string>(
  choices: readonly Choice<Show, By>[],
  sorts: readonly By[],
): Chosen<Show, By> {
  const [view] = useView();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const choice = choices.find(({ id }) => id === search.tab) ?? choices[0]!;
  const sort = sorts.find((each) => each === search.sort) ?? choice.first;
  const page = /^[1-9]\d{0,3}$/.test(search.page ?? "") ? Number(search.page) : 1;
  const go = (to: { sort?: By; page?: number }) => {
    const { sort: by = sort, page: turned = 1 } = to;
    void navigate({
      to: ".",
      search: {
        ...writeView(view),
        ...ofPage(search),
        sort: by === choice.first ? "" : by,
        page: turned === 1 ? "" : String(turned),
      },
      resetScroll: false,
    });
  };
  return { choice, sort, page, go };
}

/** What every answer with a list says. */
export interface Listing<Row> {
  rows: Row[];
  offset: number;
  distinct: number;
}

/** How a list is asked for. */
export interface ListQuery {
  scope: Scope;
  offset: number;
  limit: number;
}
