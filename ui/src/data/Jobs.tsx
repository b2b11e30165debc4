import type { JobsAnswer, JobState } from "../api/types";
import { formatInteger } from "../lib/format";
import { formatLag, type JobHealth, jobHealth } from "../lib/sources";
import { formatAge, formatDuration } from "../lib/time";
import { DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";
import { Failure } from "../states/Failure";
import styles from "./DataPage.module.css";
import { Health } from "./Health";

interface Props {
  answer: JobsAnswer | undefined;
  error: Error | null;
  again: () => void;
}

/** What the server does by itself, and how well that goes. */
export function Jobs({ answer, error, again }: Props) {
  const failing = answer?.rows.filter(({ failures }) => failures > 0).length ?? 0;
  return (
    <div className={styles.whole}>
      <Section
        level={2}
        card
        title="What is done by the clock"
        beside={
          answer &&
          `${formatInteger(answer.rows.length)} jobs${failing > 0 ? `, ${formatInteger(failing)} failing` : ""}`
        }
      >
        {error && !answer && <Failure error={error} again={again} />}
        {answer && <Table rows={answer.rows} now={answer.now} />}
      </Section>
    </div>
  );
}

function Table({ rows, now }: { rows: readonly JobState[]; now: string }) {
  return (
    <DataTable<JobState>
      caption="What is done by the clock"
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        {
          name: "Job",
          cell: ({ name, does }) => (
            <span>
              {name}
              <span className={styles.small}>{does}</span>
            </span>
          ),
        },
        { name: "State", cell: (job) => <State of={job} /> },
        {
          name: "Last done",
          cell: ({ lastAt, took }) =>
            lastAt ? (
              <span className="number">
                {formatAge(Date.parse(now) - Date.parse(lastAt))}
                <span className={styles.small}>took {took < 0.05 ? "less than 0.1 s" : formatLag(took)}</span>
              </span>
            ) : (
              "not yet"
            ),
        },
        {
          name: "What it did",
          cell: ({ did, didAt }) =>
            did === "" ? (
              "nothing yet"
            ) : (
              <span>
                {did}
                <span className={styles.small}>{didAt && formatAge(Date.parse(now) - Date.parse(didAt))}</span>
              </span>
            ),
        },
        { name: "Next", cell: (job) => nextOf(job, Date.parse(now)) },
        {
          name: "Runs",
          number: true,
          cell: ({ runs, failed }) => (
            <span>
              {formatInteger(runs)}
              {failed > 0 && <span className={styles.small}>{formatInteger(failed)} failed</span>}
            </span>
          ),
        },
      ]}
    />
  );
}

function nextOf({ running, nextAt }: JobState, now: number): string {
  if (running) return "under way";
  if (nextAt === null) return "when there is something to do";
  return `in ${formatDuration(Math.max(0, Date.parse(nextAt) - now))}`;
}

const words: Record<JobHealth, string> = {
  good: "Good",
  running: "Under way",
  failing: "Failing",
  waiting: "Not done yet",
};

function State({ of: job }: { of: JobState }) {
  const health = jobHealth(job);
  return (
    <span>
      <Health mood={health}>
        {words[health]}
        {job.failures > 1 && ` ${formatInteger(job.failures)} times`}
      </Health>
      {job.error !== "" && (
        <span className={`${styles.error} ${styles.narrow}`} title={job.error}>
          {job.error}
        </span>
      )}
    </span>
  );
}
