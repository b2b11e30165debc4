import { useQuery } from "@tanstack/react-query";
import { DismissRegular } from "@fluentui/react-icons";
import { Address } from "../address/Address";
import { flowObjectsQuery } from "../api/queries";
import type { Flow } from "../api/types";
import { formatBytes, formatFull, formatInteger } from "../lib/format";
import { useView } from "../lib/hooks";
import { formatMoment, formatSpan, zoneName } from "../lib/time";
import { Button } from "../parts/Button";
import { FlowType } from "../parts/FlowType";
import { Modal } from "../parts/Modal";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import { Failure } from "../states/Failure";
import styles from "./Flows.module.css";
import { countedText } from "./sort";

const titleId = "flow-title";

/** All of a reduced flow, and where it came from. */
export function FlowDetail({ flow, onClose }: { flow: Flow; onClose: () => void }) {
  const [{ zone }] = useView();
  const at = Date.parse(flow.interval);
  const { forward, back } = flow;
  const way = flow.direction === "in" ? "the responder's" : "the initiator's";
  const end = (address: string, side: Flow["from"], other: Flow["from"]) => (
    <Address address={address} side={side} seenFrom={other.vnet} />
  );
  const sum = ({ packets, bytes }: Flow["forward"]) => `${formatFull(packets, "packets")}, ${formatBytes(bytes)}`;
  return (
    <Modal open onClose={onClose} labelledBy={titleId} place="side">
      <div className={styles.head}>
        <div>
          <h2 id={titleId} className={styles.title}>
            {flow.initiator} → {flow.responder}
          </h2>
          <p className={styles.beside}>
            {formatSpan(at, Date.parse(flow.until), zone)} {zoneName(at, zone)}
          </p>
        </div>
        <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={onClose} />
      </div>
      <Section title="The flow">
        <Pairs
          of={{
            Initiator: end(flow.initiator, flow.from, flow.to),
            Responder: end(flow.responder, flow.to, flow.from),
            Port: `${flow.port}/${flow.protocol}${flow.application && ` (${flow.application})`}`,
            Type: <FlowType type={flow.type} />,
            Decision: `${flow.status} by ${flow.rule}`,
            "Security group": flow.acl,
            Encryption: flow.encryption,
            Flows: `${formatInteger(flow.started)} started, ${formatInteger(flow.ended)} ended`,
            Forward: sum(forward),
            Back: sum(back),
            Counts: countedText(flow.counted),
          }}
        />
      </Section>
      <Section title="Where it was recorded">
        <Pairs
          of={{
            NIC: [flow.nic, flow.mac, flow.atHop ? "a hop between the ends" : way].filter(Boolean).join(", "),
            "Logged resource": flow.target,
            "Flow log": flow.flowLog,
            "Kind of log": flow.family === "vnet" ? "VNet flow log" : "NSG flow log",
            Tuples: `${formatInteger(flow.tuples)}, from ${formatMoment(Date.parse(flow.first), zone)} to ${formatMoment(Date.parse(flow.last), zone)}`,
            Twice: flow.duplicate && "Another log recorded the same at this NIC",
          }}
        />
      </Section>
      <Objects flow={flow} />
    </Modal>
  );
}

const told = { name: "by its name", nic: "by the NIC in its name", time: "by its times alone" };

/** The log objects that it came from, and how sure that is. */
function Objects({ flow }: { flow: Flow }) {
  const query = useQuery(flowObjectsQuery(flow));
  const { data } = query;
  return (
    <Section title="Log objects" beside={data && formatInteger(data.rows.length)}>
      {query.isPending && <p className={styles.beside}>Looking…</p>}
      {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
      {data && <p className={styles.words}>{data.words}</p>}
      {data && data.rows.length > 0 && (
        <ul className={styles.objects}>
          {data.rows.map((object) => (
            <li key={object.name}>
              <code className={styles.object}>{object.name}</code>
              <span className={styles.beside}>
                told {told[object.told]} · {object.state} · {formatInteger(object.tuples)} tuples
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
