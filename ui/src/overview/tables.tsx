// The four rankings of the first page.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { conversationsQuery, exportRows, hostsQuery, portsQuery, rulesQuery, type Scope } from "../api/queries";
import { Address } from "../address/Address";
import type { Conversation, Host, Port, Rule, Side } from "../api/types";
import { shortAcl, type Unit, units } from "../lib/format";
import { isRange, portNumbers } from "../lib/port";
import { verdictOf } from "../lib/side";
import { ConversationName } from "./ConversationName";
import styles from "./tables.module.css";
import { type PartId, parts } from "./series";
import { TopTable } from "./TopTable";

interface Props {
  scope: Scope;
  unit: Unit;
  /** Whether the tables were shown before their answers were there. */
  reserve: boolean;
}

export function Hosts({ scope, unit, reserve }: Props) {
  const queries = useQueryClient();
  return (
    <TopTable<Host>
      title="Top hosts"
      one="host"
      many="hosts"
      note="each flow counts at both of its ends"
      query={useQuery(hostsQuery(scope, unit))}
      span={scope}
      unit={unit}
      reserve={reserve}
      lines={2}
      rowKey={(host) => `${host.address} ${host.side.vnet}`}
      name={(host) => (
        <Address address={host.address} side={host.side} note={host.captured ? undefined : "not captured"} />
      )}
      segments={(host) => parts.map((part) => ({ part: part.id, measures: host[part.id] }))}
      exportHeader={[
        "host",
        ...sideHeader.map((each) => `host ${each}`),
        "captured",
        ...parts.flatMap((part) => units.map((each) => `${part.name.toLowerCase()} ${each}`)),
      ]}
      exportCells={(host) => [
        host.address,
        ...sideCells(host.side),
        String(host.captured),
        ...parts.flatMap((part) => units.map((each) => host[part.id][each])),
      ]}
      exportAll={() => queries.fetchQuery(hostsQuery(scope, unit, exportRows))}
    />
  );
}

export function Conversations({ scope, unit, reserve }: Props) {
  const queries = useQueryClient();
  return (
    <TopTable<Conversation>
      title="Top conversations"
      one="conversation"
      many="conversations"
      query={useQuery(conversationsQuery(scope, unit))}
      span={scope}
      unit={unit}
      reserve={reserve}
      lines={3}
      rowKey={(each) => [each.initiator, each.from.vnet, each.responder, each.to.vnet].join(" ")}
      name={(each) => <ConversationName conversation={each} />}
      segments={(each) => [
        { part: "allowedIn", name: "Allowed", measures: each.allowed },
        { part: "deniedIn", name: "Denied", measures: each.denied },
      ]}
      exportHeader={[
        "initiator",
        ...sideHeader.map((each) => `initiator ${each}`),
        "responder",
        ...sideHeader.map((each) => `responder ${each}`),
        "flow types",
        "ports",
        "allowed flows",
        "denied flows",
        "forward packets",
        "back packets",
        "forward bytes",
        "back bytes",
      ]}
      exportCells={(each) => [
        each.initiator,
        ...sideCells(each.from),
        each.responder,
        ...sideCells(each.to),
        each.flowTypes.join(" "),
        each.ports.map((port) => `${portNumbers(port)}/${port.protocol}`).join(" "),
        each.allowed.flows,
        each.denied.flows,
        each.forward.packets,
        each.back.packets,
        each.forward.bytes,
        each.back.bytes,
      ]}
      exportAll={() => queries.fetchQuery(conversationsQuery(scope, unit, exportRows))}
    />
  );
}

export function Ports({ scope, unit, reserve }: Props) {
  const queries = useQueryClient();
  return (
    <TopTable<Port>
      title="Top ports"
      one="port"
      many="ports"
      query={useQuery(portsQuery(scope, unit))}
      span={scope}
      unit={unit}
      reserve={reserve}
      rowKey={(port) => `${portNumbers(port)} ${port.protocol}`}
      name={(port) => (
        <>
          {portNumbers(port)} <span className={styles.dim}>{port.protocol}</span>{" "}
          {isRange(port) ? <span className={styles.dim}>ephemeral ports</span> : port.application}
        </>
      )}
      segments={(port) => [
        { part: "allowedIn", name: "Allowed", measures: port.allowed },
        { part: "deniedIn", name: "Denied", measures: port.denied },
      ]}
      exportHeader={["port", "protocol", "application", "allowed flows", "denied flows"]}
      exportCells={(port) => [
        portNumbers(port),
        port.protocol,
        port.application,
        port.allowed.flows,
        port.denied.flows,
      ]}
      exportAll={() => queries.fetchQuery(portsQuery(scope, unit, exportRows))}
    />
  );
}

export function Rules({ scope, unit, reserve }: Props) {
  const queries = useQueryClient();
  return (
    <TopTable<Rule>
      title="Top rules"
      one="rule"
      many="rules"
      query={useQuery(rulesQuery(scope, unit))}
      span={scope}
      unit={unit}
      reserve={reserve}
      rowKey={(rule) => `${rule.acl} ${rule.rule} ${rule.direction} ${rule.status}`}
      name={(rule) => (
        <>
          {rule.rule} <span className={styles.dim}>{rule.status === "denied" ? "denied" : "allowed"}</span>{" "}
          <span className={styles.dim}>{rule.direction}</span>{" "}
          <span className={styles.acl} title={rule.acl}>
            {shortAcl(rule.acl)}
          </span>
        </>
      )}
      segments={(rule) => [{ part: partOf(rule), measures: rule.total }]}
      exportHeader={["rule", "acl", "direction", "status"]}
      exportCells={(rule) => [rule.rule, rule.acl, rule.direction, rule.status]}
      exportAll={() => queries.fetchQuery(rulesQuery(scope, unit, exportRows))}
    />
  );
}

function partOf(rule: Rule): PartId {
  return parts.find((part) => part.direction === rule.direction && part.status === rule.status)!.id;
}

// What a file says of an address, in its own columns.
const sideHeader = ["name", "kind", "class", "network", "region", "country", "service", "verdict"];

function sideCells(side: Side): string[] {
  const verdict = side.malicious ? verdictOf(side.category) : "";
  return [side.name, side.kind, side.class, side.network, side.region, side.country, side.service, verdict];
}
