// How a page opens: with all of its answers at once, or, where they take
// longer than a moment, early and with room kept for them. Either way nothing
// moves.

import { useState } from "react";
import { useDelayed } from "../lib/hooks";

export type Opened = "early" | "whole";

/** How the page opened; null as long as it is shut. */
export function useOpening(ready: boolean, patience: number): Opened | null {
  const [opened, setOpened] = useState<Opened | null>(ready ? "whole" : null);
  const late = useDelayed(!ready && opened === null, patience);
  if (opened === null && (ready || late)) setOpened(ready ? "whole" : "early");
  return opened;
}

/** What was so when the page opened: what comes later would move what is there. */
export function useAtOpening(opened: boolean, value: boolean): boolean {
  const [kept, setKept] = useState<boolean | null>(null);
  if (opened && kept === null) setKept(value);
  return kept ?? false;
}
