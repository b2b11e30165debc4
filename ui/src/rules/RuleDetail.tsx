import type { RuleUse } from "../api/types";
import { capital, formatFull } from "../lib/format";
import { Pairs } from "../parts/Pairs";
import { marksOf } from "./ruleColumns";
import { WaysTo } from "./WaysTo";

/** The text of a rule beside its use. */
export function RuleDetail({ rule }: { rule: RuleUse }) {
  const { text, acl, total } = rule;
  return (
    <>
      {text?.description && <p>{text.description}</p>}
      {marksOf(rule).map((mark) => (
        <p key={mark.text}>{mark.title}.</p>
      ))}
      <Pairs
        of={{
          "Held by": acl,
          ...(text && {
            Direction: capital(text.direction === "in" ? "inbound" : "outbound"),
            Action: text.action,
            Priority: text.priority,
            Protocol: text.protocol,
            Source: text.source,
            "Source ports": text.sourcePorts,
            Destination: text.destination,
            Ports: text.ports,
          }),
          Decided: rule.hit && `${formatFull(total.flows, "flows")}, ${formatFull(total.bytes, "bytes")}`,
        }}
      />
      {rule.lastHit !== null && <WaysTo filter={rule.filter} />}
    </>
  );
}
