// The editor with Microsoft's language service. Large, and loaded on the page "Search" alone, once that can be used.

// First: what comes after it finds the parts of the editor.
import * as monaco from "monaco-editor/esm/vs/editor/edcore.main";
import { getKustoWorker, kustoDefaults } from "@kusto/monaco-kusto";
import type { Theme } from "@fluentui/react-components";
import { fetchSchema } from "./schema";
import { colours } from "./colours";

self.MonacoEnvironment = {
  getWorker: (_, label) =>
    label === "kusto"
      ? new Worker(new URL("kusto.worker.ts", import.meta.url), { type: "module" })
      : new Worker(new URL("editor.worker.ts", import.meta.url), { type: "module" }),
};

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  // Weir has no commands, it only answers.
  includeControlCommands: false,
  enableQuickFixes: true,
});

export interface Place {
  line: number;
  column: number;
}

export interface Mark extends Place {
  length: number;
  message: string;
}

interface Options {
  text: string;
  label: string;
  theme: Theme;
  dark: boolean;
  onChange: (text: string) => void;
}

/** An editor in an element of the page. */
export class Editor {
  private readonly model: monaco.editor.ITextModel;
  private readonly editor: monaco.editor.IStandaloneCodeEditor;

  constructor(host: HTMLElement, { text, label, theme, dark, onChange }: Options) {
    this.model = monaco.editor.createModel(text, "kusto");
    this.look(theme, dark);
    this.editor = monaco.editor.create(host, {
      model: this.model,
      ariaLabel: label,
      automaticLayout: true,
      // The keyboard must get out again; a suggestion is taken with Tab all the same.
      tabFocusMode: true,
      fixedOverflowWidgets: true,
      fontFamily: theme.fontFamilyMonospace,
      fontSize: 13,
      lineHeight: 20,
      // It would lie on the text; the keyboard and the hint on an error have what it offers.
      lightbulb: { enabled: monaco.editor.ShowLightbulbIconMode.Off },
      lineNumbersMinChars: 3,
      minimap: { enabled: false },
      overviewRulerLanes: 0,
      padding: { top: 8, bottom: 8 },
      quickSuggestions: { other: true, strings: false, comments: false },
      renderLineHighlight: "none",
      scrollBeyondLastLine: false,
      scrollbar: { alwaysConsumeMouseWheel: false },
      // What the reader of a query sees is what is in it: a narrow window breaks lines.
      wordWrap: "on",
      wordBasedSuggestions: "off",
    });
    this.model.onDidChangeContent(() => {
      monaco.editor.setModelMarkers(this.model, "weir", []);
      onChange(this.model.getValue());
    });
    void this.learn();
  }

  /** Tells the language service what tables there are. */
  private async learn(): Promise<void> {
    const [schema, accessor] = await Promise.all([fetchSchema(), getKustoWorker()]);
    if (schema === null || this.model.isDisposed()) return;
    const worker = await accessor(this.model.uri);
    await worker.setSchema(schema);
  }

  look(theme: Theme, dark: boolean): void {
    monaco.editor.defineTheme("weir", colours(theme, dark));
    monaco.editor.setTheme("weir");
  }

  write(text: string): void {
    if (text !== this.model.getValue())
      this.editor.executeEdits("weir", [{ range: this.model.getFullModelRange(), text }]);
  }

  /** What is selected, and where it begins; null where nothing is. */
  selected(): { text: string; at: Place } | null {
    const range = this.editor.getSelection();
    if (!range || range.isEmpty()) return null;
    return {
      text: this.model.getValueInRange(range),
      at: { line: range.startLineNumber, column: range.startColumn },
    };
  }

  /** Marks what the server found to be wrong, until the text changes. */
  mark(mark: Mark | null): void {
    monaco.editor.setModelMarkers(
      this.model,
      "weir",
      mark === null
        ? []
        : [
            {
              severity: monaco.MarkerSeverity.Error,
              message: mark.message,
              startLineNumber: mark.line,
              startColumn: mark.column,
              endLineNumber: mark.line,
              endColumn: mark.column + Math.max(1, mark.length),
            },
          ],
    );
  }

  go({ line, column }: Place): void {
    this.editor.setPosition({ lineNumber: line, column });
    this.editor.revealLineInCenterIfOutsideViewport(line);
    this.editor.focus();
  }

  focus(from = 0, to = from): void {
    const [start, end] = [this.model.getPositionAt(from), this.model.getPositionAt(to)];
    this.editor.setSelection({
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    });
    this.editor.focus();
  }

  format(): void {
    void this.editor.getAction("editor.action.formatDocument")?.run();
  }

  dispose(): void {
    this.editor.dispose();
    this.model.dispose();
  }
}
