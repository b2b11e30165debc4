import { useRouter, useSearch } from "@tanstack/react-router";
import type { MouseEvent } from "react";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import styles from "./Tabs.module.css";

export interface Tab {
  /** As the address has it; it is silent about the first. */
  id: string;
  title: string;
}

/** The tables of a page; each has an address, with what was chosen for all of them. */
export function Tabs({ tabs, shown }: { tabs: readonly Tab[]; shown: string }) {
  const [view] = useView();
  const router = useRouter();
  const { columns = "", sort = "" } = useSearch({ strict: false });
  return (
    <nav aria-label="Tables" className={styles.tabs}>
      {tabs.map(({ id, title }, i) => {
        const to = { to: ".", search: { ...writeView(view), columns, sort, tab: i === 0 ? "" : id } } as const;
        const follow = (event: MouseEvent) => {
          // Another window or a file is for the browser to open.
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          void router.navigate({ ...to, resetScroll: false });
        };
        return (
          // The router's own link marks what begins as the address does: a first tab always.
          <a
            key={id}
            href={router.buildLocation(to).href}
            className={styles.tab}
            aria-current={id === shown ? "page" : undefined}
            onClick={follow}
          >
            {title}
          </a>
        );
      })}
    </nav>
  );
}
