import { useQuery } from "@tanstack/react-query";
import { knowledgeQuery, statusQuery } from "../api/queries";
import { formatBytes } from "../lib/format";
import styles from "./Footer.module.css";

export function Footer() {
  const { data } = useQuery(statusQuery);
  const { data: known, isPending } = useQuery(knowledgeQuery);
  // All at once, so that no part pushes another aside.
  if (!data || isPending) return <footer className={styles.footer} />;
  return (
    <footer className={styles.footer}>
      <span>
        Weir {data.version}
        {data.commit !== "" && ` (${data.commit.slice(0, 10)})`}
      </span>
      <span>DuckDB {data.duckdbVersion.replace(/^v/, "")}</span>
      <span>Go {data.goVersion.replace(/^go/, "")}</span>
      <span>store {formatBytes(data.counts.storedBytes)}</span>
      {known?.attribution.map((line) => (
        <span key={line}>{line}</span>
      ))}
      <span className={styles.spring} />
      <a href="/api/v1/openapi.json">API</a>
      <a href="/licences.txt">Licences</a>
    </footer>
  );
}
