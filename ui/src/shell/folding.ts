// Whether the navigation is folded: the reader's choice is remembered, and
// without one the width of the window decides.

import { useCallback, useState } from "react";
import { useMedia } from "../lib/hooks";

const key = "weir.navigation";

export interface Folding {
  folded: boolean;
  fold: (folded: boolean) => void;
}

export function useFolding(): Folding {
  const roomy = useMedia("(min-width: 1200px)");
  const [choice, setChoice] = useState(readChoice);
  const fold = useCallback((folded: boolean) => {
    setChoice(folded);
    try {
      localStorage.setItem(key, folded ? "folded" : "open");
    } catch {
      // Storage can be forbidden; the choice then lasts as long as the page.
    }
  }, []);
  return { folded: choice ?? !roomy, fold };
}

function readChoice(): boolean | null {
  try {
    const stored = localStorage.getItem(key);
    return stored === null ? null : stored === "folded";
  } catch {
    return null;
  }
}
