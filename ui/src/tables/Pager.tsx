import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { pageRows } from "../api/queries";
import { formatInteger } from "../lib/format";
import { Button } from "../parts/Button";
import styles from "./TableCard.module.css";

interface Props {
  /** That of the address; the rows may still be of the one before. */
  page: number;
  offset: number;
  rows: number;
  distinct: number;
  /** Whether there may be more. */
  atLeast: boolean;
  turn: (page: number) => void;
}

/** Which rows are shown of all there are, and the way to the others. */
export function Pager({ page, offset, rows, distinct, atLeast, turn }: Props) {
  // Where there may be more rows, a full page may have one behind it.
  const last = atLeast && rows === pageRows ? page + 1 : Math.ceil(distinct / pageRows);
  if (distinct <= pageRows && page === 1 && !atLeast)
    return <span className={styles.count}>{formatInteger(distinct)}</span>;
  const go = (label: string, to: number, icon: React.ReactElement) => (
    <Button
      size="small"
      appearance="subtle"
      icon={icon}
      aria-label={label}
      title={label}
      disabled={to < 1 || to > last}
      onClick={() => turn(to)}
    />
  );
  return (
    <span className={styles.pager}>
      {go("Rows before", Math.min(page - 1, last), <ChevronLeftRegular />)}
      <span className={`${styles.count} number`} role="status">
        {rows === 0 ? "none" : `${formatInteger(offset + 1)}–${formatInteger(offset + rows)}`} of{" "}
        {atLeast && "at least "}
        {formatInteger(distinct)}
      </span>
      {go("Rows behind", page + 1, <ChevronRightRegular />)}
    </span>
  );
}
