import { Button } from "../parts/Button";
import { CalendarLtrRegular } from "@fluentui/react-icons";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import { Modal } from "../parts/Modal";
import type { Extent, Span } from "./range";
import styles from "./CustomRange.module.css";

// Few choose the ends of a range; the first look at the page need not wait for the form.
const Ends = lazy(() => import("./Ends"));

/** Any range, by its two ends in the zone shown. */
export function CustomRange({ extent, span }: { extent: Extent; span: Span }) {
  const [{ range }] = useView();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  return (
    <>
      <span ref={anchor}>
        <Button
          icon={<CalendarLtrRegular />}
          aria-pressed={range.kind === "custom"}
          aria-haspopup="dialog"
          appearance={range.kind === "custom" ? "primary" : "secondary"}
          aria-label="Custom"
          title="Choose both ends of the range"
          className={styles.custom}
          onClick={() => setOpen(true)}
        >
          <span className={styles.wide}>Custom</span>
        </Button>
      </span>
      <Modal open={open} onClose={() => setOpen(false)} label="Custom time range" place={place}>
        <div className={styles.form}>
          <Suspense>
            <Ends extent={extent} span={span} done={() => setOpen(false)} />
          </Suspense>
        </div>
      </Modal>
    </>
  );
}
