import type { ExposedPort } from "../api/types";
import { formatInteger } from "../lib/format";
import { countryName } from "../lib/place";
import { stateOf } from "./openColumns";
import styles from "./ListCard.module.css";
import { WaysTo } from "./WaysTo";

/** Who came to a port, and why it is open. */
export function OpenDetail({ port }: { port: ExposedPort }) {
  const { ways, countries, sources, maliciousSources } = port;
  return (
    <>
      {stateOf(port).map(({ text, title }) => (
        <p key={text}>{title}.</p>
      ))}
      {sources > 0 && (
        <p>
          {formatInteger(sources)} {sources === 1 ? "address" : "addresses"} came, {formatInteger(maliciousSources)} of
          them malicious; most flows from{" "}
          {countries
            .map(
              ({ country, sources: n }) =>
                `${country === "" ? "unknown places" : countryName(country)} (${formatInteger(n)})`,
            )
            .join(", ")}
          .
        </p>
      )}
      {ways.length > 0 && (
        <ul className={styles.ways}>
          {ways.map((way) => (
            <li key={`${way.resource} ${way.through} ${way.rules.map(({ rule }) => rule).join(" ")}`}>
              {way.kind} {way.resource}
              {way.through !== "" && `, ${way.through}`}
              {way.address !== "" && ` at ${way.address}`}
              {way.port !== 0 && ` port ${way.port}`}: from {way.from}
              {way.rules.length === 0
                ? "; no security group stands before it"
                : way.rules.map(({ level, acl, rule, priority }) => (
                    <span key={`${level} ${acl}`}>
                      {" "}
                      · {rule} (priority {priority}) of{" "}
                      {level === "admin" ? "the admin configuration" : `the ${level}'s group`}{" "}
                      {acl.slice(acl.lastIndexOf("/") + 1)}
                    </span>
                  ))}
            </li>
          ))}
        </ul>
      )}
      {sources > 0 && <WaysTo filter={port.filter} />}
    </>
  );
}
