import type { ReactNode } from "react";
import type { Unit } from "../lib/format";
import { Value } from "../parts/Value";
import styles from "./Facts.module.css";

/** What is said of a part of a picture: names and values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Sum({ name, value, unit }: { name: string; value: number; unit: Unit }) {
  return (
    <Fact name={name}>
      <Value value={value} unit={unit} named />
    </Fact>
  );
}
