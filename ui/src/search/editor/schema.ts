// What can be asked, as the language service knows it.

import type { Schema } from "@kusto/monaco-kusto";

interface Metadata {
  tables: readonly {
    name: string;
    description?: string;
    columns: readonly { name: string; type: string; description?: string }[];
  }[];
}

/** The tables and columns that the server has; null where it does not say. */
export async function fetchSchema(): Promise<Schema | null> {
  try {
    const response = await fetch("/v1/workspaces/weir/metadata");
    return response.ok ? schemaOf((await response.json()) as Metadata) : null;
  } catch {
    return null;
  }
}

export function schemaOf({ tables }: Metadata): Schema {
  const database = {
    name: "weir",
    majorVersion: 1,
    minorVersion: 0,
    entityGroups: [],
    functions: [],
    tables: tables.map(({ name, description, columns }) => ({
      name,
      ...(description && { docstring: description }),
      columns: columns.map((column) => ({
        name: column.name,
        type: column.type,
        ...(column.description && { docstring: column.description }),
      })),
    })),
  };
  return {
    clusterType: "Engine",
    cluster: { connectionString: window.location.origin, databases: [database] },
    database,
  };
}
