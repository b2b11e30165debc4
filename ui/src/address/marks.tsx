// Small marks beside an address: where it is, and whether it is to be feared.

import { ShieldErrorFilled } from "@fluentui/react-icons";
import type { Side } from "../api/types";
import { countryName, drawsFlags, flagOf } from "../lib/place";
import { isEverywhere, verdictOf } from "../lib/side";
import styles from "./Address.module.css";

/** The region of Azure's own address, the country of any other public one; what is ours has its network instead. */
export function PlaceBadge({ side }: { side: Pick<Side, "class" | "country" | "region"> }) {
  if (isEverywhere(side)) return null;
  if (side.class !== "azure" || side.region === "") return side.country && <CountryBadge code={side.country} />;
  return (
    <span className={styles.badge} title={`Azure region ${side.region}`}>
      {side.region}
    </span>
  );
}

export function CountryBadge({ code }: { code: string }) {
  return (
    <span className={styles.badge} title={countryName(code)}>
      {drawsFlags() && <span aria-hidden="true">{flagOf(code)} </span>}
      <span aria-hidden="true">{code.toUpperCase()}</span>
      <span className="hidden">{countryName(code)}</span>
    </span>
  );
}

export function VerdictMark({ category }: { category: string }) {
  const word = verdictOf(category);
  return (
    <span className={styles.malicious} title="On a threat list at that time">
      <ShieldErrorFilled aria-hidden="true" />
      {word !== "Malicious" && <span className="hidden">Malicious: </span>}
      {word}
    </span>
  );
}
