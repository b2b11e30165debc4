import type { MapEdge, MapNode } from "../api/types";
import { formatMeasure, type Unit } from "../lib/format";
import { looks } from "../picture/looks";
import { endsOf, linkOf, looksOf } from "./edges";
import { shortName } from "./layout";
import styles from "./Picture.module.css";

interface Props {
  node: MapNode | undefined;
  edge: MapEdge | undefined;
  nodes: ReadonlyMap<string, MapNode>;
  unit: Unit;
  /** Where it is to stand, in pixels of the picture. */
  at: { x: number; y: number };
  /** Whether there is no room to its right. */
  left: boolean;
}

/** The numbers of what the pointer is over, or the focus on. */
export function Hover({ node, edge, nodes, unit, at, left }: Props) {
  const said = node ? ofNode(node, unit) : edge ? ofEdge(edge, nodes, unit) : null;
  if (!said) return null;
  return (
    // What it says has a card below the picture, and a label.
    <div className={styles.hover} data-left={left} style={{ left: at.x, top: at.y }} aria-hidden="true" data-hover>
      <b>{said.title}</b>
      {said.note !== "" && <span className={styles.note}>{said.note}</span>}
      <table>
        <tbody>
          {said.rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{formatMeasure(value, unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Said {
  title: string;
  note: string;
  rows: [string, number][];
}

function ofNode(one: MapNode, unit: Unit): Said {
  const notes = [one.region, one.hub && "hub", !one.active && "no traffic", one.logged === "none" && "not logged"];
  return {
    title: shortName(one),
    note: notes.filter(Boolean).join(" · "),
    rows: [
      ["All", one.total[unit]],
      ["Malicious", one.maliciousTotal[unit]],
    ],
  };
}

function ofEdge(edge: MapEdge, nodes: ReadonlyMap<string, MapNode>, unit: Unit): Said | null {
  const ends = endsOf(edge, nodes);
  if (!ends) return null;
  const [from, to] = ends.map(shortName) as [string, string];
  const { all, malicious, before } = edge;
  return {
    title: from === to ? `Within ${from}` : `${from} – ${to}`,
    note: [linkOf(edge), ...looksOf(edge).map((look) => looks[look].name.toLowerCase())].filter(Boolean).join(" · "),
    rows: [
      ["All", all.total[unit]],
      [`Allowed, from ${from}`, all.allowedOut[unit]],
      [`Allowed, from ${to}`, all.allowedIn[unit]],
      ["Blocked", all.denied[unit]],
      ["Malicious", malicious.total[unit]],
      ...(before ? ([["Before", before[unit]]] as [string, number][]) : []),
    ],
  };
}
