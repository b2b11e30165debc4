import { useQuery } from "@tanstack/react-query";
import { exportRows, type Ranked, rankingQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { SeriesCard } from "../tables/SeriesCard";
import type { Table } from "../tables/table";
import { useSeries } from "../tables/useSeries";
import type { Question } from "./question";
import { QuestionTable } from "./QuestionTable";

interface Props<Row extends Ranked> {
  question: Question<Row>;
  /** What of it is shown over time. */
  table: Table;
}

/** The page of a question: totals, their course, and every row that the server ranks. */
export function QuestionPage<Row extends Ranked>({ question, table }: Props<Row>) {
  return (
    <WithData page={question.title}>{(about) => <Answer {...about} question={question} table={table} />}</WithData>
  );
}

function Answer<Row extends Ranked>({ question, table, ...about }: About & Props<Row>) {
  const [{ unit, zone }] = useView();
  const period = usePeriod(about.status);
  const query = useQuery(rankingQuery(question.ask, period.scope, unit, period.compare, exportRows));
  const series = useSeries(table.split, period, unit);
  return (
    <Frame
      {...about}
      title={question.title}
      period={period}
      answers={[query, series.now]}
      trend={<SeriesCard table={table} series={series} unit={unit} zone={zone} />}
    >
      {(opened) => (
        <QuestionTable
          question={question}
          query={query}
          span={period.scope}
          unit={unit}
          against={period.against}
          reserve={opened === "early"}
        />
      )}
    </Frame>
  );
}
