import { Address } from "../address/Address";
import { answer, get } from "../api/client";
import type { Host } from "../api/types";
import { parts } from "../traffic/series";
import { measureColumn, sideColumns, textColumn } from "./columns";
import type { Question } from "./question";
import { hostTerm } from "./terms";

const note = (host: Host) => (host.captured ? undefined : "not captured");

export const hosts: Question<Host> = {
  path: "/hosts",
  title: "Hosts",
  one: "host",
  many: "hosts",
  note: "each flow counts at both of its ends",
  ask: {
    name: "hosts",
    get: (query, signal) => answer(get("/api/v1/top/hosts", { params: { query }, signal })),
  },
  rowKey: (host) => `${host.address} ${host.side.vnet}`,
  name: (host) => <Address address={host.address} side={host.side} note={note(host)} />,
  terms: (host) => [hostTerm(host.address)],
  lines: 2,
  segments: (host) => parts.map((part) => ({ part: part.id, measures: host[part.id] })),
  key: {
    id: "host",
    name: "Host",
    width: 330,
    cell: (host) => <Address address={host.address} side={host.side} note={note(host)} tight />,
    fields: [{ name: "host", value: (host) => host.address }],
  },
  columns: [
    ...parts.map((part) => measureColumn<Host>(part.id, part.name, (host) => host[part.id])),
    ...sideColumns<Host>("host", "", (host) => host.side),
    textColumn<Host>("captured", "Captured", 100, (host) => String(host.captured)),
  ],
  rowHeight: { wide: 52, narrow: 52 },
};
