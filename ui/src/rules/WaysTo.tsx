import { Link } from "@tanstack/react-router";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import styles from "./ListCard.module.css";

const pages = [
  { to: "/conversations", name: "Top pairs" },
  { to: "/hosts", name: "Hosts" },
  { to: "/malicious", name: "Malicious ones" },
  { to: "/flows", name: "Flows" },
] as const;

/** From a row to the flows behind it, on other pages. */
export function WaysTo({ filter }: { filter: string }) {
  const [view] = useView();
  const search = writeView({ ...view, where: filter });
  return (
    <p className={styles.links}>
      {pages.map(({ to, name }) => (
        <Link key={to} to={to} search={search}>
          {name}
        </Link>
      ))}
    </p>
  );
}
