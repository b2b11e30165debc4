// What is open to the internet: where, who came, and why it is open.

import { Address } from "../address/Address";
import type { OpenSort } from "../api/queries";
import type { ExposedPort, OpenWay } from "../api/types";
import { Drill } from "../filter/Drill";
import { formatMoment, type Zone } from "../lib/time";
import { countryName } from "../lib/place";
import { isRange, portNumbers } from "../lib/port";
import { countColumn, measureColumn } from "../questions/columns";
import tables from "../tables/TableCard.module.css";
import type { ListColumn } from "./list";
import styles from "./ListCard.module.css";
import { type Mark, Marks } from "./Marks";

type OpenColumn = ListColumn<ExposedPort, OpenSort>;

const reasons: Record<string, Mark> = {
  unknown: { text: "not in the inventory", title: "The inventory does not have this address", grave: true },
  "no-way": {
    text: "no public way",
    title: "No public address, load balancer or NAT rule of the inventory leads there: it came through something else",
    grave: true,
  },
  denied: {
    text: "denied by now",
    title: "Rules of the inventory do not let it in: they have changed since, or another way leads there",
    grave: true,
  },
};

/** What is known of an open port. */
export function stateOf({ state, reason, usedPorts, logged, ways }: ExposedPort): Mark[] {
  const marks: Mark[] = [];
  if (state === "used" || state === "seen") marks.push({ text: "used", title: "The internet came, and was let in" });
  if (state === "unexplained") marks.push(reasons[reason] ?? reasons["unknown"]!);
  if (state === "unused") {
    marks.push({
      text: usedPorts > 0 ? `open, ${usedPorts} used` : "open, unused",
      title:
        usedPorts > 0
          ? "Rules let the internet in at all of these ports; those that are used have rows of their own"
          : "Rules let the internet in, and nobody came",
    });
    if (!logged)
      marks.push({
        text: "not logged",
        title: "No rule of the groups before it decided any flow of the range: who comes may not be seen",
      });
  }
  if (ways.some(({ anyone }) => anyone)) {
    marks.push({ text: "to anyone", title: "All of the internet may come", grave: state === "unused" });
  }
  return marks;
}

const last = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** How the internet comes in: "load balancer lb-web by AllowHttp (100)". */
export function wayText({ kind, resource, port, rules }: OpenWay): string {
  const by = rules.map(({ rule, priority }) => `${rule} (${priority})`).join(", ");
  return `${kind} ${last(resource)}${port === 0 ? "" : ` at port ${port}`}${by === "" ? ", no group before it" : ` by ${by}`}`;
}

export function openColumns(zone: Zone): [OpenColumn, ...OpenColumn[]] {
  const time = (id: "since" | "last", name: string): OpenColumn => ({
    id,
    name,
    width: 150,
    shown: true,
    cell: (port) => {
      const at = port[id];
      return at === null ? "never" : <span className="number">{formatMoment(Date.parse(at), zone)}</span>;
    },
    fields: [{ name: id, value: (port) => port[id] ?? "" }],
  });
  return [
    {
      id: "machine",
      name: "Machine",
      width: 244,
      sort: "key",
      cell: ({ address, side }) =>
        address.includes("/") ? (
          <>
            <span className={tables.name}>{side.name}</span>
            <span className={tables.beside}>{address}</span>
          </>
        ) : (
          <Address address={address} side={side} tight />
        ),
      fields: [
        { name: "address", value: ({ address }) => address },
        { name: "name", value: ({ side }) => side.name },
        { name: "network", value: ({ side }) => side.network },
      ],
    },
    {
      id: "port",
      name: "Port",
      width: 150,
      shown: true,
      cell: (port) => (
        <Drill terms={[{ name: `port ${portNumbers(port)} of ${port.address}`, text: port.filter }]}>
          <span className={styles.text}>
            {portNumbers(port)} {port.protocol} {!isRange(port) && port.application}
          </span>
        </Drill>
      ),
      fields: [
        { name: "port", value: portNumbers },
        { name: "protocol", value: ({ protocol }) => protocol },
        { name: "application", value: ({ application }) => application },
      ],
    },
    {
      id: "state",
      name: "State",
      width: 168,
      shown: true,
      cell: (port) => <Marks of={stateOf(port)} />,
      fields: [
        { name: "state", value: ({ state }) => state },
        { name: "reason", value: ({ reason }) => reason },
      ],
    },
    { ...measureColumn<ExposedPort>("total", "Let in", ({ total }) => total), sort: "total" },
    { ...measureColumn<ExposedPort>("malicious", "Malicious", ({ malicious }) => malicious), sort: "malicious" },
    { ...countColumn<ExposedPort>("sources", "Sources", "flows", ({ sources }) => sources), width: 84, shown: true },
    {
      ...countColumn<ExposedPort>("evil", "Malicious sources", "flows", ({ maliciousSources }) => maliciousSources),
      width: 132,
    },
    {
      id: "countries",
      name: "From",
      width: 150,
      shown: true,
      cell: ({ countries }) => {
        const text = countries.map(({ country }) => (country === "" ? "unknown" : countryName(country))).join(", ");
        return (
          <span className={styles.text} title={text}>
            {text}
          </span>
        );
      },
      fields: [{ name: "countries", value: ({ countries }) => countries.map(({ country }) => country).join(" ") }],
    },
    time("since", "Since"),
    time("last", "Last"),
    {
      id: "why",
      name: "Open through",
      width: 320,
      shown: true,
      cell: ({ ways }) => {
        const text = ways.map(wayText).join("; ");
        return (
          <span className={styles.text} title={text}>
            {text}
          </span>
        );
      },
      fields: [{ name: "through", value: ({ ways }) => ways.map(wayText).join("; ") }],
    },
  ];
}
