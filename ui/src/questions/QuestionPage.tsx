import { useQuery } from "@tanstack/react-query";
import { exportRows, type Ranked, rankingQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import type { Question } from "./question";
import { QuestionTable } from "./QuestionTable";

/** The page of a question: totals, their course, and every row that the server ranks. */
export function QuestionPage<Row extends Ranked>({ question }: { question: Question<Row> }) {
  return <WithData page={question.title}>{(about) => <Answer {...about} question={question} />}</WithData>;
}

function Answer<Row extends Ranked>({ question, ...about }: About & { question: Question<Row> }) {
  const [{ unit }] = useView();
  const period = usePeriod(about.status);
  const query = useQuery(rankingQuery(question.ask, period.scope, unit, exportRows));
  return (
    <Frame {...about} title={question.title} period={period} answers={[query]}>
      {(opened) => (
        <QuestionTable question={question} query={query} span={period.scope} unit={unit} reserve={opened === "early"} />
      )}
    </Frame>
  );
}
