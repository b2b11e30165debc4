import { useQuery } from "@tanstack/react-query";
import { findingsQuery, rankingQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { conversations } from "../questions/conversations";
import { hosts } from "../questions/hosts";
import { ports } from "../questions/ports";
import { rules } from "../questions/rules";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { Findings } from "./Findings";
import styles from "./Overview.module.css";
import { TopTable } from "./TopTable";

/** The first page: how much was allowed and denied, when, and between whom. */
export default function Overview() {
  return <WithData page="Overview">{(about) => <Answers {...about} />}</WithData>;
}

function Answers(about: About) {
  const [{ unit }] = useView();
  const period = usePeriod(about.status);
  const { scope, compare } = period;
  const byHost = useQuery(rankingQuery(hosts.ask, scope, unit, compare));
  const byConversation = useQuery(rankingQuery(conversations.ask, scope, unit, compare));
  const byPort = useQuery(rankingQuery(ports.ask, scope, unit, compare));
  const byRule = useQuery(rankingQuery(rules.ask, scope, unit, compare));
  const findings = useQuery(findingsQuery(scope));
  return (
    <Frame
      {...about}
      title="Overview"
      period={period}
      awaited={[findings]}
      answers={[byHost, byConversation, byPort, byRule]}
      look={(opened) => <Findings query={findings} reserve={opened === "early"} />}
    >
      {(opened) => {
        const common = { span: scope, unit, period, reserve: opened === "early" };
        return (
          <div className={styles.tables}>
            <TopTable {...common} question={hosts} query={byHost} />
            <TopTable {...common} question={conversations} query={byConversation} />
            <TopTable {...common} question={ports} query={byPort} />
            <TopTable {...common} question={rules} query={byRule} />
          </div>
        );
      }}
    </Frame>
  );
}
