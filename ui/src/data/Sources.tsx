import type { SourcesAnswer } from "../api/types";
import { formatInteger } from "../lib/format";
import { sourceHealth } from "../lib/sources";
import { Section } from "../parts/Section";
import { Failure } from "../states/Failure";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Source } from "./Source";
import own from "./Sources.module.css";

interface Props {
  answer: SourcesAnswer | undefined;
  error: Error | null;
  again: () => void;
}

/** From where flow logs come by themselves, and how well that goes. */
export function Sources({ answer, error, again }: Props) {
  const rows = answer?.rows ?? [];
  const now = answer ? Date.parse(answer.now) : 0;
  const well = rows.filter((row) => ["good", "quiet"].includes(sourceHealth(row, now))).length;
  return (
    <div className={styles.whole}>
      <Section
        level={2}
        card
        title="Sources"
        beside={
          answer &&
          (rows.length === 0 ? "none" : `${formatInteger(well)} of ${formatInteger(rows.length)} as they should be`)
        }
      >
        {error && !answer && <Failure error={error} again={again} />}
        {answer && rows.length === 0 && <NoSource />}
        {answer && rows.length > 0 && (
          <ul className={own.list}>
            {rows.map((row) => (
              <li key={`${row.kind} ${row.name} ${row.place}`}>
                <Source source={row} now={now} />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

const example = `sources:
  - azure: https://ACCOUNT.blob.core.windows.net
  - folder: ./flow-logs`;

function NoSource() {
  return (
    <>
      <p className={styles.text}>
        No storage account and no folder is read by itself: what is stored came from weir ingest. Name sources in the
        configuration, and what is written there is here within seconds:
      </p>
      <div className={`${styles.below} ${own.config}`}>
        <Command text={example} />
      </div>
      <p className={styles.text}>
        Start weir serve with that file as --config. Whether a source can be read, and if not, what mends it, says weir
        source check. Who may ask, and what it costs, is in docs/how-to/azure-storage.md.
      </p>
    </>
  );
}
