// Asks a server with Microsoft's own client and prints what it makes of the answers.
// usage: node client.mjs FOLDER-OF-@azure/monitor-query-logs ENDPOINT TOKEN QUERY-OF-ALL-TYPES
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, endpoint, token, allTypes] = process.argv.slice(2);
const { LogsQueryClient } = createRequire(join(folder, "package.json"))("@azure/monitor-query-logs");
const client = (secret) =>
  new LogsQueryClient(
    { getToken: async () => ({ token: secret, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint, retryOptions: { maxRetries: 0 } },
  );
const logs = client(token);
const day = { duration: "P1D" };

async function refused(ask) {
  try {
    await ask();
    return "answered";
  } catch (e) {
    const inner = e.details?.error?.innererror ?? e.innererror;
    return { status: e.statusCode, code: e.code, ...(inner && { inner: inner.code, innermost: inner.innererror?.code }) };
  }
}

const types = await logs.queryWorkspace("w", allTypes, day);
const row = types.tables[0].rows.at(-1);
const drawn = await logs.queryWorkspace("w", "range x from 1 to 2 step 1 | render barchart with (title='of all')", day, {
  includeQueryStatistics: true,
  includeVisualization: true,
  serverTimeoutInSeconds: 60,
});
const resource = await logs.queryResource("/subscriptions/s/resourceGroups/g/providers/p/workspaces/w", "print 7", day);
const partial = await logs.queryWorkspace("w", "range x from 1 to 500001 step 1", day);
const batch = await logs.queryBatch([
  { workspaceId: "w", query: "print 1", timespan: day },
  { workspaceId: "w", query: "not a valid query", timespan: day },
  { workspaceId: "w", query: "print 3", timespan: { startTime: new Date("2026-01-01"), endTime: new Date("2026-01-02") } },
]);

console.log(
  JSON.stringify({
    types: {
      status: types.status,
      rows: types.tables[0].rows.length,
      time: row[2],
      bool: row[3],
      int: row[5],
      real: row[7],
      text: row[8],
      span: row[9],
      decimal: row[10],
      dynamic: row[11],
    },
    options: {
      visualization: drawn.visualization?.visualization,
      title: drawn.visualization?.title,
      statistics: drawn.statistics?.query?.executionTime > 0,
    },
    resource: resource.tables[0].rows,
    partial: { status: partial.status, code: partial.partialError?.code, rows: partial.partialTables?.[0].rows.length },
    wrong: await refused(() => logs.queryWorkspace("w", "completely invalid query", day)),
    token: await refused(() => client("weir_wrong").queryWorkspace("w", "print 1", day)),
    batch: batch.map((b) => b.status ?? ""),
  }),
);
