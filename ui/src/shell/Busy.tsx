import { useIsFetching } from "@tanstack/react-query";
import { useState } from "react";
import { byTheClock } from "../api/queries";
import { useDelayed, useNow } from "../lib/hooks";
import styles from "./Busy.module.css";

/** When a thin line says that answers are asked for, and when words say how many. */
const lineAfter = 400;
const wordsAfter = 1500;

/** Under the header, only where an answer takes long enough to wonder: a line, and then how far it is. */
export function Busy() {
  const asking = useIsFetching({ predicate: (query) => !byTheClock.has(query.queryKey[0]) });
  const here = useHere(asking);
  const late = useDelayed(asking > 0, lineAfter);
  const long = useDelayed(asking > 0, wordsAfter);
  return (
    <>
      <div className={styles.busy} data-on={late} aria-hidden="true" />
      {long && <Words here={here} of={here + asking} />}
    </>
  );
}

/** How many answers came since nothing was asked for. */
function useHere(asking: number): number {
  const [seen, setSeen] = useState({ asking: 0, here: 0 });
  if (seen.asking !== asking)
    setSeen({ asking, here: asking === 0 ? 0 : seen.here + Math.max(0, seen.asking - asking) });
  return seen.here;
}

function Words({ here, of }: { here: number; of: number }) {
  const now = useNow(1000);
  const [since] = useState(now);
  const seconds = Math.floor((now - since + wordsAfter) / 1000);
  return (
    <div role="status" className={styles.words}>
      {of === 1 ? "Reading the flows of this range" : `Reading: ${here} of ${of} answers are here`}
      <span aria-hidden="true">{`, ${seconds} s`}</span>
    </div>
  );
}
