import type { Side } from "../api/types";
import { placeOf, verdictOf, whatItIs } from "../lib/side";
import styles from "./Address.module.css";
import { VerdictMark } from "./marks";

function verdict(side: Side): string {
  if (side.malicious) return `${verdictOf(side.category)}, in this range`;
  return side.class === "" ? "" : "Not on a threat list";
}

/** What a row knows of an address, shown without asking anyone. */
export function AddressCard({ address, side }: { address: string; side: Side }) {
  const named = side.name !== "" && side.name !== address;
  const facts: [string, string][] = [
    ["Is", whatItIs(side)],
    ["Network", side.network],
    ["Place", placeOf(side)],
    ["Service", side.service],
    ["Verdict", verdict(side)],
  ];
  const known = facts.filter(([, value]) => value !== "");
  return (
    <span className={styles.card}>
      <span className={styles.title}>
        <b>{named ? side.name : address}</b>
        {side.malicious && <VerdictMark category={side.category} />}
      </span>
      {named && <span className={styles.dim}>{address}</span>}
      {known.map(([name, value]) => (
        <span key={name} className={styles.fact}>
          <span className={styles.dim}>{name}</span> <span>{value}</span>
        </span>
      ))}
      {known.length === 0 && !named && <span className={styles.dim}>Nothing is known of it yet.</span>}
      <span className={styles.hint}>Click or Enter: everything about it</span>
    </span>
  );
}
