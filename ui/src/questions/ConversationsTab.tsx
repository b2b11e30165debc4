import { askedTop } from "../api/asked";
import { useQuery } from "@tanstack/react-query";
import { exportRows, rankingQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import type { TabProps } from "../tables/TablesPage";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { conversations } from "./conversations";
import { QuestionTable } from "./QuestionTable";

/** Conversations as they are opened, each way for itself. */
export default function ConversationsTab({ title, flows, tabs, ...about }: TabProps) {
  const [{ unit }] = useView();
  const period = usePeriod(about.status, flows);
  const query = useQuery(rankingQuery(conversations.ask, period.scope, unit, period.compare, exportRows));
  return (
    <Frame {...about} title={title} period={period} answers={[query]} above={tabs}>
      {(opened) => (
        <QuestionTable
          question={conversations}
          query={query}
          asked={askedTop("conversations", period.scope, unit, exportRows)}
          span={period.scope}
          unit={unit}
          against={period.against}
          reserve={opened === "early"}
        />
      )}
    </Frame>
  );
}
