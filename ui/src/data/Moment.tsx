import { useView } from "../lib/hooks";
import styles from "./DataPage.module.css";
import { formatAge, formatMoment, zoneName } from "../lib/time";

interface Props {
  /** RFC 3339. */
  at: string;
  /** The server's clock; with it, how long ago the moment was. */
  age?: string;
}

/** A moment in the zone that the reader chose. */
export function Moment({ at, age }: Props) {
  const [{ zone }] = useView();
  const moment = Date.parse(at);
  return (
    <time dateTime={at} className={styles.moment}>
      {formatMoment(moment, zone)} {zoneName(moment, zone)}
      {age !== undefined && `, ${formatAge(Date.parse(age) - moment)}`}
    </time>
  );
}
