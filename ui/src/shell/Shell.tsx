import { FluentProvider } from "@fluentui/react-components";
import { useIsFetching, useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { statusQuery } from "../api/queries";
import { Panel } from "../facts/Panel";
import { useDelayed } from "../lib/hooks";
import { Footer } from "./Footer";
import { Header } from "./Header";
import styles from "./Shell.module.css";
import { LookProvider, partVariables, useLook } from "./theme";

/** What is around every view: header, the view, footer. */
export function Shell() {
  const look = useLook();
  useAskAgain();
  useFollow();
  return (
    <LookProvider value={look}>
      <FluentProvider theme={look.theme}>
        {/* Not on the provider: it gives its class to every pop-up as well. */}
        <div className={styles.shell} style={partVariables(look.parts)}>
          <a href="#main" className={styles.skip}>
            Skip to content
          </a>
          <Header choice={look.choice} setChoice={look.setChoice} />
          <Busy />
          <main id="main" tabIndex={-1} className={styles.main}>
            <Outlet />
          </main>
          <Footer />
          <Panel />
        </div>
      </FluentProvider>
    </LookProvider>
  );
}

/** What could not be answered while the server was away is asked again when it is back. */
function useAskAgain(): void {
  const { error } = useQuery(statusQuery);
  const queries = useQueryClient();
  const lost = error !== null;
  useEffect(() => {
    if (!lost) void queries.refetchQueries({ predicate: (query) => query.state.status === "error" });
  }, [lost, queries]);
}

/** What is said about addresses and flows is asked again when it may have changed. */
function useFollow(): void {
  const revision = useQuery(statusQuery).data?.revision;
  const queries = useQueryClient();
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current !== undefined && seen.current !== revision) {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => followers.has(queryKey[0]) });
    }
    seen.current = revision;
  }, [revision, queries]);
}

const followers = new Set<unknown>(["knowledge", "lookup", "explain"]);

// Nobody waits for what is asked for again and again.
const byTheClock = new Set<unknown>(["status", "knowledge"]);

/** A thin line under the header, only where an answer takes long enough to wonder. */
function Busy() {
  const asking = useIsFetching({ predicate: (query) => !byTheClock.has(query.queryKey[0]) }) > 0;
  const late = useDelayed(asking, 400);
  return <div className={styles.busy} data-on={late} aria-hidden="true" />;
}
