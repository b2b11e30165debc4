import type { Scope } from "../api/queries";
import type { GeoAnswer, GeoEdge, GeoNode, TableRow } from "../api/types";
import { is, narrow } from "../lib/filter";
import type { Measures, Unit } from "../lib/format";
import { countryName } from "../lib/place";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { Fact, Facts, Sum } from "../picture/Facts";
import { partOf } from "../picture/kinds";
import { More } from "../picture/More";
import { TopFew } from "../picture/TopFew";
import { hosts, owners, places as placeTables, portsTable } from "../tables/table";
import styles from "./Chosen.module.css";
import { nameOf } from "./marks";
import { places } from "./places";
import { stateOf } from "./switches";
import { writeSight } from "./world";
import { Zones } from "./Zones";

interface Props {
  of: GeoAnswer;
  chosen: string;
  scope: Scope;
  unit: Unit;
  choose: (id: string) => void;
  look: (sight: string) => void;
}

/** The numbers of what is chosen, what is behind them, and where there is more about it. */
export function Chosen(props: Props) {
  const { of: data, chosen, scope, unit } = props;
  const node = data.nodes.find(({ id }) => id === chosen);
  if (node) return <OneNode {...props} node={node} />;
  if (chosen.startsWith("continent:") && !chosen.includes("|")) return <Continent {...props} />;
  const edges = edgesOf(data, chosen);
  if (edges.length === 0) return <p className={styles.note}>Choose a place or a line for its numbers.</p>;
  const [from, to] = chosen.split("|").map((id) => nameOfId(data, id)) as [string, string];
  const [only] = edges;
  const filter = edges.length === 1 ? (only?.filter ?? "") : "";
  return (
    <Section level={2} card title={from === to ? `Within ${from}` : `${from} and ${to}`}>
      <Facts>
        <Sum name="All" value={sum(edges, ({ all }) => all.total, unit)} unit={unit} />
        <Sum name={`Allowed, from ${from}`} value={sum(edges, ({ all }) => all.allowedOut, unit)} unit={unit} />
        <Sum name={`Allowed, from ${to}`} value={sum(edges, ({ all }) => all.allowedIn, unit)} unit={unit} />
        <Sum name={`Denied, from ${from}`} value={sum(edges, ({ all }) => all.deniedOut, unit)} unit={unit} />
        <Sum name={`Denied, from ${to}`} value={sum(edges, ({ all }) => all.deniedIn, unit)} unit={unit} />
        <Sum name="Malicious" value={sum(edges, ({ malicious }) => malicious.total, unit)} unit={unit} />
        {only?.before && <Sum name="Before" value={sum(edges, ({ before }) => before, unit)} unit={unit} />}
      </Facts>
      {filter !== "" && (
        <div className={styles.lists}>
          <Lists scope={narrowed(scope, filter)} unit={unit} lists={["hosts", "ports"]} />
        </div>
      )}
      <More filter={filter} />
    </Section>
  );
}

/** The edges of a line: of one between a continent and a region those of its countries. */
function edgesOf({ nodes, edges }: GeoAnswer, chosen: string): readonly GeoEdge[] {
  const [from = "", to = ""] = chosen.split("|");
  const members = (id: string): ReadonlySet<string> =>
    id.startsWith("continent:")
      ? new Set(
          nodes
            .filter(({ kind, continent }) => kind === "country" && id === `continent:${continent}`)
            .map((node) => node.id),
        )
      : new Set([id]);
  const [a, b] = [members(from), members(to)];
  return edges.filter((edge) => (a.has(edge.from) && b.has(edge.to)) || (a.has(edge.to) && b.has(edge.from)));
}

function nameOfId({ nodes }: GeoAnswer, id: string): string {
  const node = nodes.find((one) => one.id === id);
  return node ? nameOf(node) : id.replace(/^continent:/, "");
}

function sum(edges: readonly GeoEdge[], of: (edge: GeoEdge) => Measures | null, unit: Unit): number {
  return edges.reduce((all, edge) => all + (of(edge)?.[unit] ?? 0), 0);
}

function narrowed(scope: Scope, filter: string): Scope {
  return { ...scope, where: narrow(scope.where, filter) };
}

/** What countries and regions have, by kind of traffic. */
function Verdicts({ edges, unit }: { edges: readonly GeoEdge[]; unit: Unit }) {
  const of = (kind: "benign" | "malicious" | "blocked") =>
    edges.reduce((all, edge) => {
      const part = partOf(edge, kind);
      return all + part.out[unit] + part.in[unit];
    }, 0);
  return (
    <>
      <Sum name="Benign" value={of("benign")} unit={unit} />
      <Sum name="Malicious" value={of("malicious")} unit={unit} />
      <Sum name="Blocked" value={of("blocked")} unit={unit} />
    </>
  );
}

function OneNode({ of: data, node, scope, unit, look, choose }: Props & { node: GeoNode }) {
  const own = data.edges.filter(({ from, to }) => from === node.id || to === node.id);
  const region = node.kind === "region";
  const at = node.place ?? coordinate(places.get(node.country));
  const name = nameOf(node);
  return (
    <Section level={2} card title={name} beside={besideOf(node)}>
      <div className={styles.head}>
        {at && (
          <Button size="small" onClick={() => look(writeSight({ ...at, zoom: region ? 6 : 4 }))}>
            Zoom to it
          </Button>
        )}
        <Button size="small" appearance="subtle" onClick={() => choose("")}>
          Let go
        </Button>
      </div>
      <Facts>
        <Sum name="All" value={node.total[unit]} unit={unit} />
        <Verdicts edges={own} unit={unit} />
        {region && <RegionFacts node={node} edges={own} unit={unit} />}
      </Facts>
      {node.active && <NodeLists node={node} scope={scope} unit={unit} />}
      <More filter={node.filter} />
    </Section>
  );
}

