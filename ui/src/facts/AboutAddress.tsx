import { OpenRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lookupQuery } from "../api/queries";
import type { AddressFacts } from "../api/types";
import { hostSearch } from "../address/HostLink";
import { CountryBadge, PlaceBadge, VerdictMark } from "../address/marks";
import { Choice } from "../filter/DrillMenu";
import { capital } from "../lib/format";
import { usePanelSearch, useView } from "../lib/hooks";
import type { AddressPanel } from "../lib/panel";
import { isEverywhere, kindName, whatItIs } from "../lib/side";
import { hostTerm } from "../questions/terms";
import { Copy } from "../parts/Copy";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import styles from "./Facts.module.css";
import { Head } from "./Head";
import { Owners } from "./Owners";
import { pairsOf } from "./pairs";
import { Unanswered } from "./Unanswered";
import { Verdicts } from "./Verdicts";
import { Waiting } from "./Waiting";

/** Everything about an address, from the server. */
export function AboutAddress({ panel, onClose }: { panel: AddressPanel; onClose: () => void }) {
  const { data, error, refetch } = useQuery(lookupQuery(panel));
  const [view] = useView();
  return (
    <>
      <Head
        over="Everything about"
        title={panel.address}
        at={data?.at ?? panel.at}
        actions={<Copy text={panel.address} what="the address" />}
        onClose={onClose}
      />
      <Choice term={hostTerm(panel.address)} />
      <Link to="/host" search={hostSearch(view, panel.address, data?.vnet || panel.vnet)} className={styles.page}>
        <OpenRegular aria-hidden="true" /> Open host page
      </Link>
      {error && !data && <Unanswered what={panel.address} error={error} again={() => void refetch()} />}
      {!error && !data && <Waiting />}
      {data && <Everything facts={data} />}
    </>
  );
}

function Everything({ facts }: { facts: AddressFacts }) {
  const named = facts.name !== "" && facts.name !== facts.address;
  // What a threat list says of an address is the first thing to know of it.
  const listed = facts.verdicts.length > 0;
  return (
    <>
      <p className={styles.summary}>
        {named && <b>{facts.name}</b>}
        <span>{whatItIs(facts)}</span>
        <PlaceBadge side={facts} />
        {facts.malicious && <VerdictMark category={facts.category} />}
      </p>
      {facts.ambiguous && (
        <p className={styles.caution}>
          Other owners are as likely: address spaces overlap here. Choose the one that is meant under Elsewhere.
        </p>
      )}
      {facts.assumed && (
        <p className={styles.caution}>This time lies before the first inventory, so the first one was used.</p>
      )}
      {listed && <Verdicts facts={facts} />}
      <Owner facts={facts} />
      {facts.elsewhere.length > 0 && <Elsewhere facts={facts} />}
      <Place facts={facts} />
      {!listed && <Verdicts facts={facts} />}
      <Owners owners={facts.owners} />
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
      <Pairs of={pairsOf(facts.related)} />
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
  // Service tags are of public addresses only.
  const open = facts.class === "azure" || facts.class === "external";
  return (
    <Section title="Place and service">
      {!anything && <p className={styles.dim}>No region, country or service is known of it.</p>}
      <Pairs
        of={{
          "Azure region": facts.region,
          Country: facts.country && !isEverywhere(facts) && <CountryLine facts={facts} />,
          Organisation: facts.organisation,
          "AS number": facts.asn > 0 && `AS${facts.asn}`,
          "Azure service": facts.service,
          "Service tags": open && facts.tagVersion !== "" && <Tags facts={facts} />,
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

function Tags({ facts: { serviceTags, tagVersion } }: { facts: AddressFacts }) {
  return (
    <>
      {serviceTags.length > 0 && (
        <ul className={styles.tags}>
          {serviceTags.map((tag) => (
            <li key={tag}>{tag}</li>
          ))}
        </ul>
      )}
      <span className={styles.dim}>
        {serviceTags.length === 0 && "none holds it, "}as of {tagVersion}
      </span>
    </>
  );
}

function Elsewhere({ facts }: { facts: AddressFacts }) {
  return (
    <Section title="Elsewhere" beside="other resources with the same address">
      <ul className={styles.things}>
        {facts.elsewhere.map((thing) => (
          <li key={`${thing.what} ${thing.name}`}>
            <span className={styles.dim}>{capital(kindName(thing.what))}</span>{" "}
            <Other facts={facts} name={thing.name} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The way to the same address in another network, where the name says in which. */
function Other({ facts, name }: { facts: AddressFacts; name: string }) {
  const [owner, vnet] = name.split(" in ");
  const search = usePanelSearch({ kind: "address", address: facts.address, at: facts.at, vnet });
  if (!vnet) return name;
  return (
    <>
      <Link to="." search={search} resetScroll={false} title={`${facts.address} as it is seen in ${vnet}`}>
        {owner}
      </Link>{" "}
      in {vnet}
    </>
  );
}
