import { ArrowSortDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { type UseQueryResult, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { type Asked, askedTop } from "../api/asked";
import { exportRows, fetchOnce, type Ranked, type Ranking, rankingQuery, type Scope, shownRows } from "../api/queries";
import { Drill } from "../filter/Drill";
import { formatInteger, formatShare, type Measures, type Unit, units } from "../lib/format";
import { useView } from "../lib/hooks";
import { sheetOf } from "../lib/sheet";
import { writeView } from "../lib/url";
import { Value } from "../parts/Value";
import type { Period } from "../view/period";
import { Change, changeColumn, rankColumns } from "../questions/columns";
import { HandOver } from "../questions/HandOver";
import type { Question } from "../questions/question";
import { Failure } from "../states/Failure";
import { ShareBar } from "../traffic/ShareBar";
import styles from "./TopTable.module.css";

interface Props<Row extends Ranked> {
  question: Question<Row>;
  query: UseQueryResult<Ranking<Row>>;
  span: Scope;
  unit: Unit;
  /** What its numbers are compared with. */
  period: Period;
  /** Whether to keep the room of ten rows, because it was once shown empty. */
  reserve: boolean;
  /** What it is called, where that is not the first of all. */
  title?: string;
  /** Where in the API it is asked, where that is not a ranking of all. */
  asked?: Asked;
}

/** The first ten of something, with the rest as a row, so that the sums agree, and the way to all of them. */
export function TopTable<Row extends Ranked>(props: Props<Row>) {
  const { question, query, span, unit, period, reserve, title: called, asked } = props;
  const { path, one, many, note, lines, rowKey, name, terms, segments } = question;
  const title = called ?? `Top ${many}`;
  const id = useId();
  const [view] = useView();
  const search = writeView({ ...view, where: span.where });
  const { data } = query;
  const most = Math.max(0, ...(data?.rows.map((row) => row.total[unit]) ?? []));
  const hiddenRows = data ? data.distinct - data.rows.length : 0;
  return (
    <section className={`card ${styles.card}`} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          <Link to={path} search={search} className={styles.all} title={`All ${many}`}>
            {title}
            <ChevronRightRegular aria-hidden="true" />
          </Link>
        </h2>
        {data && (
          <span className={styles.count}>
            {data.distinct > data.rows.length
              ? `${data.rows.length} of ${data.distinctAtLeast ? "at least " : ""}${formatInteger(data.distinct)}`
              : formatInteger(data.distinct)}
          </span>
        )}
        {data && (
          <Files
            question={question}
            data={data}
            span={span}
            unit={unit}
            period={period}
            asked={asked ?? askedTop(question.ask.name, span, unit, shownRows)}
          />
        )}
      </div>
      <div
        className={styles.body}
        data-lines={lines}
        data-reserve={reserve ? lines : 0}
        data-full={data?.rows.length === shownRows}
      >
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {!(query.isError && !data) && (
          <table className={styles.table}>
            <caption className="hidden">
              {title} by {unit}
              {note && `. ${note}`}
            </caption>
            <Head one={one} unit={unit} />
            <tbody>
              {data
                ? data.rows.map((row) => (
                    <tr key={rowKey(row)}>
                      <th scope="row">
                        <span className={styles.name}>
                          <span className={styles.label}>
                            {name(row)}
                            <Drill terms={terms(row)} />
                          </span>
                          <span className={`${styles.share} number`} title={`${formatShare(row.share)} of all ${unit}`}>
                            {formatShare(row.share)}
                          </span>
                        </span>
                        <ShareBar segments={segments(row)} unit={unit} most={most} />
                      </th>
                      <MeasureCells measures={row.total} before={row.before} against={period.against} unit={unit} />
                    </tr>
                  ))
                : Array.from({ length: shownRows }, (_, i) => <SkeletonRow key={i} />)}
            </tbody>
            {data && (
              <tfoot>
                {hiddenRows > 0 && (
                  <tr>
                    <th scope="row">
                      <Link to={path} search={search} className={styles.all}>
                        Other: {data?.distinctAtLeast ? "at least " : ""}
                        {formatInteger(hiddenRows)} {hiddenRows === 1 ? one : many}
                      </Link>
                    </th>
                    <MeasureCells measures={data.other} unit={unit} />
                  </tr>
                )}
                <tr>
                  <th scope="row" title={note}>
                    All
                    {note && <span className={styles.note}> · {note}</span>}
                  </th>
                  <MeasureCells measures={data.total} unit={unit} />
                </tr>
              </tfoot>
            )}
          </table>
        )}
      </div>
    </section>
  );
}

const unitNames: Record<Unit, string> = { flows: "Flows", packets: "Packets", bytes: "Bytes" };

/** The names of the columns; choosing a unit ranks by it, here and everywhere. */
function Head({ one, unit }: { one: string; unit: Unit }) {
  const [, change] = useView();
  return (
    <thead>
      <tr>
        <th scope="col">{one.charAt(0).toUpperCase() + one.slice(1)}</th>
        {units.map((each) => (
          <th key={each} scope="col" className={styles.measure} aria-sort={each === unit ? "descending" : "none"}>
            <button
              type="button"
              className={styles.sort}
              title={`Rank by ${each}`}
              data-on={each === unit}
              onClick={() => change({ unit: each })}
            >
              {each === unit && <ArrowSortDownRegular aria-hidden="true" />}
              {unitNames[each]}
            </button>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface MeasureProps {
  measures: Measures;
  unit: Unit;
  before?: Measures | null;
  against?: string | null;
}

/** The measures of a row; that by which rows are ranked with its change. */
function MeasureCells({ measures, unit, before = null, against = null }: MeasureProps) {
  return units.map((each) => (
    <td key={each} className={styles.measure} data-on={each === unit} data-unit={each}>
      <Value value={measures[each]} unit={each} />
      {each === unit && before && against !== null && (
        <span className={styles.change} data-change>
          <Change now={measures} before={before} unit={unit} against={against} />
        </span>
      )}
    </td>
  ));
}

function SkeletonRow() {
  return (
    <tr>
      <td colSpan={4}>
        <div className={styles.skeleton} />
      </td>
    </tr>
  );
}

interface FilesProps<Row extends Ranked> {
  question: Question<Row>;
  data: Ranking<Row>;
  span: Scope;
  unit: Unit;
  period: Period;
  asked: Asked;
}

/** Copying and saving all that is known of the rows. */
function Files<Row extends Ranked>({ question, data, span, unit, period, asked }: FilesProps<Row>) {
  const queries = useQueryClient();
  const { ask, many } = question;
  const { against, compare } = period;
  const columns = [question.key, ...question.columns, ...rankColumns<Row>()];
  if (against !== null) columns.push(changeColumn<Row>(against, ({ total: now, before }) => ({ now, before })));
  return (
    <HandOver
      what={`top ${many}`}
      many={many}
      span={span}
      asked={asked}
      shown={() => sheetOf(columns, data)}
      all={async (signal) =>
        sheetOf(columns, await fetchOnce(queries, rankingQuery(ask, span, unit, compare, exportRows), signal))
      }
    />
  );
}
