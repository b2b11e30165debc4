// The licences of what workers hold: the build's own list has only what the page itself loads.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "vite";

/** As the build writes them. */
interface Licence {
  name: string;
  version: string;
  identifier: string;
  text: string;
}

/** A plug-in that looks at each worker, and one for the page that adds what was found to the build's list. */
export function workerLicences(fileName: string): { look: () => Plugin; add: Plugin } {
  const folders = new Set<string>();
  return {
    look: () => ({
      name: "weir-worker-licences",
      generateBundle(_, bundle) {
        for (const output of Object.values(bundle)) {
          if (output.type !== "chunk") continue;
          for (const id of output.moduleIds) {
            const folder = packageOf(id);
            if (folder !== null) folders.add(folder);
          }
        }
      },
    }),
    add: {
      name: "weir-licences",
      enforce: "post",
      async writeBundle({ dir }) {
        const file = path.join(dir!, fileName);
        const list = JSON.parse(await readFile(file, "utf8")) as Licence[];
        for (const found of await Promise.all([...folders].map(licenceOf))) {
          if (!list.some(({ name, version }) => name === found.name && version === found.version)) list.push(found);
        }
        await writeFile(
          file,
          `${JSON.stringify(
            list.toSorted((a, b) => a.name.localeCompare(b.name)),
            null,
            2,
          )}\n`,
        );
      },
    },
  };
}

/** The folder of the package that a module is of; null where it is our own. */
function packageOf(id: string): string | null {
  const file = id.replace(/^\0+/, "").replace(/\?.*$/, "");
  const within = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return within && existsSync(path.join(within[1]!, "package.json")) ? within[1]! : null;
}

async function licenceOf(folder: string): Promise<Licence> {
  const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  return { name: about.name, version: about.version, identifier: about.license ?? "", text: "" };
}
