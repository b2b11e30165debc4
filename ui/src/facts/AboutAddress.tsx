import { useQuery } from "@tanstack/react-query";
import { lookupQuery } from "../api/queries";
import type { AddressFacts } from "../api/types";
import { CountryBadge, VerdictMark } from "../address/marks";
import type { AddressPanel } from "../lib/panel";
import { className, kindName } from "../lib/side";
import { Copy } from "../parts/Copy";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import styles from "./Facts.module.css";
import { Head } from "./Head";
import { Owners } from "./Owners";
import { Unanswered } from "./Unanswered";
import { Verdicts } from "./Verdicts";
import { Waiting } from "./Waiting";

/** Everything about an address, from the server. */
export function AboutAddress({ panel, onClose }: { panel: AddressPanel; onClose: () => void }) {
  const { data, error, refetch } = useQuery(lookupQuery(panel));
  return (
    <>
      <Head
        over="Everything about"
        title={panel.address}
        at={data?.at ?? panel.at}
        actions={<Copy text={panel.address} what="the address" />}
        onClose={onClose}
      />
      {error && !data && <Unanswered what={panel.address} error={error} again={() => void refetch()} />}
      {!error && !data && <Waiting />}
      {data && <Everything facts={data} />}
    </>
  );
}

function Everything({ facts }: { facts: AddressFacts }) {
  const named = facts.name !== "" && facts.name !== facts.address;
  return (
    <>
      <p className={styles.summary}>
        {named && <b>{facts.name}</b>}
        <span>{[kindName(facts.kind), className(facts.class)].filter(Boolean).join(" · ")}</span>
        {facts.country !== "" && <CountryBadge code={facts.country} />}
        {facts.malicious && <VerdictMark category={facts.category} />}
      </p>
      {facts.ambiguous && (
        <p className={styles.caution}>Other owners are as likely: address spaces overlap here. See Elsewhere below.</p>
      )}
      {facts.assumed && (
        <p className={styles.caution}>This time lies before the first inventory, so the first one was used.</p>
      )}
      <Owner facts={facts} />
      <Place facts={facts} />
      <Verdicts facts={facts} />
      <Owners owners={facts.owners} />
      {facts.elsewhere.length > 0 && (
        <Section title="Elsewhere" beside="other resources with the same address">
          <Things things={facts.elsewhere} />
        </Section>
      )}
      {facts.attribution.length > 0 && (
        <div className={styles.attribution}>
          {facts.attribution.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
    </>
  );
}

function Owner({ facts }: { facts: AddressFacts }) {
  const known = [facts.resource, facts.vnet, facts.subnet, facts.nic, facts.vm, facts.subscription].some(Boolean);
  return (
    <Section title="Owner">
      {!known && <p className={styles.dim}>No inventory names an owner of this address at this time.</p>}
      <Pairs
        of={{
          "Virtual machine": facts.vm,
          "Network interface": facts.nic,
          Subnet: facts.subnet,
          "Virtual network": facts.vnet,
          Subscription: facts.subscription,
          Resource: facts.resource && <Resource id={facts.resource} />,
        }}
      />
      {facts.related.length > 0 && <Things things={facts.related} />}
      {facts.steps.length > 0 && (
        <>
          <h4 className={styles.minor}>How the owner was found</h4>
          <ol className={styles.steps}>
            {facts.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
    </Section>
  );
}

function Resource({ id }: { id: string }) {
  return (
    <span className={styles.resource}>
      <code>{id}</code>
      <Copy text={id} what="the resource id" />
    </span>
  );
}

function Place({ facts }: { facts: AddressFacts }) {
  const anything = [facts.country, facts.region, facts.organisation, facts.service].some(Boolean) || facts.asn > 0;
  return (
    <Section title="Place and service">
      {!anything && facts.serviceTags.length === 0 && (
        <p className={styles.dim}>No region, country or service is known of it.</p>
      )}
      <Pairs
        of={{
          "Azure region": facts.region,
          Country: facts.country && <CountryLine facts={facts} />,
          Organisation: facts.organisation,
          "AS number": facts.asn > 0 && `AS${facts.asn}`,
          "Azure service": facts.service,
          "Service tags": facts.serviceTags.length > 0 && <Tags tags={facts.serviceTags} />,
          "Tags of": facts.tagVersion,
        }}
      />
    </Section>
  );
}

function CountryLine({ facts }: { facts: AddressFacts }) {
  return (
    <>
      <CountryBadge code={facts.country} /> <span aria-hidden="true">{facts.countryName}</span>
    </>
  );
}

function Tags({ tags }: { tags: string[] }) {
  return (
    <ul className={styles.tags}>
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}

function Things({ things }: { things: AddressFacts["related"] }) {
  return (
    <ul className={styles.things}>
      {things.map((thing) => (
        <li key={`${thing.what} ${thing.name}`}>
          <span className={styles.dim}>{thing.what}</span> {thing.name}
        </li>
      ))}
    </ul>
  );
}
