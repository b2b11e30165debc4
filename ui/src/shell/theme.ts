// Light, dark, or what the system says; the reader's choice is remembered.

import { type Theme, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { useMedia } from "../lib/hooks";
import type { PartId } from "../traffic/series";

export type ThemeChoice = "system" | "light" | "dark";

const key = "weir.theme"; // also read by public/theme.js

// Fonts of the reader's own system: the page loads none.
const fonts = {
  fontFamilyBase:
    "'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'SF Mono', Consolas, 'Liberation Mono', monospace",
};

const light: Theme = { ...webLightTheme, ...fonts };
const dark: Theme = { ...webDarkTheme, ...fonts };

/**
 * Blue is allowed and orange is denied, which everyone can tell apart; in is
 * the strong and out the light tone. Each has 3:1 against the card behind it.
 */
const lightColours: Record<PartId, string> = {
  allowedIn: "#005fa8",
  allowedOut: "#3d95d4",
  deniedIn: "#b84300",
  deniedOut: "#e07b1a",
};
const darkColours: Record<PartId, string> = {
  allowedIn: "#3d95e0",
  allowedOut: "#99ccf5",
  deniedIn: "#e8692c",
  deniedOut: "#fbb56b",
};

/** What has no colour of its own: the first five of something, and the rest. */
const lightLines = ["#0f6cbd", "#8764b8", "#038387", "#986f0b", "#c239b3", "#8a8886"];
const darkLines = ["#62abf5", "#b4a0ff", "#4bb4b7", "#eac35b", "#e38cd6", "#8a8886"];

export interface Look {
  choice: ThemeChoice;
  setChoice: (choice: ThemeChoice) => void;
  theme: Theme;
  dark: boolean;
  /** The colour of each part of the traffic. */
  parts: Record<PartId, string>;
  /** Colours for the first five of something, and for the rest. */
  lines: readonly string[];
}

const LookContext = createContext<Look | null>(null);

export const LookProvider = LookContext.Provider;

/** The theme in use, for what cannot read it from CSS variables. */
export function useTheme(): Look {
  const look = useContext(LookContext);
  if (!look) throw new Error("BUG: useTheme outside of LookProvider");
  return look;
}

export function useLook(): Look {
  const [choice, setState] = useState<ThemeChoice>(readChoice);
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const isDark = choice === "dark" || (choice === "system" && systemDark);

  useEffect(() => {
    if (choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
  }, [choice]);

  const setChoice = useCallback((next: ThemeChoice) => {
    setState(next);
    try {
      if (next === "system") localStorage.removeItem(key);
      else localStorage.setItem(key, next);
    } catch {
      // Storage can be forbidden; the choice then lasts as long as the page.
    }
  }, []);

  return useMemo(
    () => ({
      choice,
      setChoice,
      theme: isDark ? dark : light,
      dark: isDark,
      parts: isDark ? darkColours : lightColours,
      lines: isDark ? darkLines : lightLines,
    }),
    [choice, setChoice, isDark],
  );
}

/** The colours of the four parts as CSS variables, for style attributes. */
export function partVariables(colours: Record<PartId, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(colours).map(([id, colour]) => [`--part-${id}`, colour]));
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(key);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}
