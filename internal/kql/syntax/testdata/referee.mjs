// Says of each text, a line of JSON, whether Microsoft's own parser takes it.
// usage: node referee.mjs FOLDER-OF-@kusto/language-service-next < texts
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";

for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  runInThisContext(readFileSync(join(process.argv[2], name), "utf8"));
}
for (const line of readFileSync(0, "utf8").split("\n")) {
  if (line !== "") {
    const code = globalThis.Kusto.Language.KustoCode.Parse(JSON.parse(line));
    const faults = [];
    for (const found = globalThis.Bridge.getEnumerator(code.GetDiagnostics()); found.moveNext();) {
      faults.push(found.Current.Message);
    }
    console.log(JSON.stringify(faults.join("; ")));
  }
}
