import { askedList } from "../api/asked";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchOnce, openQuery, type OpenShow, type OpenSort, pageRows } from "../api/queries";
import { useView } from "../lib/hooks";
import { SeriesCard } from "../tables/SeriesCard";
import { portsTable } from "../tables/table";
import { Tabs } from "../tables/Tabs";
import { useSeries } from "../tables/useSeries";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { type Choice, useChoice } from "./list";
import { ListCard } from "./ListCard";
import { openColumns } from "./openColumns";
import { OpenDetail } from "./OpenDetail";

const inventory = "What is open though nobody came is known from an inventory: weir topology import FILE... reads one.";

const choices: readonly Choice<OpenShow, OpenSort>[] = [
  {
    id: "all",
    title: "All",
    first: "total",
    note: "What the internet reached, and what it could reach",
    none: `Nothing is open to the internet. ${inventory}`,
  },
  {
    id: "used",
    title: "Open and used",
    first: "total",
    note: "Ports that the internet reached",
    none: "The internet reached no port that is known to be open.",
  },
  {
    id: "unused",
    title: "Open and unused",
    first: "key",
    note: "Ports that rules leave open, and nobody came; without a filter alone",
    none: `Nothing is open that is not used. ${inventory}`,
  },
  {
    id: "unexplained",
    title: "Not explained",
    first: "total",
    note: "Ports that were reached, and the inventory does not say how",
    none: "The inventory explains all that was reached, or there is none.",
  },
  {
    id: "malicious",
    title: "Malicious came",
    first: "malicious",
    note: "Ports that malicious addresses reached",
    none: "No malicious address was let in.",
  },
];

const sorts: readonly OpenSort[] = ["total", "malicious", "key"];

// As the server asks for them: flows that came from the internet and were let in.
const fromInternet =
  "src.class in (azure, external) and direction = inbound and status = allowed and src != 168.63.129.16";

const table = { ...portsTable, title: "Ports reached from the internet" };

/** Ports that are open to the internet: used, unused, and why. */
export default function OpenPage() {
  return <WithData page="Open to the internet">{(about) => <Open {...about} />}</WithData>;
}

function Open(about: About) {
  const [{ unit, zone }] = useView();
  const queries = useQueryClient();
  const { choice, sort, page, go } = useChoice(choices, sorts);
  const period = usePeriod(about.status);
  const { scope } = period;
  const ask = { scope, by: unit, show: choice.id, sort, offset: (page - 1) * pageRows, limit: pageRows };
  const query = useQuery(openQuery(ask));
  const series = useSeries("ports", period, unit, fromInternet);
  const { data } = query;
  return (
    <Frame
      {...about}
      title="Open to the internet"
      period={period}
      answers={[query, series.now]}
      above={<Tabs tabs={choices} shown={choice.id} />}
      trend={<SeriesCard table={table} series={series} unit={unit} zone={zone} />}
    >
      {() => (
        <ListCard
          key={choice.id}
          title={choice.id === "all" ? "Open ports" : choice.title}
          many="open ports"
          note={data && data.inventory === null ? inventory : choice.note}
          none={choice.none}
          columns={openColumns(zone)}
          rowKey={({ address, side, port, through, protocol, state }) =>
            `${side.vnet} ${address} ${port} ${through} ${protocol} ${state}`
          }
          detail={(port) => <OpenDetail port={port} />}
          query={query}
          fetch={(offset, limit, signal) => fetchOnce(queries, openQuery({ ...ask, offset, limit }), signal)}
          scope={scope}
          asked={choice.id === "unused" ? undefined : askedList("open", ask)}
          page={page}
          sort={sort}
          go={go}
        />
      )}
    </Frame>
  );
}
