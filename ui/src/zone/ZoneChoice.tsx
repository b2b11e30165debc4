import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import type { Zone } from "../lib/time";
import { rememberZone, shortZone } from "../lib/zone";
import { Modal } from "../parts/Modal";
import { Select } from "../parts/Select";
import styles from "./Zone.module.css";

// Few choose another zone; the first look at the page need not wait for the list.
const ZoneSearch = lazy(() => import("./ZoneSearch"));

const other = "other";

/** In which zone times are shown: UTC, that of the browser, or any other. */
export function ZoneChoice() {
  const [{ zone }, change] = useView();
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  const named = zone !== "utc" && zone !== "local";
  const choose = (next: Zone) => {
    rememberZone(next);
    change({ zone: next });
    setOpen(false);
  };
  return (
    <>
      <span ref={anchor} className={styles.anchor}>
        <Select
          label="Time zone"
          title={`Times are shown in ${named ? zone : zone === "utc" ? "UTC" : "the zone of this browser"}`}
          value={zone}
          options={[
            { value: "utc", label: "UTC" },
            { value: "local", label: "Local time" },
            ...(named ? [{ value: zone, label: shortZone(zone) }] : []),
            { value: other, label: "Other zone…" },
          ]}
          narrow={116}
          onChange={(chosen) => (chosen === other ? setOpen(true) : choose(chosen))}
        />
      </span>
      <Modal open={open} onClose={() => setOpen(false)} label="Time zone" place={place}>
        <div className={styles.room}>
          <Suspense>
            <ZoneSearch choose={choose} />
          </Suspense>
        </div>
      </Modal>
    </>
  );
}
