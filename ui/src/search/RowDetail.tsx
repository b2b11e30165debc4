import { BracesRegular, DismissRegular } from "@fluentui/react-icons";
import { useView } from "../lib/hooks";
import { Button } from "../parts/Button";
import { Copy } from "../parts/Copy";
import { Modal } from "../parts/Modal";
import type { Column, Value } from "./ask";
import { record, show, spread } from "./cells";
import styles from "./Results.module.css";

interface Props {
  title: string;
  columns: readonly Column[];
  row: readonly Value[];
  onClose: () => void;
}

/** All of a row, each value in full. */
export function RowDetail({ title, columns, row, onClose }: Props) {
  const [{ zone }] = useView();
  return (
    <Modal open onClose={onClose} label={title} place="side">
      <div className={styles.detail}>
        <h2 className={styles.detailTitle}>{title}</h2>
        <Copy text={JSON.stringify(record(columns, row), null, 2)} what="the row as JSON" icon={<BracesRegular />} />
        <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />
      </div>
      <dl className={styles.values}>
        {columns.map((column, at) => {
          const value = row[at] ?? null;
          const lines = spread(value, column);
          return (
            // Columns have their place, and can have a name twice.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={at} className={styles.pair}>
              <dt>
                {column.name} <span className={styles.type}>{column.type}</span>
              </dt>
              <dd>
                {lines === null ? (
                  <span data-null={value === null || value === ""}>
                    {value === null ? "null" : value === "" ? "empty" : show(value, column, zone)}
                  </span>
                ) : (
                  <pre className={styles.lines}>{lines}</pre>
                )}
                {value !== null && value !== "" && <Copy text={lines ?? String(value)} what={column.name} />}
              </dd>
            </div>
          );
        })}
      </dl>
    </Modal>
  );
}
