import { Button } from "../parts/Button";
import { DismissRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { rejectsQuery } from "../api/queries";
import type { Reject } from "../api/types";
import { formatInteger } from "../lib/format";
import { Modal } from "../parts/Modal";
import { Failure } from "../states/Failure";
import styles from "./RejectsPanel.module.css";

interface Props {
  onClose: () => void;
  commit: string | null;
}

/** What could not be read: why, where, and what it looked like. */
export default function RejectsPanel({ onClose, commit }: Props) {
  const { data, error, refetch } = useQuery(rejectsQuery(commit));
  return (
    <Modal open onClose={onClose} labelledBy="rejects-title" place="side">
      <div className={styles.head}>
        <h2 id="rejects-title" className={styles.title}>
          Rejected input
        </h2>
        <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />
      </div>
      {error && !data && <Failure error={error} again={() => void refetch()} />}
      {data && (
        <>
          <p className={styles.sum}>
            {formatInteger(data.total)} {data.total === 1 ? "tuple or record" : "tuples or records"} could not be read
            and {data.total === 1 ? "is" : "are"} in no number of this page. Everything around them was read. Counts are
            exact; the samples are some of them, each with its place in the uncompressed object.
          </p>
          <ol className={styles.list}>
            {data.rows.map((reject) => (
              <Row key={`${reject.object} ${reject.reason}`} reject={reject} />
            ))}
          </ol>
          {data.distinct > data.rows.length && (
            <p className={styles.sum}>
              The {formatInteger(data.rows.length)} most frequent of {formatInteger(data.distinct)}. All are in the view{" "}
              <code>rejects</code>: <code>weir sql &quot;SELECT * FROM rejects&quot;</code>
            </p>
          )}
        </>
      )}
    </Modal>
  );
}

function Row({ reject }: { reject: Reject }) {
  return (
    <li className={styles.reject}>
      <h3 className={styles.reason}>
        {reject.reason}
        <span className={styles.count}>{reject.count === 1 ? "once" : `${formatInteger(reject.count)} times`}</span>
      </h3>
      <p className={styles.object}>{reject.object}</p>
      {reject.samples.length > 0 && (
        <table className={styles.samples}>
          <caption className="hidden">Samples</caption>
          <thead>
            <tr>
              <th scope="col">at byte</th>
              <th scope="col">length</th>
              <th scope="col">begins with</th>
            </tr>
          </thead>
          <tbody>
            {reject.samples.map((sample) => (
              <tr key={sample.offset}>
                <td className="number">{formatInteger(sample.offset)}</td>
                <td className="number">{formatInteger(sample.length)}</td>
                <td>
                  <code>{sample.sample}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  );
}
