import { Link, useSearch } from "@tanstack/react-router";
import { narrow } from "../lib/filter";
import { useView } from "../lib/hooks";
import { type Search, writeView } from "../lib/url";
import styles from "./Facts.module.css";

const further = [
  { to: "/hosts", name: "Hosts" },
  { to: "/conversations", name: "Conversations" },
  { to: "/ports", name: "Ports" },
  { to: "/rules", name: "Rules" },
  { to: "/malicious", name: "Malicious" },
  { to: "/flows", name: "Flows" },
] as const;

/** Links to the pages, about the flows of a part of a picture alone. */
export function More({ filter }: { filter: string }) {
  const [view] = useView();
  const search: Search = useSearch({ strict: false });
  if (filter === "") return null;
  const there = writeView({ ...view, where: narrow(search.where ?? "", filter) });
  return (
    <p className={styles.more}>
      {further.map(({ to, name }) => (
        <Link key={to} to={to} search={there}>
          {name}
        </Link>
      ))}
    </p>
  );
}
