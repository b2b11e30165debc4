import { OpenRegular } from "@fluentui/react-icons";
import { Link, useSearch } from "@tanstack/react-router";
import { useView } from "../lib/hooks";
import { type Search, type View, writeView } from "../lib/url";
import styles from "./Address.module.css";

/** The page of a host in the address: by its address or the name of a machine, in what was chosen for all pages. */
export function hostSearch(view: View, host: string, network = ""): Search {
  return { ...writeView(view), host, ...(network !== "" && { network }) };
}

interface Props {
  /** An address, or the name of a machine. */
  host: string;
  /** The virtual network that it is in; empty: any. */
  network?: string;
}

/** The way to the page of a host, beside its name: in sight where somebody looks at the row. */
export function HostLink({ host, network = "" }: Props) {
  const [view] = useView();
  const shown = useSearch({ strict: false }).host;
  if (shown === host) return null;
  const label = `Open the page of ${host}`;
  return (
    <Link to="/host" search={hostSearch(view, host, network)} className={styles.open} aria-label={label} title={label}>
      <OpenRegular aria-hidden="true" />
    </Link>
  );
}
