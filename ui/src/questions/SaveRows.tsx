import type { Asked } from "../api/asked";
import type { Scope } from "../api/queries";
import type { Getting } from "../lib/all-rows";
import { plainSheet } from "../lib/sheet";
import { HandOver } from "./HandOver";

interface Props<Row extends object> {
  /** What its rows are: "subnets". */
  many: string;
  /** Of which time they are, where they are of one. */
  span?: Scope;
  rows: readonly Row[];
  /** Where in the API they are asked, where that can be said in KQL. */
  asked?: Asked | undefined;
  /** How all of them are got, where these are not all. */
  all?: Getting<Row[]>;
}

/** Copying and saving the rows of an answer with all that they have. */
export function SaveRows<Row extends object>({ many, span, rows, asked, all }: Props<Row>) {
  return (
    <HandOver
      what={many}
      many={many}
      {...(span && { span })}
      shown={() => plainSheet(rows)}
      all={async (signal, tell) => plainSheet(all ? await all(signal, tell) : rows)}
      every
      asked={asked}
    />
  );
}
