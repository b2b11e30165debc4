// What stands for a node, an edge and a region in the picture.

import type { KeyboardEvent } from "react";
import type { MapEdge, MapNode } from "../api/types";
import { formatMeasure, type Unit } from "../lib/format";
import { beside, pathOf } from "../picture/curve";
import { dashesOf, type Look, looks } from "../picture/looks";
import { concerns, keyOf, mainOf, strandsOf, waysOf } from "./edges";
import { lineOf, signOf } from "./labels";
import { type Box, curveOf, fitting, type Group, opens, shortName } from "./layout";
import styles from "./Picture.module.css";

/** Tells over what the pointer is, or what has the focus; empty: over nothing. */
export type Hovering = (id: string) => void;

/** What is around nodes: of a network that is open it stands for the network. */
export function Frame({ group, chosen, choose }: { group: Group; chosen: string; choose: (id: string) => void }) {
  const { x, y, width, height, title, network } = group;
  const inside = <rect x={x} y={y} width={width} height={height} rx="8" />;
  if (network === "") return <g className={styles.group}>{inside}</g>;
  const pick = () => choose(chosen === network ? "" : network);
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- a button cannot stand in a picture
    <g
      role="button"
      tabIndex={0}
      className={styles.group}
      data-open="true"
      aria-pressed={chosen === network}
      aria-label={`${title}, shown as its subnets`}
      onClick={pick}
      onKeyDown={pressed(pick)}
    >
      {inside}
    </g>
  );
}

/** Does what a click does with the keys of a button. */
function pressed(act: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
}

/** An arrow for each look, since not every browser takes the colour of the line. */
export function Arrows() {
  return (
    <defs>
      {(Object.keys(looks) as Look[]).map((look) => (
        <marker
          key={look}
          id={`arrow-${look}`}
          className={styles.arrow}
          data-look={look}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="12"
          markerHeight="12"
          orient="auto-start-reverse"
        >
          <path d="M 0 0 L 8 4 L 0 8 z" />
        </marker>
      ))}
    </defs>
  );
}

interface EdgeProps {
  edge: MapEdge;
  ends: [MapNode, MapNode] | null;
  places: ReadonlyMap<string, Box>;
  /** Where its sign is, if it has one and there is room for it. */
  sign: { x: number; y: number } | undefined;
  unit: Unit;
  most: number;
  chosen: string;
  choose: (id: string) => void;
  hover: Hovering;
}

export function Edge({ edge, ends, places, sign, unit, most, chosen, choose, hover }: EdgeProps) {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  if (!ends || !from || !to || edge.from === edge.to) return null;
  const strands = strandsOf(edge, unit, most);
  const look = mainOf(strands);
  const ways = waysOf(edge);
  const curve = curveOf(from, to);
  const arrow = `url(#arrow-${look})`;
  const kinds = strands.map((strand) => strand.look).join(", ");
  const name = `${shortName(ends[0])} and ${shortName(ends[1])}: ${formatMeasure(edge.all.total[unit], unit)}, ${kinds}`;
  return (
    // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- the table below has all of them
    <g
      className={styles.edge}
      data-look={look}
      data-faded={chosen !== "" && !concerns(chosen, edge)}
      data-edge={keyOf(edge)}
      onClick={() => choose(chosen === keyOf(edge) ? "" : keyOf(edge))}
      onPointerEnter={() => hover(keyOf(edge))}
      onPointerLeave={() => hover("")}
    >
      <desc>{name}</desc>
      <path className={styles.reach} d={pathOf(curve)} />
      {strands.map(({ look: strand, width, aside }) => (
        <path
          key={strand}
          className={styles.line}
          data-look={strand}
          d={pathOf(beside(curve, aside))}
          strokeWidth={width.toFixed(2)}
          strokeDasharray={dashesOf(strand, width).join(" ")}
        />
      ))}
      <path
        className={styles.heads}
        d={pathOf(curve)}
        markerEnd={ways.out ? arrow : undefined}
        markerStart={ways.in ? arrow : undefined}
      />
      {sign && (
        <>
          <circle cx={sign.x} cy={sign.y} r="9" />
          <text x={sign.x} y={sign.y + 4.5} textAnchor="middle">
            {signOf(edge)}
          </text>
        </>
      )}
    </g>
  );
}

interface NodeProps {
  one: MapNode;
  at: Box;
  unit: Unit;
  chosen: string;
  choose: (id: string) => void;
  toggle: (network: MapNode) => void;
  hover: Hovering;
}

export function Node({ one, at, unit, chosen, choose, toggle, hover }: NodeProps) {
  const name = shortName(one);
  const about = [
    one.active ? formatMeasure(one.total[unit], unit) : "no traffic",
    one.hub && "hub",
    one.malicious && "malicious",
    one.logged === "none" && "not logged",
  ].filter((fact) => fact !== false);
  // It begins as what is to be seen, and has all of a name that was cut.
  const [seen, said] = [fitting(name), about.join(" · ")];
  const label = seen === name ? `${seen} ${said}` : `${seen} ${said}: ${name}`;
  const pick = () => choose(chosen === one.id ? "" : one.id);
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- a button cannot stand in a picture
    <g
      role="button"
      tabIndex={0}
      className={styles.node}
      data-active={one.active}
      data-malicious={one.malicious}
      data-node={one.id}
      aria-pressed={chosen === one.id}
      aria-label={label}
      onClick={pick}
      onDoubleClick={() => opens(one) && toggle(one)}
      onKeyDown={pressed(pick)}
      onPointerEnter={() => hover(one.id)}
      onPointerLeave={() => hover("")}
      onFocus={() => hover(one.id)}
      onBlur={() => hover("")}
    >
      <rect x={at.x} y={at.y} width={at.width} height={at.height} rx="6" />
      <text className={styles.name} x={at.x + 12} y={at.y + 20}>
        {seen}
      </text>{" "}
      <text className={styles.about} x={at.x + 12} y={at.y + 37}>
        {lineOf(about)}
      </text>
    </g>
  );
}
