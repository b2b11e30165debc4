import { Button } from "../parts/Button";
import { NavigationRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { statusQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Busy } from "./Busy";
import type { Folding } from "./folding";
import { Freshness } from "./Freshness";
import styles from "./Header.module.css";
import { LogOut } from "./LogOut";
import { Mark } from "./Mark";
import { PhoneMenu } from "./PhoneMenu";
import type { Look } from "./theme";
import { ThemeMenu } from "./ThemeMenu";

interface Props {
  look: Look;
  /** Null where there is no room for a navigation beside the page. */
  folding: Folding | null;
}

export function Header({ look, folding }: Props) {
  const { data } = useQuery(statusQuery);
  const [view] = useView();
  return (
    <header className={styles.header}>
      {folding ? <Fold {...folding} /> : <PhoneMenu />}
      <Link to="/" search={writeView(view)} className={styles.brand} aria-label="Weir, to the overview">
        <Mark />
        <span className={styles.wide}>Weir</span>
      </Link>
      {data?.demo && (
        <span className={styles.demo} title="The data on this page is simulated: weir demo wrote it.">
          Demo<span className={styles.wide}>&nbsp;· simulated data</span>
        </span>
      )}
      <div className={styles.spring} />
      <Freshness />
      <ThemeMenu choice={look.choice} setChoice={look.setChoice} />
      <LogOut />
      <Busy />
    </header>
  );
}

function Fold({ folded, fold }: Folding) {
  return (
    <Button
      appearance="subtle"
      icon={<NavigationRegular />}
      aria-label="Names of the pages"
      aria-expanded={!folded}
      aria-controls="pages"
      title={folded ? "Show the names of the pages" : "Make room: show only the pictures of the pages"}
      onClick={() => fold(!folded)}
    />
  );
}
