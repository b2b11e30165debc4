import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Address } from "../address/Address";
import { VerdictMark } from "../address/marks";
import { hostSearch } from "../address/HostLink";
import { lookupQuery } from "../api/queries";
import type { AddressFacts, HostAnswer, HostOwner } from "../api/types";
import { pairsOf } from "../facts/pairs";
import { capital, formatShare, type Unit } from "../lib/format";
import { usePanelSearch, useView } from "../lib/hooks";
import type { AddressPanel } from "../lib/panel";
import { countryName } from "../lib/place";
import { className, kindName, shortName, verdictOf } from "../lib/side";
import { writeView } from "../lib/url";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import styles from "./host.module.css";

const nobody: AddressPanel = { kind: "address", address: "" };

/** How many owners of an address, or addresses of a machine, are shown. */
const shownOwners = 5;

interface Props {
  query: UseQueryResult<HostAnswer>;
  /** The address of which everything is asked; null until one is known. */
  panel: AddressPanel | null;
  unit: Unit;
  /** The filter of its flows. */
  flows: string;
}

/** Who a host is: what is known of its address, and whose the address was in the range. */
export function Who({ query, panel, unit, flows }: Props) {
  const [view] = useView();
  const asked = panel ?? nobody;
  const everything = usePanelSearch(asked);
  const facts = useQuery({ ...lookupQuery(asked), enabled: panel !== null });
  const owners = query.data?.owners ?? [];
  return (
    <div className={styles.who}>
      <Section title="Who it is" level={2} card>
        <div className={styles.known}>
          {facts.data && <Known facts={facts.data} />}
          {facts.isError && !facts.data && <p className={styles.dim}>What is known of it cannot be asked now.</p>}
          {owners.length > 1 && <Owners owners={owners} host={query.data!.host} unit={unit} />}
        </div>
        <p className={styles.links}>
          {panel && (
            <Link to="." search={everything} resetScroll={false}>
              Everything known, and how
            </Link>
          )}
          <Link to="/flows" search={writeView({ ...view, where: flows })}>
            All of its flows
          </Link>
        </p>
      </Section>
    </div>
  );
}

function Known({ facts }: { facts: AddressFacts }) {
  const named = facts.name !== "" && facts.name !== facts.address;
  const nothing = !named && facts.kind === "" && facts.country === "" && facts.service === "";
  return (
    <div className={styles.facts}>
      <Pairs
        of={{
          Address: (
            <>
              {facts.address} {facts.malicious && <VerdictMark category={facts.category} />}
            </>
          ),
          Name: named && facts.name,
          Is: [capital(kindName(facts.kind)), className(facts.class)].filter(Boolean).join(" · "),
          Machine: facts.vm !== facts.name && facts.vm,
          Verdict: facts.malicious && `${verdictOf(facts.category)}, by ${feedsOf(facts)}`,
        }}
      />
      <Pairs
        of={{
          Subnet: facts.subnet,
          "Virtual network": facts.vnet && <span title={facts.vnet}>{facts.vnet.split("/").at(-1)}</span>,
          Interface: facts.nic,
          Country: facts.country && countryName(facts.country),
          Operator: facts.asn > 0 ? `${facts.organisation} AS${facts.asn}` : facts.organisation,
        }}
      />
      <Pairs
        of={{
          Region: facts.region,
          Subscription: facts.subscription,
          Service: facts.service,
          ...pairsOf(facts.related),
        }}
      />
      {nothing && <p className={styles.dim}>No inventory, service tag or database knows more of it.</p>}
    </div>
  );
}

function feedsOf({ verdicts }: AddressFacts): string {
  return [...new Set(verdicts.filter(({ counts }) => counts).map(({ feed }) => feed))].join(", ") || "a feed";
}

/** Several hosts are meant: the owners of an address one after the other, or the addresses of a machine. */
function Owners({ owners, host, unit }: { owners: readonly HostOwner[]; host: string; unit: Unit }) {
  const [view] = useView();
  const all = owners.reduce((sum, { total }) => sum + total[unit], 0);
  const ofAddress = owners.every(({ address }) => address === owners[0]!.address);
  return (
    <div className={styles.owners}>
      <h3>{ofAddress ? "Owners of the address in this range" : "Its addresses in this range"}</h3>
      <ul>
        {owners.slice(0, shownOwners).map(({ address, side, total }) => {
          const name = shortName(side, address);
          const other = owners.some(
            (each) => each.address === address && each.side.vnet === side.vnet && each.side !== side,
          );
          // Where the network does not tell two owners apart, the name does.
          const to = other && side.name !== "" ? hostSearch(view, side.name) : hostSearch(view, address, side.vnet);
          return (
            <li key={`${address} ${side.vnet} ${side.name}`}>
              {ofAddress ? <span>{name || "not known"}</span> : <Address address={address} side={side} brief />}
              <span className={`${styles.dim} number`}>
                {all === 0 ? "" : formatShare(total[unit] / all)} of {unit}
              </span>
              {(to.network || to.host !== host) && (
                <Link to="/host" search={to} title={`The page of ${name || address} alone`}>
                  This one alone
                </Link>
              )}
            </li>
          );
        })}
      </ul>
      {owners.length > shownOwners && <p className={styles.dim}>and {owners.length - shownOwners} more</p>}
    </div>
  );
}
