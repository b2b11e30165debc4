import { FluentProvider } from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { follow } from "../api/follow";
import { sourcesQuery, statusQuery } from "../api/queries";
import { Panel } from "../facts/Panel";
import { phone, useMedia } from "../lib/hooks";
import { DiskWarning } from "./DiskWarning";
import { useFolding } from "./folding";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { Side } from "./Side";
import styles from "./Shell.module.css";
import { LookProvider, partVariables, useLook } from "./theme";

// Most of it is of no use where there are no sources.
const SourceWarning = lazy(() => import("./SourceWarning"));

/** What is around every page: header, navigation, the page, footer. */
export function Shell() {
  const look = useLook();
  const folding = useFolding();
  const narrow = useMedia(phone);
  const { data: sources, isPending } = useQuery(sourcesQuery);
  const queries = useQueryClient();
  useEffect(() => follow(queries), [queries]);
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
          <Header look={look} folding={narrow ? null : folding} />
          {!narrow && <Side folded={folding.folded} />}
          <main id="main" tabIndex={-1} className={styles.main}>
            {/* At once with what warns above the page, so that nothing moves when that comes. */}
            <Suspense>
              {!isPending && (
                <>
                  {sources && sources.rows.length > 0 && <SourceWarning of={sources} />}
                  <DiskWarning />
                  <Outlet />
                </>
              )}
            </Suspense>
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
