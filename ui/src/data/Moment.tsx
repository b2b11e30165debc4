import { useView } from "../lib/hooks";
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
    <time dateTime={at} className="number">
      {formatMoment(moment, zone)} {zoneName(moment, zone)}
      {age !== undefined && `, ${formatAge(Date.parse(age) - moment)}`}
    </time>
  );
}
