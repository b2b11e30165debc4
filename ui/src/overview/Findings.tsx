import {
  ArrowTrendingDownRegular,
  ArrowTrendingRegular,
  ArrowUploadRegular,
  BugRegular,
  DesktopPulseRegular,
  type FluentIcon,
  GaugeRegular,
  GlobeRegular,
  ShieldErrorRegular,
  ShieldProhibitedRegular,
} from "@fluentui/react-icons";
import { Link } from "@tanstack/react-router";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { Finding, FindingsAnswer } from "../api/types";
import { formatCount, formatInteger, formatMeasure } from "../lib/format";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Section } from "../parts/Section";
import { Failure } from "../states/Failure";
import styles from "./Findings.module.css";
import { shownFirst } from "./shown";

/** How a kind of finding is shown: grave ones say so in words, not by colour alone. */
interface Kind {
  name: string;
  grave: boolean;
  Icon: FluentIcon;
  /** The page that shows its flows best. */
  to: "/conversations" | "/rules";
}

const kinds: Record<Finding["kind"], Kind> = {
  "malicious-allowed": { name: "Malicious, allowed", grave: true, Icon: BugRegular, to: "/conversations" },
  upload: { name: "Upload", grave: true, Icon: ArrowUploadRegular, to: "/conversations" },
  "open-port": { name: "Open port", grave: true, Icon: GlobeRegular, to: "/conversations" },
  attack: { name: "Attack, denied", grave: false, Icon: ShieldErrorRegular, to: "/conversations" },
  "blocked-more": { name: "Blocks more", grave: false, Icon: ShieldProhibitedRegular, to: "/rules" },
  "gateway-full": { name: "Gateway nearly full", grave: false, Icon: GaugeRegular, to: "/conversations" },
  "new-machine": { name: "New machine", grave: false, Icon: DesktopPulseRegular, to: "/conversations" },
  rose: { name: "Rose", grave: false, Icon: ArrowTrendingRegular, to: "/conversations" },
  fell: { name: "Fell", grave: false, Icon: ArrowTrendingDownRegular, to: "/conversations" },
};

interface Props {
  query: UseQueryResult<FindingsAnswer>;
  /** Whether to keep room, because it was once shown empty. */
  reserve: boolean;
}

/** What deserves a look, each with its numbers and the way to its flows. */
export function Findings({ query, reserve }: Props) {
  const [all, setAll] = useState(false);
  const { data } = query;
  const rows = data?.rows ?? [];
  const begin = shownFirst(rows);
  return (
    <div className={styles.room} data-reserve={reserve}>
      <Section
        title="What deserves a look"
        level={2}
        card
        beside={data && rows.length > 0 ? formatInteger(rows.length) : undefined}
      >
        {query.isError && !data && <Failure error={query.error} again={() => void query.refetch()} />}
        {query.isPending && <p className={styles.quiet}>Looking…</p>}
        {data && rows.length === 0 && (
          <p className={styles.quiet}>
            Nothing does: no malicious address was let pass, no port for administration answered the internet, no rule
            denies far more than before.
          </p>
        )}
        {rows.length > 0 && (
          <ul className={styles.list}>
            {(all ? rows : begin).map((finding) => (
              <Row key={finding.kind + finding.title} finding={finding} />
            ))}
          </ul>
        )}
        {rows.length > begin.length && (
          <button type="button" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show ${rows.length - begin.length} more`}
          </button>
        )}
        {data && data.compared === null && rows.length > 0 && (
          <p className={styles.note}>There is no data of the time before, so nothing is told as new.</p>
        )}
      </Section>
    </div>
  );
}

function Row({ finding }: { finding: Finding }) {
  const [view] = useView();
  const { name, grave, Icon, to } = kinds[finding.kind];
  const { total, before } = finding;
  return (
    <li className={styles.row} data-grave={grave}>
      <span className={styles.icon} aria-hidden="true">
        <Icon />
      </span>
      <span className={styles.kind}>{name}</span>
      <Link
        to={to}
        search={writeView({ ...view, where: finding.filter })}
        className={styles.title}
        title="Show its flows"
      >
        {finding.title}
      </Link>
      <span className={`${styles.numbers} number`}>
        {formatCount(total.flows)} {total.flows === 1 ? "flow" : "flows"}
        {total.bytes > 0 && `, ${formatMeasure(total.bytes, "bytes")}`}
        {before && (
          <span className={styles.before}>
            {` · before ${formatCount(before.flows)}`}
            {total.bytes + before.bytes > 0 && `, ${formatMeasure(before.bytes, "bytes")}`}
          </span>
        )}
        {" · "}
        <Link
          to="/flows"
          search={writeView({ ...view, where: finding.filter })}
          className={styles.rows}
          title="Show the rows behind it"
        >
          Flows<span className="hidden"> of {finding.title}</span>
        </Link>
      </span>
    </li>
  );
}
