import { Link } from "@tanstack/react-router";
import { useContext } from "react";
import { Address, AtContext } from "../address/Address";
import type { Conversation } from "../api/types";
import { usePanelSearch } from "../lib/hooks";
import { explained, portName } from "../lib/port";
import { vantageOf } from "../lib/side";
import { FlowType } from "../parts/FlowType";
import styles from "./names.module.css";

/** Who talks to whom, on which ports, what kind of flow that is, and the way to why. */
export function ConversationName({ conversation }: { conversation: Conversation }) {
  const { initiator, responder, from, to, ports, flowTypes } = conversation;
  return (
    <span className={styles.conversation}>
      <Address address={initiator} side={from} seenFrom={to.vnet} brief />
      <span className={styles.arrow}>
        <span aria-hidden="true">→</span>
        <span className="hidden"> to </span>
      </span>
      <Address address={responder} side={to} seenFrom={from.vnet} brief />
      <span className={styles.kind}>
        <span className={styles.dim}>{ports.map(portName).join(", ")}</span>
        {flowTypes.map((type) => (
          <FlowType key={type} type={type} />
        ))}
        <Why conversation={conversation} />
      </span>
    </span>
  );
}

/** Who talks to whom, for a row of one height. */
export function ConversationEnds({ conversation }: { conversation: Conversation }) {
  const { initiator, responder, from, to } = conversation;
  return (
    <span className={styles.ends}>
      <Address address={initiator} side={from} seenFrom={to.vnet} tight />
      <span className={styles.arrow}>
        <span aria-hidden="true">→</span>
        <span className="hidden"> to </span>
      </span>
      <Address address={responder} side={to} seenFrom={from.vnet} tight />
    </span>
  );
}

/** The way to the rule that decided the type of a conversation's flows. */
export function Why({ conversation }: { conversation: Conversation }) {
  const { initiator, responder, from, to, ports } = conversation;
  const at = useContext(AtContext);
  const port = explained(ports);
  const search = usePanelSearch({
    kind: "flow",
    initiator,
    responder,
    port: port?.port ?? 0,
    protocol: port?.protocol ?? "TCP",
    at,
    ...vantageOf(from, to),
  });
  return (
    <Link to="." search={search} resetScroll={false} className={styles.why} title="Which rule decided, on which facts">
      why
      <span className="hidden">
        {" "}
        the flow from {initiator} to {responder} is of its type
      </span>
    </Link>
  );
}
