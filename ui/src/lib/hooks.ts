// Small hooks that several parts of the page share.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type Panel, readPanel, writePanel } from "./panel";
import { ofPage, readView, type Search, type View, writeView } from "./url";

/** The view in the address, and how to change a part of it. */
export function useView(): [View, (change: Partial<View>) => void] {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback(
    (part: Partial<View>) => {
      void navigate({ to: ".", search: { ...writeView({ ...view, ...part }), ...ofPage(search) }, resetScroll: false });
    },
    [navigate, search, view],
  );
  return [view, change];
}

/** The panel at the side, as the address has it, and how to open another or (null) close it. */
export function usePanel(): [Panel | null, (panel: Panel | null) => void] {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const panel = useMemo(() => readPanel(search), [search]);
  const open = useCallback(
    (next: Panel | null) => void navigate({ to: ".", search: withPanel(search, next), resetScroll: false }),
    [navigate, search],
  );
  return [panel, open];
}

/** The same view with another panel, for links. */
export function usePanelSearch(panel: Panel): Search {
  return withPanel(useSearch({ strict: false }), panel);
}

function withPanel(search: Search, panel: Panel | null): Search {
  return { ...writeView(readView(search)), ...ofPage(search), ...(panel && writePanel(panel)) };
}

/** Whether something was put away for good, and how to put it away. */
export function useDismissed(key: string): [boolean, () => void] {
  const [dismissed, setDismissed] = useState(() => {
    try {
      return localStorage.getItem(key) !== null;
    } catch {
      return false;
    }
  });
  const dismiss = useCallback(() => {
    setDismissed(true);
    try {
      localStorage.setItem(key, "1");
    } catch {
      // Storage can be forbidden; it is then put away as long as the page lasts.
    }
  }, [key]);
  return [dismissed, dismiss];
}

/** Names the window after the view. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Weir`;
  }, [title]);
}

/** True once the condition has held for so many milliseconds; false at once when it ends. */
export function useDelayed(condition: boolean, delay: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!condition) return;
    const timer = setTimeout(() => setLate(true), delay);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [condition, delay]);
  return condition && late;
}

/** The clock, read again every so many milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** Windows as narrow as a phone; style sheets have the same number. */
export const phone = "(max-width: 640px)";

/** Whether a media query matches, now and later. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => media.matches,
  );
}
