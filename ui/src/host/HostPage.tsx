import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { askedHost } from "../api/asked";
import { type HostAsk, hostQuery, hostRows, lookupQuery, type Ranked, type Ranking, shownRows } from "../api/queries";
import type { HostAnswer } from "../api/types";
import { AboutContext } from "../filter/Drill";
import { narrow } from "../lib/filter";
import { useView } from "../lib/hooks";
import type { AddressPanel } from "../lib/panel";
import { writeView } from "../lib/url";
import { TopTable } from "../overview/TopTable";
import { Button } from "../parts/Button";
import { ports } from "../questions/ports";
import { QuestionTable } from "../questions/QuestionTable";
import { rules } from "../questions/rules";
import { State } from "../states/State";
import { Frame } from "../view/Frame";
import { lastInterval, usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { Balance } from "./Balance";
import styles from "./host.module.css";
import { News } from "./News";
import { partnerKey, partnersOf, rankingOf } from "./partners";
import { firstOf } from "./top";
import { Who } from "./Who";
import { chartPoints } from "../traffic/course";

/** All about one host, for who is told of an address and has to know what it does. */
export default function HostPage() {
  const { host = "", network = "" } = useSearch({ strict: false });
  return (
    <WithData page={host || "Host"}>
      {(about) =>
        host === "" ? <NoHost /> : <Answer key={`${host} ${network}`} {...about} host={host} network={network} />
      }
    </WithData>
  );
}

function NoHost() {
  const [view] = useView();
  return (
    <State title="Which host?">
      <p>
        The address of this page names none.{" "}
        <Link to="/hosts" search={writeView(view)}>
          The list of hosts
        </Link>{" "}
        leads to the page of each of them, and so does every address elsewhere.
      </p>
    </State>
  );
}

interface Props extends About {
  host: string;
  network: string;
}

/** The same answer, a part of it. */
function part<T>(query: UseQueryResult<HostAnswer>, of: (answer: HostAnswer) => T): UseQueryResult<T> {
  return { ...query, data: query.data && of(query.data) } as UseQueryResult<T>;
}

function Answer({ host, network, ...about }: Props) {
  const [view] = useView();
  const { unit, zone, compare } = view;
  const period = usePeriod(about.status);
  const { scope, extent } = period;
  const ask: HostAsk = {
    host,
    network,
    scope,
    by: unit,
    limit: hostRows,
    points: chartPoints,
    compare: compare === "week" ? "week" : "before",
  };
  const query = useQuery(hostQuery(ask));
  const { data } = query;
  const panel = panelOf(host, network, data, lastInterval(scope, extent));
  const known = useQuery({ ...lookupQuery(panel ?? { kind: "address", address: "" }), enabled: panel !== null });
  const fresh = useMemo(() => new Set(data?.news?.partners.rows.map(partnerKey)), [data]);
  const within = (where: string) => ({ ...scope, where });
  const own = narrow(scope.where, data?.filter ?? "");
  const partners = partnersOf({ host, network, title: "Partners", list: (answer) => answer.partners, fresh });
  const malicious = partnersOf({
    host,
    network,
    title: "Partners in malicious flows",
    list: (answer) => answer.malicious,
  });
  const before = compare !== "none" && data?.before && data.compared;
  return (
    <AboutContext value={data?.filter ?? ""}>
      <Frame
        {...about}
        title={host}
        period={period}
        awaited={[query]}
        answers={[query, ...(panel ? [known] : [])]}
        own={{
          asked: askedHost(ask, "course"),
          traffic: part(query, (answer) => answer.course),
          before: before
            ? {
                totals: data.before!.all,
                course: data.beforeCourse ?? undefined,
                span: { from: Date.parse(before.from), to: Date.parse(before.to) },
              }
            : null,
          nothing: <Nothing host={host} where={scope.where} />,
        }}
        above={<Who query={query} panel={panel} unit={unit} flows={own} />}
        look={(opened) => (
          <>
            <Balance answer={data} unit={unit} against={period.against} />
            <News answer={data} unit={unit} zone={zone} reserve={opened === "early"} />
          </>
        )}
      >
        {(opened) => {
          const common = { unit, period, reserve: opened === "early" };
          const top = <Row extends Ranked>(ranking: Ranking<Row>) => firstOf(ranking, shownRows);
          return (
            <>
              <div className={styles.partners}>
                <QuestionTable
                  {...common}
                  against={period.against}
                  question={partners}
                  query={part(query, (answer) => rankingOf(answer.partners))}
                  asked={askedHost(ask, "partners")}
                  span={scope}
                />
              </div>
              <div className={styles.tables}>
                <TopTable
                  {...common}
                  title="Ports it is asked at"
                  question={ports}
                  query={part(query, (answer) => top(answer.serves))}
                  asked={askedHost({ ...ask, limit: shownRows }, "serves")}
                  span={within(data?.serves.where ?? "")}
                />
                <TopTable
                  {...common}
                  title="Ports it uses at others"
                  question={ports}
                  query={part(query, (answer) => top(answer.uses))}
                  asked={askedHost({ ...ask, limit: shownRows }, "uses")}
                  span={within(data?.uses.where ?? "")}
                />
                <TopTable
                  {...common}
                  title="Rules that decided"
                  question={rules}
                  query={part(query, (answer) => top(answer.rules))}
                  asked={askedHost({ ...ask, limit: shownRows }, "rules")}
                  span={within(data?.rules.where ?? "")}
                />
                {data && data.malicious.distinct > 0 && (
                  <TopTable
                    {...common}
                    title="Partners in malicious flows"
                    question={malicious}
                    query={part(query, (answer) => top(rankingOf(answer.malicious)))}
                    asked={askedHost({ ...ask, limit: shownRows }, "malicious")}
                    span={within(narrow(own, "malicious"))}
                  />
                )}
              </div>
            </>
          );
        }}
      </Frame>
    </AboutContext>
  );
}

/** The address that is looked up: that of the page, or the first of the machine. */
function panelOf(host: string, network: string, data: HostAnswer | undefined, at: string): AddressPanel | null {
  if (/^[\d.]+$|:/.test(host)) {
    const vnet = network || data?.owners[0]?.side.vnet;
    return data ? { kind: "address", address: host, at, vnet } : null;
  }
  const [owner] = data?.owners ?? [];
  return owner ? { kind: "address", address: owner.address, at, vnet: owner.side.vnet } : null;
}

function Nothing({ host, where }: { host: string; where: string }) {
  const [{ range }, change] = useView();
  return (
    <State title={`No flow has ${host} at an end`}>
      <p>
        In this range there is none{where !== "" && " that the filter lets pass"}.
        {!/^[\d.]+$|:/.test(host) && " Names of machines come from an inventory."}
      </p>
      <div className={styles.ways}>
        {where !== "" && (
          <Button appearance="primary" onClick={() => change({ where: "" })}>
            Clear the filter
          </Button>
        )}
        {range.kind !== "all" && (
          <Button onClick={() => change({ range: { kind: "all" } })}>Look in all the data</Button>
        )}
      </div>
    </State>
  );
}
