import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import { AddRegular, ArrowResetRegular, SubtractRegular } from "@fluentui/react-icons";
import type { MapEdge, MapNode } from "../api/types";
import { formatMeasure, type Unit } from "../lib/format";
import { Button } from "../parts/Button";
import { concerns, endsOf, isNew, keyOf, looks, lookOf, waysOf, widthOf } from "./edges";
import { type Box, curve, fitting, type Group, layOut, shortName } from "./layout";
import styles from "./Picture.module.css";

interface Props {
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  unit: Unit;
  /** The id of a node, or the key of an edge; empty: nothing. */
  chosen: string;
  choose: (id: string) => void;
  /** Opens a network into its subnets, or closes it. */
  toggle: (network: MapNode) => void;
}

const step = 1.25; // of zoom

/** Nodes in their places, and between them what they have to do with each other. */
export function Picture({ nodes, edges, unit, chosen, choose, toggle }: Props) {
  const layout = useMemo(() => layOut(nodes), [nodes]);
  const byId = useMemo(() => new Map(nodes.map((one) => [one.id, one])), [nodes]);
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const drag = useRef<{ x: number; y: number } | null>(null);
  const frame = useRef<SVGSVGElement>(null);
  const most = Math.max(0, ...edges.filter(({ from, to }) => from !== to).map(({ all }) => all.total[unit]));
  const [width, height] = [layout.width / view.zoom, layout.height / view.zoom];

  const zoomBy = (by: number) =>
    setView(({ zoom, x, y }) => {
      const next = Math.min(8, Math.max(1, zoom * by));
      const grown = (size: number) => size / zoom / 2 - size / next / 2;
      return held({ zoom: next, x: x + grown(layout.width), y: y + grown(layout.height) }, layout);
    });
  const move = (dx: number, dy: number) => setView((v) => held({ ...v, x: v.x + dx, y: v.y + dy }, layout));
  const reset = () => setView({ zoom: 1, x: 0, y: 0 });
  const go = (id: string) => {
    const at = layout.places.get(id);
    choose(id);
    if (at && view.zoom > 1)
      setView((v) => held({ ...v, x: at.x + at.width / 2 - width / 2, y: at.y + at.height / 2 - height / 2 }, layout));
  };

  const keys: Record<string, () => void> = {
    "+": () => zoomBy(step),
    "=": () => zoomBy(step),
    "-": () => zoomBy(1 / step),
    r: reset,
    a: () => move(-width / 10, 0),
    d: () => move(width / 10, 0),
    w: () => move(0, -height / 10),
    s: () => move(0, height / 10),
    Escape: () => choose(""),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    act();
  };
  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    const box = frame.current?.getBoundingClientRect();
    if (!from || !box || event.buttons === 0) return;
    const scale = Math.max(width / box.width, height / box.height);
    move((from.x - event.clientX) * scale, (from.y - event.clientY) * scale);
    drag.current = { x: event.clientX, y: event.clientY };
  };

  return (
    // oxlint-disable-next-line no-static-element-interactions -- keys of what is inside
    <div className={styles.picture} onKeyDown={onKeyDown}>
      <div className={styles.tools}>
        <select className={styles.jump} aria-label="Go to" value="" onChange={(event) => go(event.target.value)}>
          <option value="">Go to…</option>
          {nodes.map((one) => (
            <option key={one.id} value={one.id}>
              {shortName(one)}
            </option>
          ))}
        </select>
        <Button
          size="small"
          icon={<AddRegular />}
          aria-label="Zoom in"
          title="Zoom in (+)"
          onClick={() => zoomBy(step)}
        />
        <Button
          size="small"
          icon={<SubtractRegular />}
          aria-label="Zoom out"
          title="Zoom out (-)"
          disabled={view.zoom === 1}
          onClick={() => zoomBy(1 / step)}
        />
        <Button
          size="small"
          icon={<ArrowResetRegular />}
          aria-label="Whole picture"
          title="Whole picture (R)"
          onClick={reset}
        />
      </div>
      <div className={styles.scroll}>
        <svg
          ref={frame}
          className={styles.frame}
          viewBox={`${view.x} ${view.y} ${width} ${height}`}
          role="group"
          aria-label="Who talks to whom"
          data-grab={view.zoom > 1}
          onPointerDown={(event) => (drag.current = { x: event.clientX, y: event.clientY })}
          onPointerMove={onPointerMove}
          onPointerUp={() => (drag.current = null)}
          onPointerLeave={() => (drag.current = null)}
        >
          <Arrows />
          {layout.groups.map((group) => (
            <Frame key={`${group.title} ${group.network}`} group={group} chosen={chosen} choose={choose} />
          ))}
          {edges.map((edge) => (
            <Edge
              key={keyOf(edge)}
              edge={edge}
              ends={endsOf(edge, byId)}
              places={layout.places}
              unit={unit}
              most={most}
              chosen={chosen}
              choose={choose}
            />
          ))}
          {layout.groups.map(({ x, y, width: wide, title, network }) => (
            <text
              key={`${title} ${network}`}
              className={styles.title}
              x={x + 16}
              y={y + 19}
              aria-hidden={network !== ""}
            >
              {fitting(title, Math.floor((wide - 32) / 7))}
            </text>
          ))}
          {nodes.map((one) => {
            const at = layout.places.get(one.id);
            return (
              at && <Node key={one.id} one={one} at={at} unit={unit} chosen={chosen} choose={choose} toggle={toggle} />
            );
          })}
        </svg>
      </div>
    </div>
  );
}

