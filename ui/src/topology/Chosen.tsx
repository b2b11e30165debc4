import { Link } from "@tanstack/react-router";
import type { Scope } from "../api/queries";
import type { MapAnswer, MapNode } from "../api/types";
import { narrow } from "../lib/filter";
import type { Unit } from "../lib/format";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { Fact, Facts, Sum } from "../picture/Facts";
import { More } from "../picture/More";
import { TopFew } from "../picture/TopFew";
import { hosts, machines, portsTable, rulesTable } from "../tables/table";
import { endsOf, keyOf, linkOf } from "./edges";
import { opens, shortName } from "./layout";
import styles from "./Topology.module.css";

interface Props {
  of: MapAnswer;
  nodes: ReadonlyMap<string, MapNode>;
  chosen: string;
  scope: Scope;
  unit: Unit;
  opened: readonly string[];
  toggle: (network: MapNode) => void;
}

/** The numbers of what is chosen, and where there is more about it. */
export function Chosen({ of: data, nodes, chosen, scope, unit, opened, toggle }: Props) {
  const one = nodes.get(chosen);
  if (one) {
    return (
      <Section level={2} card title={shortName(one)} beside={one.name}>
        <Facts>
          <Sum name="All" value={one.total[unit]} unit={unit} />
          <Sum name="Malicious" value={one.maliciousTotal[unit]} unit={unit} />
          {one.region !== "" && <Fact name="Region">{one.region}</Fact>}
          {one.subscription !== "" && <Fact name="Subscription">{one.subscription}</Fact>}
          {one.logged !== "" && <Fact name="NICs that are logged">{one.logged}</Fact>}
          {one.guards.length > 0 && <Fact name="Security groups">{one.guards.map(lastOf).join(", ")}</Fact>}
        </Facts>
        {opens(one) && (
          <Button size="small" onClick={() => toggle(one)}>
            {one.kind === "vnet"
              ? opened.includes(one.name)
                ? "Show as one network"
                : "Show its subnets"
              : opened.includes(one.name)
                ? "Show as one subnet"
                : "Show what is in it"}
          </Button>
        )}
        <Lists filter={one.filter} scope={scope} unit={unit} set={one.kind === "scaleset" ? one.name : ""} />
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
      <Facts>
        <Sum name="All" value={edge.all.total[unit]} unit={unit} />
        {same || <Sum name={`Allowed, from ${shortName(from)}`} value={edge.all.allowedOut[unit]} unit={unit} />}
        {same || <Sum name={`Allowed, from ${shortName(to)}`} value={edge.all.allowedIn[unit]} unit={unit} />}
        {same && <Sum name="Allowed" value={edge.all.allowed[unit]} unit={unit} />}
        {same || <Sum name={`Denied, from ${shortName(from)}`} value={edge.all.deniedOut[unit]} unit={unit} />}
        {same || <Sum name={`Denied, from ${shortName(to)}`} value={edge.all.deniedIn[unit]} unit={unit} />}
        {same && <Sum name="Denied" value={edge.all.denied[unit]} unit={unit} />}
        <Sum name="Malicious" value={edge.malicious.total[unit]} unit={unit} />
        {edge.before && <Sum name="Before" value={edge.before[unit]} unit={unit} />}
      </Facts>
      <Lists filter={edge.filter} scope={scope} unit={unit} set="" />
      <More filter={edge.filter} />
    </Section>
  );
}

const lastOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

interface ListsProps {
  filter: string;
  scope: Scope;
  unit: Unit;
  /** The scale set that it is; empty of all else. */
  set: string;
}

/** What is behind the numbers of a part of the picture. */
function Lists({ filter, scope, unit, set }: ListsProps) {
  const [view] = useView();
  if (filter === "") return null;
  const own = { ...scope, where: narrow(scope.where, filter) };
  const bad = { ...scope, where: narrow(own.where, "malicious") };
  const there = (term: string) => writeView({ ...view, where: narrow(own.where, term) });
  return (
    <>
      <div className={styles.lists}>
        {set !== "" && (
          <TopFew
            title="Instances"
            table={machines}
            scope={own}
            unit={unit}
            to="/hosts"
            keep={({ keys: [machine = ""] }) => machine.startsWith(`${set}_`)}
            most={20}
          />
        )}
        <TopFew title="Top sources" table={hosts} scope={own} unit={unit} sort="allowedOut" to="/hosts" />
        <TopFew
          title="Malicious addresses"
          table={hosts}
          scope={bad}
          unit={unit}
          sort="maliciousTotal"
          to="/malicious"
          keep={({ hosts: [host] = [] }) => host?.side.malicious === true}
        />
        <TopFew title="Application protocols" table={portsTable} scope={own} unit={unit} to="/ports" />
        <TopFew title="Rules that decided" table={rulesTable} scope={own} unit={unit} to="/rules" />
      </div>
      <p className={styles.ways}>
        <Link to="/flows" search={there("malicious")}>
          Malicious flows
        </Link>
        <Link to="/flows" search={there("status = denied")}>
          Blocked flows
        </Link>
      </p>
    </>
  );
}
