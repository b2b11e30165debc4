import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { Asked } from "../api/asked";
import { kqlQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { stringifyQuery } from "../lib/url";
import { Copy } from "../parts/Copy";
import { Failure } from "../states/Failure";
import styles from "./AsKQL.module.css";
import { linkTo, searchOf } from "./link";

/** The text itself, what can be done with it, and what it leaves out. */
export default function Said({ what, asked }: { what: string; asked: Asked }) {
  const [{ range }] = useView();
  const router = useRouter();
  const { data, error, refetch } = useQuery(kqlQuery(asked));
  const link = useQuery({
    queryKey: ["kql link", data?.query, range],
    // The text says itself of what time it is; the range is for what is asked after it.
    queryFn: () =>
      linkTo(data!.query, {
        origin: "",
        pathname: "/search",
        search: stringifyQuery({ ...searchOf("", range), timespan: "query" }),
      }),
    enabled: data !== undefined,
  });
  return (
    <>
      {error && !data && <Failure error={error} again={() => void refetch()} />}
      {!error && (
        // The box scrolls, so the keyboard must be able to reach it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className={styles.text} tabIndex={0}>
          {data?.query}
        </pre>
      )}
      {data && (
        <div className={styles.foot}>
          <p className={styles.note}>{data.note}</p>
          <Copy text={data.query} what={`${what} as KQL`} />
          <a
            className={styles.open}
            href={link.data}
            onClick={(event) => {
              if (link.data === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              router.history.push(link.data);
            }}
          >
            Open in Search
          </a>
        </div>
      )}
    </>
  );
}
