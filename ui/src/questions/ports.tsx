import { answer, get } from "../api/client";
import type { Port } from "../api/types";
import { isRange, portNumbers } from "../lib/port";
import { measureColumn } from "./columns";
import styles from "./names.module.css";
import type { Question } from "./question";
import { portTerms } from "./terms";

function PortLabel({ port }: { port: Port }) {
  return (
    <>
      {portNumbers(port)} <span className={styles.dim}>{port.protocol}</span>{" "}
      {isRange(port) ? <span className={styles.dim}>ephemeral ports</span> : port.application}
    </>
  );
}

export const ports: Question<Port> = {
  path: "/ports",
  title: "Ports",
  one: "port",
  many: "ports",
  ask: {
    name: "ports",
    get: (query, signal) => answer(get("/api/v1/top/ports", { params: { query }, signal })),
  },
  rowKey: (port) => `${portNumbers(port)} ${port.protocol}`,
  name: (port) => <PortLabel port={port} />,
  terms: portTerms,
  lines: 1,
  segments: (port) => [
    { part: "allowedIn", name: "Allowed", measures: port.allowed },
    { part: "deniedIn", name: "Denied", measures: port.denied },
  ],
  key: {
    id: "port",
    name: "Port",
    width: 220,
    cell: (port) => <PortLabel port={port} />,
    fields: [
      { name: "port", value: portNumbers },
      { name: "protocol", value: (port) => port.protocol },
      { name: "application", value: (port) => port.application },
    ],
  },
  columns: [
    measureColumn<Port>("allowed", "Allowed", (port) => port.allowed),
    measureColumn<Port>("denied", "Denied", (port) => port.denied),
  ],
  rowHeight: { wide: 36, narrow: 40 },
};
