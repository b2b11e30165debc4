import { CodeRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { Asked } from "../api/asked";
import { kqlQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { stringifyQuery } from "../lib/url";
import { Button } from "../parts/Button";
import { Copy } from "../parts/Copy";
import { Modal } from "../parts/Modal";
import { Failure } from "../states/Failure";
import styles from "./AsKQL.module.css";
import { linkTo, searchOf } from "./link";

interface Props {
  /** What is asked, within a sentence: "top hosts". */
  what: string;
  asked: Asked;
}

/** The question of a widget in KQL: to be read, copied, and gone on with on the page "Search". */
export function AsKQL({ what, asked }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const place = useMemo(() => ({ below: button }), []);
  return (
    <>
      <Button
        ref={button}
        size="small"
        appearance="subtle"
        icon={<CodeRegular />}
        aria-label={`Show ${what} as KQL`}
        aria-haspopup="dialog"
        title="As KQL"
        onClick={() => setOpen(true)}
      />
      <Modal open={open} onClose={() => setOpen(false)} label={`${what} as KQL`} place={place}>
        <Said what={what} asked={asked} />
      </Modal>
    </>
  );
}

function Said({ what, asked }: Props) {
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
    <div className={styles.said}>
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
    </div>
  );
}
