// The servers that the browser tests look at: the real binary, with data and
// without. WEIR_URL and WEIR_EMPTY_URL name servers that already run; else
// they are started here from WEIR_BIN, or bin/weir of this repository.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A server with data. */
    weir: string;
    /** A server without any. */
    weirEmpty: string;
    /** A server with data, an inventory, and threat feeds of which one fails. */
    weirKnown: string;
  }
}

export const run = promisify(execFile);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [given, givenEmpty] = [process.env["WEIR_URL"], process.env["WEIR_EMPTY_URL"]];
  const givenKnown = process.env["WEIR_KNOWN_URL"];
  if (given && givenEmpty && givenKnown) {
    project.provide("weir", new URL(given).origin);
    project.provide("weirEmpty", new URL(givenEmpty).origin);
    project.provide("weirKnown", new URL(givenKnown).origin);
    return async () => {};
  }
  const binary = await findBinary();
  const folder = await mkdtemp(path.join(tmpdir(), "weir-page-"));
  const started: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(started.map(end));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [data, empty, known] = ["data", "empty", "known"].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await fill(binary, folder, data);
    project.provide("weir", await serve(binary, data, started));
    project.provide("weirEmpty", await serve(binary, empty, started));
    const config = await fillKnown(binary, folder, known);
    project.provide("weirKnown", await serve(binary, known, started, ["--config", config]));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** The binary under test. */
export async function findBinary(): Promise<string> {
  const binary = path.resolve(process.env["WEIR_BIN"] ?? "../bin/weir");
  await access(binary).catch(() => {
    throw new Error(
      `there is no ${binary}: build it with "make build", or name one with WEIR_BIN, ` +
        "or running servers with WEIR_URL and WEIR_EMPTY_URL",
    );
  });
  return binary;
}

/** The families of log objects that were simulated: each has a folder with a name of Azure's. */
export async function families(logs: string): Promise<string[]> {
  const entries = await readdir(logs, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("insights-logs-"))
    .map((entry) => path.join(logs, entry.name));
}

/** Two days of a simulated network, and an object with two tuples that are wrong. */
async function fill(binary: string, folder: string, data: string): Promise<void> {
  const logs = path.join(folder, "logs");
  await run(binary, ["simulate", "--out", logs, "--hours", "48", "--vms", "12", "--seed", "7"]);
  const wrong = path.join(folder, "wrong.json");
  await writeFile(wrong, JSON.stringify(wrongTuples));
  await run(binary, ["ingest", "--data", data, ...(await families(logs)), wrong]);
}

/** The same network with what is known about it; returns the configuration to serve it with. */
async function fillKnown(binary: string, folder: string, data: string): Promise<string> {
  const logs = path.join(folder, "logs");
  await run(binary, ["ingest", "--data", data, ...(await families(logs))]);
  await run(binary, ["topology", "import", "--data", data, path.join(logs, "inventory")]);
  const config = path.join(folder, "weir.yaml");
  const feeds = { "simulated-feed": "threat-feed.csv", "missing-feed": "no-such-feed.csv" };
  const lines = Object.entries(feeds).map(
    ([name, file]) => `    - {name: ${name}, location: "${path.join(logs, file)}"}`,
  );
  const sites = ["geo:", "  sites:", "    lng-amsterdam: 52.37, 4.90", "    lng-austin: 30.27, -97.74"];
  await writeFile(config, ["threat:", "  feeds:", ...lines, ...sites, ""].join("\n"));
  return config;
}

const wrongTuples = {
  records: [
    {
      time: "2024-01-01T00:00:00.0000000Z",
      systemId: "00000000-0000-0000-0000-000000000000",
      macAddress: "000D3AF87856",
      category: "NetworkSecurityGroupFlowEvent",
      resourceId:
        "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG",
      operationName: "NetworkSecurityGroupFlowEvents",
      properties: {
        Version: 2,
        flows: [
          {
            rule: "DefaultRule_AllowVnetOutBound",
            flows: [
              {
                mac: "000D3AF87856",
                flowTuples: [
                  "1704067201,10.0.0.256,10.1.0.4,51234,443,T,O,A,B,,,,",
                  "1704067202,10.0.0.4,10.1.0.4,51234,99999,T,O,A,B,,,,",
                ],
              },
            ],
          },
        ],
      },
    },
  ],
};

export async function serve(
  binary: string,
  data: string,
  started: ChildProcess[],
  more: string[] = [],
  /** What answers as soon as the server is there, to who has no token where it wants one. */
  ready = "/api/v1/status",
): Promise<string> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(binary, ["serve", "--data", data, "--listen", new URL(url).host, ...more], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(server);
  let said = "";
  server.stderr!.on("data", (chunk) => (said += chunk));
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    if (server.exitCode !== null) throw new Error(`weir serve ended with ${server.exitCode}: ${said}`);
    const response = await fetch(`${url}${ready}`).catch(() => null);
    if (response?.ok) return url;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`weir serve did not answer at ${url}: ${said}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (typeof address !== "object" || address === null) throw new Error("cannot find a free port");
  return address.port;
}

export async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGTERM");
  const timer = setTimeout(() => server.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
