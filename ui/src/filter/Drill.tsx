import { FilterRegular } from "@fluentui/react-icons";
import { createContext, lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from "react";
import type { Term } from "../lib/filter";
import styles from "./Drill.module.css";

// Few open it, and it is beside every value.
const DrillMenu = lazy(() => import("./DrillMenu"));

/** Which flows a page is about, whatever else is chosen; empty: all. */
export const AboutContext = createContext("");

interface Props {
  /** What the value can mean for a filter; nothing where it is none. */
  terms: readonly Term[];
  /** The value, where it is text alone: it is then the button itself. */
  children?: ReactNode;
}

/** From a value to the flows that have it, or to all others. */
export function Drill({ terms, children }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  const close = useCallback(() => setOpen(false), []);
  const [first] = terms;
  if (!first) return children;
  const common = { ref: anchor, type: "button", "aria-haspopup": "dialog", onClick: () => setOpen(true) } as const;
  return (
    <>
      {children === undefined ? (
        <button
          {...common}
          className={styles.funnel}
          aria-label={`Filter by ${first.name}`}
          title="Only this, not this"
        >
          <FilterRegular aria-hidden="true" />
        </button>
      ) : (
        <button {...common} className={styles.value}>
          {children}
        </button>
      )}
      {open && (
        <Suspense>
          <DrillMenu terms={terms} place={place} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