/** What is around nodes: of a network that is open it stands for the network. */
function Frame({ group, chosen, choose }: { group: Group; chosen: string; choose: (id: string) => void }) {
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

/** The view, within the picture. */
function held(view: { zoom: number; x: number; y: number }, { width, height }: { width: number; height: number }) {
  const within = (at: number, size: number) => Math.min(size - size / view.zoom, Math.max(0, at));
  return { zoom: view.zoom, x: within(view.x, width), y: within(view.y, height) };
}

/** An arrow for each look, since not every browser takes the colour of the line. */
function Arrows() {
  return (
    <defs>
      {looks.map(({ look }) => (
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
  unit: Unit;
  most: number;
  chosen: string;
  choose: (id: string) => void;
}

function Edge({ edge, ends, places, unit, most, chosen, choose }: EdgeProps) {
  const [from, to] = [places.get(edge.from), places.get(edge.to)];
  if (!ends || !from || !to || edge.from === edge.to) return null;
  const look = lookOf(edge);
  const ways = waysOf(edge);
  const { path, x, y } = curve(from, to);
  const arrow = `url(#arrow-${look})`;
  const mark = edge.link === "none" ? "?" : isNew(edge) ? "+" : look === "gone" ? "−" : "";
  const name = `${shortName(ends[0])} and ${shortName(ends[1])}: ${formatMeasure(edge.all.total[unit], unit)}, ${look}`;
  return (
    // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- the table below has all of them
    <g
      className={styles.edge}
      data-look={look}
      data-faded={chosen !== "" && !concerns(chosen, edge)}
      data-edge={keyOf(edge)}
      onClick={() => choose(chosen === keyOf(edge) ? "" : keyOf(edge))}
    >
      <title>{name}</title>
      <path className={styles.reach} d={path} />
      <path
        className={styles.line}
        d={path}
        strokeWidth={widthOf(edge, unit, most)}
        markerEnd={ways.out ? arrow : undefined}
        markerStart={ways.in ? arrow : undefined}
      />
      {mark !== "" && (
        <>
          <circle cx={x} cy={y} r="9" />
          <text x={x} y={y + 4.5} textAnchor="middle">
            {mark}
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
}

function Node({ one, at, unit, chosen, choose, toggle }: NodeProps) {
  const name = shortName(one);
  const about = [
    one.active ? formatMeasure(one.total[unit], unit) : "no traffic",
    one.hub && "hub",
    one.malicious && "malicious",
    one.logged === "none" && "not logged",
  ].filter(Boolean);
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
      onDoubleClick={() => one.kind === "vnet" && toggle(one)}
      onKeyDown={pressed(pick)}
    >
      <title>{one.name || name}</title>
      <rect x={at.x} y={at.y} width={at.width} height={at.height} rx="6" />
      <text className={styles.name} x={at.x + 12} y={at.y + 20}>
        {seen}
      </text>{" "}
      <text className={styles.about} x={at.x + 12} y={at.y + 37}>
        {said}
      </text>
    </g>
  );
}
