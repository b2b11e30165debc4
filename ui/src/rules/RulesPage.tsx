import { askedList } from "../api/asked";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchOnce, pageRows, type RuleShow, type RuleSort, ruleUsesQuery } from "../api/queries";
import { phone, useMedia, useView } from "../lib/hooks";
import { SeriesCard } from "../tables/SeriesCard";
import { rulesTable } from "../tables/table";
import { Tabs } from "../tables/Tabs";
import { useSeries } from "../tables/useSeries";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { type Choice, useChoice } from "./list";
import { ListCard } from "./ListCard";
import { ruleColumns } from "./ruleColumns";
import { RuleDetail } from "./RuleDetail";

const inventory =
  "Rules that nothing hits, and what rules say, come from an inventory: weir topology import FILE... reads one.";

const choices: readonly Choice<RuleShow, RuleSort>[] = [
  {
    id: "hit",
    title: "Most hit",
    first: "total",
    note: "A rule counts at each interface at which it decides",
    none: "No rule decided any flow here.",
  },
  {
    id: "blocking",
    title: "Most blocking",
    first: "denied",
    note: "Rules that denied flows",
    none: "No rule denied any flow here.",
  },
  {
    id: "malicious",
    title: "Let malicious pass",
    first: "malicious",
    note: "Rules that allowed flows with a malicious end",
    none: "No rule let a malicious flow pass here.",
  },
  {
    id: "unused",
    title: "Never hit",
    first: "last",
    note: "Rules of the inventory that no flow here hit, without default ones",
    none: `Every rule that is known was hit. ${inventory}`,
  },
  {
    id: "shadowed",
    title: "Shadowed",
    first: "key",
    note: "Rules that can never decide: those before them have all of their flows",
    none: `No rule that is known is shadowed. ${inventory}`,
  },
  {
    id: "all",
    title: "All",
    first: "key",
    note: "Rules of the inventory and of the logs",
    none: `No rule is known. ${inventory}`,
  },
];

// Of these it is asked why, not how much.
const idle = new Set<RuleShow>(["unused", "shadowed"]);

const sorts: readonly RuleSort[] = ["total", "allowed", "denied", "malicious", "last", "key"];

/** Security rules: what each says, and how it is used. */
export default function RulesPage() {
  return <WithData page="Rules">{(about) => <Rules {...about} />}</WithData>;
}

function Rules(about: About) {
  const [{ unit, zone }] = useView();
  const queries = useQueryClient();
  const narrow = useMedia(phone);
  const { choice, sort, page, go } = useChoice(choices, sorts);
  const period = usePeriod(about.status);
  const { scope } = period;
  const ask = { scope, by: unit, show: choice.id, sort, offset: (page - 1) * pageRows, limit: pageRows };
  const query = useQuery(ruleUsesQuery(ask));
  const series = useSeries("rules", period, unit);
  return (
    <Frame
      {...about}
      title="Rules"
      period={period}
      answers={[query, series.now]}
      above={<Tabs tabs={choices} shown={choice.id} />}
      trend={<SeriesCard table={rulesTable} series={series} unit={unit} zone={zone} />}
    >
      {() => (
        <ListCard
          key={choice.id}
          title={`Rules, ${choice.title.toLowerCase()}`}
          many="rules"
          note={choice.note}
          none={choice.none}
          columns={ruleColumns(zone, query.data?.heldSince ?? null, !idle.has(choice.id), narrow ? sort : null)}
          rowKey={({ acl, rule, text }) => `${acl} ${rule} ${text?.default ?? false}`}
          detail={(rule) => <RuleDetail rule={rule} />}
          query={query}
          fetch={(offset, limit, signal) => fetchOnce(queries, ruleUsesQuery({ ...ask, offset, limit }), signal)}
          scope={scope}
          asked={choice.id === "unused" || choice.id === "shadowed" ? undefined : askedList("rules", ask)}
          page={page}
          sort={sort}
          go={go}
        />
      )}
    </Frame>
  );
}