function coordinate(at: readonly [number, number] | undefined) {
  return at ? { longitude: at[0], latitude: at[1] } : null;
}

function besideOf(node: GeoNode): string {
  if (node.kind !== "region") return node.kind === "country" ? node.name.toUpperCase() : node.name;
  const state = { deployed: "deployed", azure: "Azure's own addresses", unused: "not deployed" }[stateOf(node)];
  const logged = { all: "all NICs logged", some: "some NICs logged", none: "no NIC logged", "": "" }[node.logged];
  return [node.name, state, node.active ? "active" : "no traffic", node.deployed ? logged : ""]
    .filter(Boolean)
    .join(" · ");
}

/** What stays inside a region, and what goes to others. */
function RegionFacts({ node, edges, unit }: { node: GeoNode; edges: readonly GeoEdge[]; unit: Unit }) {
  const inside = edges.filter(({ from, to }) => from === to);
  const others = edges.filter(({ from, to }) => from !== to && from.startsWith("region:") && to.startsWith("region:"));
  return (
    <>
      <Sum name="Stays inside" value={sum(inside, ({ all }) => all.total, unit)} unit={unit} />
      <Sum name="With other regions" value={sum(others, ({ all }) => all.total, unit)} unit={unit} />
      {node.country !== "" && <Fact name="Country">{countryName(node.country)}</Fact>}
    </>
  );
}

function NodeLists({ node, scope, unit }: { node: GeoNode; scope: Scope; unit: Unit }) {
  if (node.filter === "") return null;
  const all = narrowed(scope, node.filter);
  const common = { unit };
  if (node.kind === "country") {
    const isThere = ({ hosts: [host] = [] }: TableRow) => host?.side.country === node.name;
    return (
      <div className={styles.lists}>
        <TopFew {...common} title="Addresses" table={hosts} scope={all} to="/hosts" keep={isThere} />
        <TopFew
          {...common}
          title="Malicious addresses"
          table={hosts}
          scope={narrowed(all, "malicious")}
          sort="maliciousTotal"
          to="/malicious"
          keep={isThere}
        />
        <TopFew {...common} title="Operators" table={operators} scope={all} to="/places" />
        <Lists {...common} scope={all} lists={["ports"]} />
      </div>
    );
  }
  if (node.kind !== "region") {
    return (
      <div className={styles.lists}>
        <Lists {...common} scope={all} lists={["hosts", "ports"]} />
      </div>
    );
  }
  const [to, from] = [is("dst.region", node.name).text, is("src.region", node.name).text];
  const incoming = narrowed(scope, `${to} and not ${from}`);
  const other = ({ hosts: [host] = [] }: TableRow) => host !== undefined && host.side.region !== node.name;
  return (
    <div className={styles.lists}>
      <TopFew
        {...common}
        title="Top sources"
        table={hosts}
        scope={incoming}
        sort="allowedOut"
        to="/hosts"
        keep={other}
      />
      <TopFew
        {...common}
        title="Blocked sources"
        table={hosts}
        scope={narrowed(incoming, "denied")}
        sort="deniedOut"
        to="/hosts"
        keep={other}
      />
      <TopFew
        {...common}
        title="Malicious sources"
        table={hosts}
        scope={narrowed(all, "malicious")}
        sort="maliciousTotal"
        to="/malicious"
        keep={({ hosts: [host] = [] }) => host?.side.malicious === true}
      />
      <Lists {...common} scope={all} lists={["ports"]} />
      <TopFew {...common} title="VNets" table={table("vnets")} scope={all} to="/hosts" />
      <Zones region={node.name} scope={narrowed(scope, `${from} and ${to}`)} unit={unit} />
    </div>
  );
}

const table = (split: string) => owners.find((each) => each.split === split)!;
const operators = placeTables.find((each) => each.split === "operators")!;

interface ListsProps {
  scope: Scope;
  unit: Unit;
  lists: readonly ("hosts" | "ports")[];
}

function Lists({ scope, unit, lists }: ListsProps) {
  return (
    <>
      {lists.includes("hosts") && <TopFew title="Hosts" table={hosts} scope={scope} unit={unit} to="/hosts" />}
      {lists.includes("ports") && <TopFew title="Ports" table={portsTable} scope={scope} unit={unit} to="/ports" />}
    </>
  );
}

function Continent({ of: data, chosen, unit, choose, look }: Props) {
  const name = chosen.replace("continent:", "");
  const members = data.nodes
    .filter(({ kind, continent }) => kind === "country" && continent === name)
    .toSorted((a, b) => b.total[unit] - a.total[unit]);
  const own = new Set(members.map(({ id }) => id));
  const first = members[0] && places.get(members[0].name);
  return (
    <Section level={2} card title={name} beside={`${members.length} countries with traffic`}>
      <Facts>
        <Verdicts edges={data.edges.filter(({ from, to }) => own.has(from) || own.has(to))} unit={unit} />
      </Facts>
      <div className={styles.head}>
        {first && (
          <Button size="small" onClick={() => look(writeSight({ longitude: first[0], latitude: first[1], zoom: 2.5 }))}>
            Zoom to its countries
          </Button>
        )}
        {members.slice(0, 12).map((country) => (
          <Button key={country.id} size="small" appearance="subtle" onClick={() => choose(country.id)}>
            {countryName(country.name)}
          </Button>
        ))}
      </div>
    </Section>
  );
}
