import { CodeRegular, DismissRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import type { Asked } from "../api/asked";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import styles from "./AsKQL.module.css";

// Fetched by who wants to see it, since the button stands on every page.
const Said = lazy(() => import("./Said"));

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
        <div className={styles.said}>
          <div className={styles.head}>
            <h2 className={styles.title}>{what} as KQL</h2>
            <Button
              size="small"
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label="Close"
              title="Close (Esc)"
              onClick={() => setOpen(false)}
            />
          </div>
          <Suspense>
            <Said what={what} asked={asked} />
          </Suspense>
        </div>
      </Modal>
    </>
  );
}
