import { Address } from "../address/Address";
import { answer, get } from "../api/client";
import type { Ranking } from "../api/queries";
import type { HostAnswer, Partner, Partners } from "../api/types";
import { Drill } from "../filter/Drill";
import { is } from "../lib/filter";
import { portName, portNumbers } from "../lib/port";
import { FlowType } from "../parts/FlowType";
import { countColumn, measureColumn, sideColumns, textColumn } from "../questions/columns";
import type { Question } from "../questions/question";
import { hostTerm, portTerms } from "../questions/terms";
import { parts } from "../traffic/series";
import styles from "./host.module.css";

/** Partners as the tables take them: the server counts each of them. */
export function rankingOf(partners: Partners): Ranking<Partner> {
  return { ...partners, distinctAtLeast: false };
}

/** What tells one partner from another. */
export const partnerKey = ({ address, side }: Partner) => `${address} ${side.vnet} ${side.name}`;

interface Of {
  host: string;
  network: string;
  /** Which of its lists. */
  list: (answer: HostAnswer) => Partners;
  /** The name of the list, which no other has. */
  title: string;
  /** Those that are to be called new. */
  fresh?: ReadonlySet<string>;
}

/** The partners of a host, as a question like any other. */
export function partnersOf({ host, network, list, title, fresh }: Of): Question<Partner> {
  const isNew = (row: Partner) => fresh?.has(partnerKey(row)) ?? false;
  const mark = (row: Partner) => isNew(row) && <span className={styles.new}>new</span>;
  return {
    path: "/conversations",
    title,
    one: "partner",
    many: "partners",
    ask: {
      name: `${title} of ${host} ${network}`,
      get: async (asked, signal) => {
        const query = { ...asked, host, ...(network !== "" && { vnet: network }) };
        return rankingOf(list(await answer(get("/api/v1/host", { params: { query }, signal }))));
      },
    },
    rowKey: partnerKey,
    name: (row) => <Address address={row.address} side={row.side} mark={mark(row)} />,
    terms: (row) => [hostTerm(row.address)],
    lines: 2,
    segments: (row) => parts.map(({ id }) => ({ part: id, measures: row[id] })),
    key: {
      id: "partner",
      name: "Partner",
      width: 330,
      cell: (row) => <Address address={row.address} side={row.side} mark={mark(row)} tight />,
      fields: [
        { name: "partner", value: (row) => row.address },
        { name: "new", value: (row) => (fresh ? String(isNew(row)) : "") },
      ],
    },
    columns: [
      {
        ...textColumn<Partner>(
          "ports",
          "Ports",
          150,
          (row) => row.ports.map(portName).join(", "),
          (row) => row.ports.flatMap((port) => portTerms(port).slice(0, 1)),
        ),
        shown: true,
        fields: [
          {
            name: "ports",
            value: ({ ports }) => ports.map((each) => `${portNumbers(each)}/${each.protocol}`).join(" "),
          },
        ],
      },
      {
        id: "type",
        name: "Type of flow",
        width: 130,
        cell: (row) =>
          row.flowTypes.map((type) => (
            <Drill key={type} terms={[is("type", type)]}>
              <FlowType type={type} />
            </Drill>
          )),
        fields: [{ name: "flow types", value: (row) => row.flowTypes.join(" ") }],
      },
      ...parts.map(({ id, name }) => measureColumn<Partner>(id, name, (row) => row[id])),
      { ...countColumn<Partner>("sent-bytes", "Sent", "bytes", (row) => row.sent.bytes), shown: true, width: 88 },
      {
        ...countColumn<Partner>("received-bytes", "Received", "bytes", (row) => row.received.bytes),
        shown: true,
        width: 88,
      },
      countColumn<Partner>("sent-packets", "Packets sent", "packets", (row) => row.sent.packets),
      countColumn<Partner>("received-packets", "Packets received", "packets", (row) => row.received.packets),
      ...sideColumns<Partner>("partner", "", (row) => row.side),
    ],
    rowHeight: { wide: 52, narrow: 52 },
  };
}
