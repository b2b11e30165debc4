import { useQuery } from "@tanstack/react-query";
import { explainQuery } from "../api/queries";
import type { Explanation } from "../api/types";
import type { FlowPanel } from "../lib/panel";
import { flowTypeWord } from "../lib/side";
import { FlowType } from "../parts/FlowType";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import styles from "./Facts.module.css";
import { Head } from "./Head";
import { SideFacts } from "./SideFacts";
import { Unanswered } from "./Unanswered";
import { Waiting } from "./Waiting";

/** What kind of flow a flow is, which rule decided, and on which facts. */
export function AboutFlow({ panel, onClose }: { panel: FlowPanel; onClose: () => void }) {
  const { data, error, refetch } = useQuery(explainQuery(panel));
  const title = (
    <>
      {panel.initiator} <span aria-hidden="true">→</span>
      <span className="hidden"> to </span> {panel.responder}
    </>
  );
  return (
    <>
      <Head
        over={`Why this flow to ${panel.port}/${panel.protocol} is of its type`}
        title={title}
        at={data?.initiator.at ?? panel.at}
        onClose={onClose}
      />
      {error && !data && <Unanswered what="this flow" error={error} again={() => void refetch()} />}
      {!error && !data && <Waiting />}
      {data && <Why explanation={data} panel={panel} />}
    </>
  );
}

function Why({ explanation, panel }: { explanation: Explanation; panel: FlowPanel }) {
  const { initiator, responder, steps } = explanation;
  const ours = [initiator, responder].every((side) => side.class !== "azure" && side.class !== "external");
  const apart = ours && initiator.vnet !== responder.vnet;
  return (
    <>
      <div className={styles.decision}>
        <p className={styles.summary}>
          <FlowType type={explanation.flowType} />
          <span>{flowTypeWord(explanation.flowType)}</span>
        </p>
        <p>
          <b>Rule {explanation.rule} decided.</b> {explanation.reason}
        </p>
        {explanation.atHop && (
          <p className={styles.dim}>It was captured on its way, at an appliance that forwards and is neither end.</p>
        )}
      </div>
      {steps.length > 0 && (
        <Section title="Rules before it" beside="tested in this order; none held">
          <ol className={styles.steps}>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Section>
      )}
      <Section title="The two sides">
        <div className={styles.sides}>
          <SideFacts part="Initiator" facts={initiator} vnet={panel.vnet} />
          <SideFacts part="Responder" facts={responder} vnet={panel.vnet} />
        </div>
      </Section>
      <Section title="The way between them">
        <Pairs
          of={{
            Application: explanation.application,
            Connection: explanation.connectionType || (apart && "none that the inventory names"),
            "Its name": explanation.connectionName,
            Hubs: explanation.connectingVnets.split(" ").filter(Boolean).join(", "),
            Gateways: explanation.gateways.join(", "),
          }}
        />
      </Section>
    </>
  );
}
