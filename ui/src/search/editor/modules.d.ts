// What the libraries do not say of their own files.

declare module "monaco-editor/esm/vs/editor/edcore.main" {
  export * from "monaco-editor/esm/vs/editor/editor.api";
}
declare module "monaco-editor/esm/vs/editor/editor.worker";
declare module "@kusto/monaco-kusto/release/esm/kusto.worker";
