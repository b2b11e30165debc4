import type { Ranked, Ranking } from "../api/queries";
import { formatInteger, type Measures, type Unit } from "../lib/format";
import { Value } from "../parts/Value";
import type { Column, Question } from "./question";
import styles from "./QuestionTable.module.css";

interface Props<Row extends Ranked> {
  question: Question<Row>;
  data: Ranking<Row>;
  columns: readonly Column<Row>[];
  unit: Unit;
}

/** What is not in the rows, and all there is: always in sight, so that every row can be set against it. */
export function Sums<Row extends Ranked>({ question, data, columns, unit }: Props<Row>) {
  const { one, many, note } = question;
  const hidden = data.distinct - data.rows.length;
  const line = (name: string, measures: Measures, title?: string) => (
    <tr>
      <th scope="row" title={title}>
        {name}
      </th>
      {columns.slice(1).map(({ id, ranks }) => (
        <td key={id} data-number data-on={ranks === unit} data-unit={ranks}>
          {ranks && <Value value={measures[ranks]} unit={ranks} />}
        </td>
      ))}
    </tr>
  );
  return (
    <tfoot className={styles.sums}>
      {hidden > 0 &&
        line(
          `Other: ${data.distinctAtLeast ? "at least " : ""}${formatInteger(hidden)} ${hidden === 1 ? one : many}`,
          data.other,
        )}
      {line("All", data.total, note)}
    </tfoot>
  );
}
