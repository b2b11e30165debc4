import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, Suspense } from "react";
import { pageRows, type Sort, type TableAsk, tableQuery } from "../api/queries";
import { AboutContext } from "../filter/Drill";
import { useView } from "../lib/hooks";
import { ofPage, writeView } from "../lib/url";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { SeriesCard } from "./SeriesCard";
import { readTable, type Table, tabOf } from "./table";
import { TableCard } from "./TableCard";
import { type Tab, Tabs } from "./Tabs";
import styles from "./Tabs.module.css";
import { useSeries } from "./useSeries";

/** What every tab of a page is given. */
export type TabProps = About & { title: string; flows: string; tabs: React.ReactNode };

interface Props {
  title: string;
  tables: readonly Table[];
  /** Which flows the page is about, whatever else is chosen; all where it is not said. */
  flows?: string;
  /** A tab beside the tables, the last or the first; its code may come when it is opened. */
  beside?: Tab & { Content: ComponentType<TabProps>; first?: boolean };
}

/** A page of tables: totals, the first of the table over time, and all of its rows. */
export function TablesPage({ title, tables, flows = "", beside }: Props) {
  const { tab } = useSearch({ strict: false });
  const { table } = readTable({ ...(tab && { tab }) }, tables);
  const all = tables.map((each): Tab => ({ id: tabOf(each), title: each.title }));
  const opens = beside?.first && !all.some(({ id }) => id === tab); // as an address that says nothing does
  const Content = opens || beside?.id === tab ? beside?.Content : undefined;
  if (beside?.first) all.unshift(beside);
  else if (beside) all.push(beside);
  const tabs = all.length > 1 && <Tabs tabs={all} shown={Content ? beside!.id : tabOf(table)} />;
  const passing = (!Content && table.flows) || flows;
  return (
    <AboutContext value={passing}>
      <WithData page={title}>
        {(about) =>
          Content ? (
            <Suspense fallback={<div className={styles.room} />}>
              <Content {...about} title={title} tabs={tabs} flows={passing} />
            </Suspense>
          ) : (
            <Rows {...about} title={title} tabs={tabs} tables={tables} flows={passing} />
          )
        }
      </WithData>
    </AboutContext>
  );
}

function Rows({ title, tables, flows, tabs, ...about }: TabProps & { tables: readonly Table[] }) {
  const [view] = useView();
  const { unit, zone } = view;
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const period = usePeriod(about.status, flows);
  const { table, sort, page } = readTable(search, tables);
  const ask: TableAsk = {
    split: table.split,
    scope: period.scope,
    by: unit,
    sort,
    offset: (page - 1) * pageRows,
    limit: pageRows,
    compare: period.compare,
  };
  const query = useQuery(tableQuery(ask));
  const series = useSeries(table.split, period, unit);
  const go = (to: { sort?: Sort; page?: number }) => {
    const { sort: by = search.sort ?? "", page: turned = 1 } = to;
    void navigate({
      to: ".",
      search: {
        ...writeView(view),
        ...ofPage(search),
        sort: by === (table.first ?? "total") ? "" : by,
        page: turned === 1 ? "" : String(turned),
      },
      resetScroll: false,
    });
  };
  return (
    <Frame
      {...about}
      title={title}
      period={period}
      answers={[query, series.now]}
      above={tabs}
      trend={<SeriesCard key={tabOf(table)} table={table} series={series} unit={unit} zone={zone} />}
    >
      {() => (
        <TableCard
          table={table}
          ask={ask}
          query={query}
          page={page}
          against={period.against}
          malicious={flows === "malicious"}
          turn={(to) => go({ page: to })}
          sortBy={(by) => go({ sort: by })}
        />
      )}
    </Frame>
  );
}
