// The editor in the colours of the page. Those of the kinds of words are in QueryEditor.module.css.

import type { Theme } from "@fluentui/react-components";
import type { editor } from "monaco-editor/esm/vs/editor/editor.api";

export function colours(theme: Theme, dark: boolean): editor.IStandaloneThemeData {
  const { colorNeutralBackground1: ground, colorNeutralForeground1: ink, colorNeutralForeground3: faint } = theme;
  return {
    base: dark ? "vs-dark" : "vs",
    inherit: true,
    rules: [{ token: "", foreground: ink.replace("#", "") }],
    colors: {
      "editor.background": ground,
      "editor.foreground": ink,
      "editorGutter.background": ground,
      "editorLineNumber.foreground": faint,
      "editorLineNumber.activeForeground": ink,
      "editorWidget.background": ground,
      "editorSuggestWidget.background": ground,
      "editorHoverWidget.background": ground,
      // The language service would lay it under the statement with the cursor, as if it were selected, but all are asked.
      "editor.selectionHighlightBackground": "#00000000",
      // The page marks what has the focus.
      focusBorder: "#00000000",
    },
  };
}
