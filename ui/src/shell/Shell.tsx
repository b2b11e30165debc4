import { FluentProvider } from "@fluentui/react-components";
import { useIsFetching } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useDelayed } from "../lib/hooks";
import { Footer } from "./Footer";
import { Header } from "./Header";
import styles from "./Shell.module.css";
import { LookProvider, partVariables, useLook } from "./theme";

/** What is around every view: header, the view, footer. */
export function Shell() {
  const look = useLook();
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
        </div>
      </FluentProvider>
    </LookProvider>
  );
}

/** A thin line under the header, only where an answer takes long enough to wonder. */
function Busy() {
  const asking = useIsFetching({ predicate: (query) => query.queryKey[0] !== "status" }) > 0;
  const late = useDelayed(asking, 400);
  return <div className={styles.busy} data-on={late} aria-hidden="true" />;
}
