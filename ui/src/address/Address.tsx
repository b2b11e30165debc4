import { Link } from "@tanstack/react-router";
import { createContext, type ReactNode, useContext } from "react";
import type { Side } from "../api/types";
import { usePanelSearch } from "../lib/hooks";
import { shortName, shortNetwork } from "../lib/side";
import { Hint } from "../parts/Hint";
import styles from "./Address.module.css";
import { AddressCard } from "./AddressCard";
import { HostLink } from "./HostLink";
import { PlaceBadge, VerdictMark } from "./marks";

/** The time that addresses on a view are looked up at, in RFC 3339; the end of the data where it is not said. */
export const AtContext = createContext<string | undefined>(undefined);

interface Props {
  address: string;
  side: Side;
  /** The network of the other side, from which an address without a network is seen. */
  seenFrom?: string;
  /** Whether there is room for no more than its name. */
  brief?: boolean;
  /** Whether each of its two lines must stay one, whatever it holds. */
  tight?: boolean;
  /** What else is to be said below the address. */
  note?: string | undefined;
  /** What is to be seen at once, beside the address. */
  mark?: ReactNode;
}

/**
 * An address with what it was: in short at once, more of it on hover or focus,
 * and all of it in the panel that it links to.
 */
export function Address({ address, side, seenFrom = "", brief = false, tight = false, note, mark }: Props) {
  const at = useContext(AtContext);
  const search = usePanelSearch({ kind: "address", address, at, vnet: side.vnet || seenFrom });
  const place = brief ? [] : [shortNetwork(side), side.class === "vnet" && side.region];
  const below = [...new Set([shortName(side, address), note, ...place])].filter(Boolean).join(" · ");
  return (
    <span className={styles.address} data-tight={tight}>
      <span className={styles.line}>
        <Hint content={<AddressCard address={address} side={side} />}>
          {(handlers) => (
            <Link to="." search={search} resetScroll={false} className={styles.link} {...handlers}>
              {address}
            </Link>
          )}
        </Hint>
        <PlaceBadge side={side} />
        {side.malicious && <VerdictMark category={side.category} />}
        {mark}
        <HostLink host={address} network={side.vnet} />
      </span>
      {below !== "" && (
        <span className={styles.below} data-brief={brief} title={below}>
          {below}
        </span>
      )}
    </span>
  );
}
