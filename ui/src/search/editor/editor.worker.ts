// What the editor itself does aside, such as finding brackets.

export * from "monaco-editor/esm/vs/editor/editor.worker";
