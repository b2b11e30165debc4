import { answer, get } from "../api/client";
import type { Conversation } from "../api/types";
import { Drill } from "../filter/Drill";
import { is } from "../lib/filter";
import { portName, portNumbers } from "../lib/port";
import { FlowType } from "../parts/FlowType";
import { countColumn, measureColumn, sideColumns, textColumn } from "./columns";
import { ConversationEnds, ConversationName, Why } from "./ConversationName";
import styles from "./names.module.css";
import type { Question } from "./question";
import { conversationTerms, portTerms } from "./terms";

export const conversations: Question<Conversation> = {
  path: "/conversations",
  title: "Conversations",
  one: "conversation",
  many: "conversations",
  ask: {
    name: "conversations",
    get: (query, signal) => answer(get("/api/v1/top/conversations", { params: { query }, signal })),
  },
  rowKey: (each) => [each.initiator, each.from.vnet, each.responder, each.to.vnet].join(" "),
  name: (each) => <ConversationName conversation={each} />,
  terms: conversationTerms,
  lines: 3,
  segments: (each) => [
    { part: "allowedIn", name: "Allowed", measures: each.allowed },
    { part: "deniedIn", name: "Denied", measures: each.denied },
  ],
  key: {
    id: "conversation",
    name: "Conversation",
    width: 310,
    cell: (each) => <ConversationEnds conversation={each} />,
    fields: [
      { name: "initiator", value: (each) => each.initiator },
      { name: "responder", value: (each) => each.responder },
    ],
  },
  columns: [
    {
      ...textColumn<Conversation>(
        "ports",
        "Ports",
        140,
        (each) => each.ports.map(portName).join(", "),
        (each) => each.ports.flatMap((port) => portTerms(port).slice(0, 1)),
      ),
      shown: true,
      fields: [
        { name: "ports", value: ({ ports }) => ports.map((each) => `${portNumbers(each)}/${each.protocol}`).join(" ") },
      ],
    },
    {
      id: "type",
      name: "Type of flow",
      width: 156,
      shown: true,
      cell: (each) => (
        <span className={styles.types}>
          {each.flowTypes.map((type) => (
            <Drill key={type} terms={[is("type", type)]}>
              <FlowType type={type} />
            </Drill>
          ))}
          <Why conversation={each} />
        </span>
      ),
      fields: [{ name: "flow types", value: (each) => each.flowTypes.join(" ") }],
    },
    measureColumn<Conversation>("allowed", "Allowed", (each) => each.allowed),
    measureColumn<Conversation>("denied", "Denied", (each) => each.denied),
    countColumn<Conversation>("forward-packets", "Forward packets", "packets", (each) => each.forward.packets),
    countColumn<Conversation>("back-packets", "Back packets", "packets", (each) => each.back.packets),
    countColumn<Conversation>("forward-bytes", "Forward bytes", "bytes", (each) => each.forward.bytes),
    countColumn<Conversation>("back-bytes", "Back bytes", "bytes", (each) => each.back.bytes),
    ...sideColumns<Conversation>("initiator", "src", (each) => each.from),
    ...sideColumns<Conversation>("responder", "dst", (each) => each.to),
  ],
  rowHeight: { wide: 52, narrow: 96 },
};
