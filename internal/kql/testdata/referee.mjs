// Says of each text, a line of JSON, what Microsoft's own parser and binder find:
// the columns of the answer and what is wrong, with its place in bytes.
// usage: node referee.mjs FOLDER-OF-@kusto/language-service-next < texts
// The first line are the tables: {"NAME": "(COLUMN: type, ...)"}.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";

for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  runInThisContext(readFileSync(join(process.argv[2], name), "utf8"));
}
const language = globalThis.Kusto.Language;
const symbols = language.Symbols;

function* each(list) {
  for (const found = globalThis.Bridge.getEnumerator(list); found.moveNext();) {
    yield found.Current;
  }
}

const [schema, ...lines] = readFileSync(0, "utf8").split("\n");
const tables = Object.entries(JSON.parse(schema)).map(([name, columns]) => new symbols.TableSymbol.$ctor7(name, columns, null));
const globals = language.GlobalState.Default.WithDatabase(new symbols.DatabaseSymbol.ctor("db", tables));

function judge(text) {
  const code = language.KustoCode.ParseAndAnalyze(text, globals);
  const faults = [...each(code.GetDiagnostics())]
    .filter((d) => d.Severity === "Error")
    .map((d) => ({ Code: d.Code, Message: d.Message, Start: Buffer.byteLength(text.slice(0, d.Start)) }));
  const columns = code.ResultType?.Columns;
  if (!columns && faults.length === 0) {
    faults.push({ Code: "none", Message: "the answer is no table", Start: Buffer.byteLength(text) });
  }
  return { Faults: faults, Columns: columns ? [...each(columns)].map((c) => ({ Name: c.Name, Type: c.Type.Name })) : [] };
}

for (const line of lines.filter((l) => l !== "")) {
  const text = JSON.parse(line);
  let verdict;
  try {
    verdict = judge(text);
  } catch (e) {
    // It breaks at some texts that it does not understand, such as lookups in no table.
    verdict = { Faults: [{ Code: "broken", Message: String(e), Start: 0 }], Columns: [] };
  }
  console.log(JSON.stringify(verdict));
}
