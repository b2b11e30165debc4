import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { exportRows, pageRows, rankingQuery, seriesQuery, type Sort, type TableAsk, tableQuery } from "../api/queries";
import { AboutContext } from "../filter/Drill";
import { useView } from "../lib/hooks";
import { ofPage, writeView } from "../lib/url";
import { hosts } from "../questions/hosts";
import { QuestionTable } from "../questions/QuestionTable";
import { chartPoints } from "../traffic/TrafficCard";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { SeriesCard } from "./SeriesCard";
import { readTable, type Table } from "./table";
import { TableCard } from "./TableCard";
import { type Tab, Tabs } from "./Tabs";

interface Props {
  title: string;
  tables: readonly Table[];
  /** Which flows the page is about, whatever else is chosen; all where it is not said. */
  flows?: string;
  /** Whether hosts come before all tables. */
  withHosts?: boolean;
}

const hostsTab: Tab = { id: "hosts", title: "Hosts" };

/** A page of tables: totals, the first of the table over time, and all of its rows. */
export function TablesPage(props: Props) {
  const { tab } = useSearch({ strict: false });
  const { title, tables, withHosts = false } = props;
  const ofHosts = withHosts && !tables.some(({ split }) => split === tab);
  const { table } = readTable({ ...(tab && { tab }) }, tables);
  const own = tables.map(({ split: id, title: name }): Tab => ({ id, title: name }));
  const tabs = <Tabs tabs={withHosts ? [hostsTab, ...own] : own} shown={ofHosts ? hostsTab.id : table.split} />;
  const Answer = ofHosts ? Hosts : Rows;
  return (
    <AboutContext value={props.flows ?? ""}>
      <WithData page={title}>{(about) => <Answer {...about} {...props} tabs={tabs} />}</WithData>
    </AboutContext>
  );
}

type AnswerProps = About & Props & { tabs: React.ReactNode };

function Rows({ title, tables, flows = "", tabs, ...about }: AnswerProps) {
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
    compare: period.before !== null,
  };
  const query = useQuery(tableQuery(ask));
  const series = useQuery(seriesQuery(table.split, period.scope, unit, chartPoints));
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
      answers={[query, series]}
      above={tabs}
      trend={<SeriesCard key={table.split} table={table} series={series} unit={unit} zone={zone} />}
    >
      {() => (
        <TableCard
          table={table}
          ask={ask}
          query={query}
          page={page}
          malicious={flows === "malicious"}
          turn={(to) => go({ page: to })}
          sortBy={(by) => go({ sort: by })}
        />
      )}
    </Frame>
  );
}

function Hosts({ title, flows = "", tabs, ...about }: AnswerProps) {
  const [{ unit }] = useView();
  const period = usePeriod(about.status, flows);
  const query = useQuery(rankingQuery(hosts.ask, period.scope, unit, exportRows));
  return (
    <Frame {...about} title={title} period={period} answers={[query]} above={tabs}>
      {(opened) => (
        <QuestionTable question={hosts} query={query} span={period.scope} unit={unit} reserve={opened === "early"} />
      )}
    </Frame>
  );
}
