import { Link, useSearch } from "@tanstack/react-router";
import type { MapAnswer, MapNode } from "../api/types";
import { narrow } from "../lib/filter";
import type { Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { type Search, writeView } from "../lib/url";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { Value } from "../parts/Value";
import { endsOf, keyOf, linkOf } from "./edges";
import { shortName } from "./layout";
import styles from "./Topology.module.css";

interface Props {
  of: MapAnswer;
  nodes: ReadonlyMap<string, MapNode>;
  chosen: string;
  unit: Unit;
  opened: readonly string[];
  toggle: (network: MapNode) => void;
}

/** The numbers of what is chosen, and where there is more about it. */
export function Chosen({ of: data, nodes, chosen, unit, opened, toggle }: Props) {
  const one = nodes.get(chosen);
  if (one) {
    return (
      <Section level={2} card title={shortName(one)} beside={one.name}>
        <dl className={styles.facts}>
          <Fact name="All" value={one.total[unit]} unit={unit} />
          <Fact name="Malicious" value={one.maliciousTotal[unit]} unit={unit} />
          {one.region !== "" && <Text name="Region" text={one.region} />}
          {one.subscription !== "" && <Text name="Subscription" text={one.subscription} />}
          {one.logged !== "" && <Text name="NICs that are logged" text={one.logged} />}
        </dl>
        {one.kind === "vnet" && (
          <Button size="small" onClick={() => toggle(one)}>
            {opened.includes(one.name) ? "Show as one network" : "Show its subnets"}
          </Button>
        )}
        <More filter={one.filter} />
      </Section>
    );
  }
  const edge = data.edges.find((each) => keyOf(each) === chosen);
  const ends = edge && endsOf(edge, nodes);
  if (!edge || !ends) {
    return (
      <p className={styles.note}>
        Choose a node or a line for its numbers. A double click opens a network into its subnets.
      </p>
    );
  }
  const [from, to] = ends;
  const same = from === to;
  return (
    <Section
      level={2}
      card
      title={same ? `Within ${shortName(from)}` : `${shortName(from)} and ${shortName(to)}`}
      beside={linkOf(edge)}
    >
      <dl className={styles.facts}>
        <Fact name="All" value={edge.all.total[unit]} unit={unit} />
        {same || <Fact name={`Allowed, from ${shortName(from)}`} value={edge.all.allowedOut[unit]} unit={unit} />}
        {same || <Fact name={`Allowed, from ${shortName(to)}`} value={edge.all.allowedIn[unit]} unit={unit} />}
        {same && <Fact name="Allowed" value={edge.all.allowed[unit]} unit={unit} />}
        {same || <Fact name={`Denied, from ${shortName(from)}`} value={edge.all.deniedOut[unit]} unit={unit} />}
        {same || <Fact name={`Denied, from ${shortName(to)}`} value={edge.all.deniedIn[unit]} unit={unit} />}
        {same && <Fact name="Denied" value={edge.all.denied[unit]} unit={unit} />}
        <Fact name="Malicious" value={edge.malicious.total[unit]} unit={unit} />
        {edge.before && <Fact name="Before" value={edge.before[unit]} unit={unit} />}
      </dl>
      <More filter={edge.filter} />
    </Section>
  );
}

function Fact({ name, value, unit }: { name: string; value: number; unit: Unit }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Value value={value} unit={unit} named />
      </dd>
    </div>
  );
}

function Text({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

const further = [
  { to: "/hosts", name: "Hosts" },
  { to: "/conversations", name: "Conversations" },
  { to: "/ports", name: "Ports" },
  { to: "/rules", name: "Rules" },
  { to: "/malicious", name: "Malicious" },
  { to: "/flows", name: "Flows" },
] as const;

/** Links to the pages, about these flows alone. */
function More({ filter }: { filter: string }) {
  const [view] = useView();
  const search: Search = useSearch({ strict: false });
  if (filter === "") return null;
  const there = { ...writeView({ ...view, where: narrow(search.where ?? "", filter) }) };
  return (
    <p className={styles.more}>
      {further.map(({ to, name }) => (
        <Link key={to} to={to} search={there}>
          {name}
        </Link>
      ))}
    </p>
  );
}
