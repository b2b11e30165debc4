import { Link } from "@tanstack/react-router";
import type { AddressFacts } from "../api/types";
import { hostSearch } from "../address/HostLink";
import { PlaceBadge, VerdictMark } from "../address/marks";
import { capital } from "../lib/format";
import { usePanelSearch, useView } from "../lib/hooks";
import { className, kindName, placeOf } from "../lib/side";
import { Pairs } from "../parts/Pairs";
import styles from "./Facts.module.css";

interface Props {
  part: "Initiator" | "Responder";
  facts: AddressFacts;
  vnet: string | undefined;
}

/** The facts of one side on which the type was decided. */
export function SideFacts({ part, facts, vnet }: Props) {
  const [view] = useView();
  const search = usePanelSearch({
    kind: "address",
    address: facts.address,
    at: facts.at,
    vnet: facts.vnet || vnet,
  });
  return (
    <div className={styles.side}>
      <p className={styles.over}>{part}</p>
      <p className={styles.summary}>
        <Link to="." search={search} resetScroll={false} title={`Everything about ${facts.address}`}>
          {facts.address}
        </Link>
        <PlaceBadge side={facts} />
        {facts.malicious && <VerdictMark category={facts.category} />}
        <Link to="/host" search={hostSearch(view, facts.address, facts.vnet || vnet)}>
          Host page<span className="hidden"> of {facts.address}</span>
        </Link>
      </p>
      <Pairs
        of={{
          Name: facts.name === facts.address ? "" : facts.name,
          "Counts as": className(facts.class),
          Kind: capital(kindName(facts.kind)),
          Network: facts.subnet || facts.vnet,
          Place: placeOf(facts),
          Service: facts.service || facts.organisation,
        }}
      />
    </div>
  );
}
