// Microsoft's language service, in a thread of its own: it takes a second to load and milliseconds a key.

export * from "./global";
export * from "@kusto/monaco-kusto/release/esm/kusto.worker";

interface Starts {
  clear: () => void;
  add: (at: number) => void;
}

interface Script {
  GetStarts: (text: string, lines: Starts, blocks: Starts) => void;
}

// It takes an empty line for the end of a query. The server does not, and what
// is sent is the whole text, so here the whole text is one query as well.
const { Kusto } = self as unknown as { Kusto: { Language: { Editor: { CodeScript: Script } } } };
const script = Kusto.Language.Editor.CodeScript;
const { GetStarts } = script;
script.GetStarts = (text, lines, blocks) => {
  GetStarts.call(script, text, lines, blocks);
  blocks.clear();
  blocks.add(0);
};
