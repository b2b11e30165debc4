import { ArrowDownloadRegular, BracesRegular, CopyRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useState } from "react";
import { toCSV, toTSV } from "../lib/csv";
import { formatInteger } from "../lib/format";
import { copyText, saveFile } from "../lib/hand-over";
import { Button } from "../parts/Button";
import { Segmented } from "../parts/Segmented";
import type { Answer } from "./ask";
import { record, written } from "./cells";
import { type Drawing, plotOf } from "./plot";
import { ResultTable } from "./ResultTable";
import styles from "./Results.module.css";

const Chart = lazy(() => import("./Chart"));

interface Props {
  answer: Answer;
  /** How long the reader waited, in milliseconds. */
  took: number;
}

type Tab = "results" | "chart";

/** What came back: as rows, and as the picture that the query asks for. */
export function Results({ answer, took }: Props) {
  const { columns, rows, render, partial, seconds } = answer;
  const draws = render !== null && render.visualization !== "table";
  const [tab, setTab] = useState<Tab>(draws ? "chart" : "results");
  const count = `${formatInteger(rows.length)} ${rows.length === 1 ? "row" : "rows"}`;
  return (
    <section className="card" aria-label="Answer">
      <div className={styles.head}>
        <h2 className="hidden">Answer</h2>
        <Segmented
          label="Shown as"
          size="small"
          value={tab}
          options={[
            { value: "results", label: "Results" },
            { value: "chart", label: "Chart" },
          ]}
          onChange={setTab}
        />
        <span className={`number ${styles.count}`} role="status">
          {count} · {formatInteger(columns.length)} {columns.length === 1 ? "column" : "columns"}
        </span>
        <span
          className={`number ${styles.count}`}
          title={
            seconds === null ? undefined : `The server took ${(seconds * 1000).toFixed(0)} ms, all of it ${took} ms`
          }
        >
          {formatSeconds(seconds === null ? took : seconds * 1000)}
        </span>
        <Exports answer={answer} />
      </div>
      {partial !== null && (
        <p role="alert" className={styles.partial}>
          <b>Not all of it:</b> {partial}
        </p>
      )}
      {tab === "results" ? <ResultTable answer={answer} /> : <Pictured answer={answer} draws={draws} />}
    </section>
  );
}

function Pictured({ answer, draws }: { answer: Answer; draws: boolean }) {
  if (!draws) {
    return (
      <p className={styles.why}>
        The query asks for no chart. End it with <code>| render timechart</code>, or barchart, columnchart, linechart,
        areachart, stackedareachart, scatterchart, piechart or card.
      </p>
    );
  }
  return <Drawn drawing={plotOf(answer)} />;
}

function Drawn({ drawing }: { drawing: Drawing }) {
  if ("why" in drawing) return <p className={styles.why}>{drawing.why}</p>;
  return (
    <Suspense fallback={<div className={styles.room} />}>
      <Chart plot={drawing.plot} />
    </Suspense>
  );
}

/** The answer as files, and for a spreadsheet. */
function Exports({ answer }: { answer: Answer }) {
  const [said, say] = useState("");
  const sheet = () => [
    answer.columns.map(({ name }) => name),
    ...answer.rows.map((row) => row.map((value) => written(value))),
  ];
  const json = () =>
    `${JSON.stringify(
      answer.rows.map((row) => record(answer.columns, row)),
      null,
      2,
    )}\n`;
  return (
    <div className={styles.exports}>
      <span className={styles.count} role="status">
        {said}
      </span>
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowDownloadRegular />}
        title="Save these rows as CSV"
        onClick={() => saveFile("weir-search.csv", "text/csv", toCSV(sheet()))}
      >
        CSV
      </Button>
      <Button
        size="small"
        appearance="subtle"
        icon={<BracesRegular />}
        title="Save these rows as JSON"
        onClick={() => saveFile("weir-search.json", "application/json", json())}
      >
        JSON
      </Button>
      <Button
        size="small"
        appearance="subtle"
        icon={<CopyRegular />}
        title="Copy these rows for a spreadsheet"
        onClick={() =>
          void copyText(toTSV(sheet())).then((done) => say(done ? "Copied" : "The browser does not allow copying"))
        }
      >
        Copy
      </Button>
    </div>
  );
}

/** 12 ms, 1.23 s, 2 min 3 s. */
export function formatSeconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.floor((milliseconds % 60_000) / 1000)} s`;
}
