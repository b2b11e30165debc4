import { Unreachable } from "../api/client";
import { useView } from "../lib/hooks";
import { formatSpan, zoneName } from "../lib/time";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { type Extent, resolve } from "../range/range";
import { placeOf } from "./place";
import { formatSeconds, Results } from "./Results";
import styles from "./Search.module.css";
import type { Outcome as Came, Question } from "./useAsk";

interface Props {
  outcome: Came;
  extent: Extent;
  go: (place: { line: number; column: number }) => void;
}

/** What became of a query. */
export function Outcome({ outcome, extent, go }: Props) {
  switch (outcome.kind) {
    case "cancelled":
      return (
        <Section title="Cancelled" level={2} card>
          <p className={styles.words}>The query was given up after {formatSeconds(outcome.took)}.</p>
        </Section>
      );
    case "fault":
      return <Fault outcome={outcome} go={go} />;
    case "answer":
      return outcome.answer.rows.length === 0 && outcome.answer.partial === null ? (
        <NoRows question={outcome.question} extent={extent} took={outcome.took} />
      ) : (
        // Another answer is another table: its order and its tab are its own.
        <Results key={`${outcome.question.text} ${outcome.took}`} answer={outcome.answer} took={outcome.took} />
      );
  }
}

function Fault({ outcome, go }: { outcome: Extract<Came, { kind: "fault" }>; go: Props["go"] }) {
  const { error } = outcome;
  const place = placeOf(outcome);
  return (
    <Section title={error instanceof Unreachable ? "Weir does not answer" : "The query has no answer"} level={2} card>
      <div role="alert" className={styles.fault}>
        {place !== null && (
          <Button size="small" title="Go there in the query" onClick={() => go(place)}>
            Line {place.line}, column {place.column}
          </Button>
        )}
        <p className={styles.message}>{error.message}</p>
      </div>
    </Section>
  );
}

function NoRows({ question, extent, took }: { question: Question; extent: Extent; took: number }) {
  const [{ range, zone }, change] = useView();
  const all = resolve({ kind: "all" }, extent);
  const [from, to] = (question.timespan ?? "").split("/").map((at) => Date.parse(at) - 1);
  return (
    <Section title="No rows" level={2} beside={formatSeconds(took)} card>
      <p className={styles.words}>
        {question.timespan === null ? (
          "The query is right, and no row is as it asks. No time range was asked about but that of the query. "
        ) : (
          <>
            The query is right, and no row in <b className="number">{formatSpan(from!, to!, zone)}</b>{" "}
            {zoneName(to!, zone)} is as it asks.{" "}
          </>
        )}
        There are flows of <b className="number">{formatSpan(all.from, all.to, zone)}</b>.
      </p>
      {question.timespan !== null && range.kind !== "all" && (
        <Button onClick={() => change({ range: { kind: "all" } })}>Ask of all the data</Button>
      )}
    </Section>
  );
}
