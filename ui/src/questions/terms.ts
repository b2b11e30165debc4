// What the values of a table mean in a filter.

import type { Conversation, Port, PortKey, Rule, Side } from "../api/types";
import { allOf, is, type Term } from "../lib/filter";
import { isRange, portNumbers } from "../lib/port";

export function hostTerm(address: string): Term {
  return is("ip", address, `host ${address}`);
}

/** The port with its protocol, and the port or the protocol alone. */
export function portTerms(port: Port | PortKey): Term[] {
  const numbers = isRange(port)
    ? { name: `ports ${portNumbers(port)}`, text: `port in ${port.port}..${port.through}` }
    : is("port", String(port.port));
  const protocol = is("protocol", port.protocol);
  return [allOf(`${numbers.name} of ${port.protocol}`, numbers, protocol), numbers, protocol];
}

/** The pair as it is, and each of its ends. */
export function conversationTerms({ initiator, responder }: Conversation): Term[] {
  const [from, to] = [is("src", initiator, `from ${initiator}`), is("dst", responder, `to ${responder}`)];
  return [allOf(`${from.name} ${to.name}`, from, to), from, to];
}

/** The rule wherever it is held, and where it is. */
export function ruleTerms({ rule, acl }: Rule): Term[] {
  const [name, holder] = [is("rule", rule), is("acl", acl)];
  return acl === "" ? [name] : [name, holder];
}

export function directionTerms(direction: Rule["direction"]): Term[] {
  return [is("direction", direction === "in" ? "inbound" : "outbound")];
}

/** What a fact of an end means; its name in the filter begins with that of the end, where one is meant. */
export function sideTerm(fact: string, of: Side, end: "" | "src" | "dst"): Term[] {
  const at = (field: string) => (end === "" ? field : `${end}.${field}`);
  if (fact === "verdict") return of.malicious && of.category !== "" ? [is(at("category"), of.category)] : [];
  if (fact === "service" && of.service !== "") {
    // It is Azure's service, or the operator where it is none of Azure's.
    const [service, operator] = [is(at("service"), of.service), is(at("operator"), of.service)];
    return [{ name: service.name, text: `${service.text} or ${operator.text}` }];
  }
  const field = sideFields[fact];
  return field && of[field] !== "" ? [is(at(field), of[field])] : [];
}

// The facts of an end that are fields of the same name in a filter.
const sideFields: Record<string, "kind" | "class" | "region" | "country" | "vnet"> = {
  kind: "kind",
  class: "class",
  region: "region",
  country: "country",
  network: "vnet",
};
