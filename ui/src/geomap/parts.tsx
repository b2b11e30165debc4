// The parts of the picture.

import { type KeyboardEvent, memo } from "react";
import { formatMeasure, type Unit } from "../lib/format";
import { countryName } from "../lib/place";
import { changeSigns, kinds } from "../picture/kinds";
import type { Point } from "../picture/curve";
import { dashesOf } from "../picture/looks";
import type { Spot } from "./layout";
import { type Line, type Mark, widthOf } from "./marks";
import { stateOf } from "./switches";
import type { Frame, Land as Outlines } from "./world";
import styles from "./WorldPicture.module.css";

/** An arrow head for each kind, since not every browser takes the colour of the line. */
export function ArrowHeads() {
  return (
    <defs>
      {kinds.map((kind) => (
        <marker
          key={kind}
          id={`map-arrow-${kind}`}
          className={styles.arrow}
          data-kind={kind}
          viewBox="0 0 8 8"
          refX="6.5"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="11"
          markerHeight="11"
          orient="auto-start-reverse"
        >
          <path d="M 0 0.5 L 8 4 L 0 7.5 z" />
        </marker>
      ))}
    </defs>
  );
}

interface LandProps {
  land: Outlines;
  frame: Frame;
  /** How strong the colour of each country is, 0 to 1. */
  shades: ReadonlyMap<string, number>;
  chosen: string;
  pick: (id: string) => void;
}

/** The countries, the darker the more traffic they have. */
export const Land = memo(function Land({ land, frame, shades, chosen, pick }: LandProps) {
  return (
    <g transform={`translate(${frame.x.toFixed(2)} ${frame.y.toFixed(2)}) scale(${frame.zoom.toFixed(4)})`}>
      {land.map(({ code, d }, i) => {
        const shade = shades.get(code) ?? 0;
        return (
          // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- its mark has the keys
          <path
            // oxlint-disable-next-line no-array-index-key -- some have no code, and their order is that of the map
            key={i}
            className={styles.land}
            d={d}
            data-land={code}
            data-busy={shade > 0}
            data-chosen={chosen === `country:${code}`}
            style={{ "--shade": `${(shade * 62).toFixed(1)}%` } as React.CSSProperties}
            onClick={shade > 0 ? () => pick(`country:${code}`) : undefined}
          >
            {shade > 0 && <title>{countryName(code)}</title>}
          </path>
        );
      })}
    </g>
  );
});

interface LineProps {
  line: Line;
  path: string;
  names: readonly [string, string];
  unit: Unit;
  most: number;
  faded: boolean;
  pick: (id: string) => void;
}

export function LineArc({ line, path, names, unit, most, faded, pick }: LineProps) {
  const said = line.kind === "gone" ? "before, gone now" : [line.kind, line.change].filter(Boolean).join(", ");
  const width = widthOf(line, unit, most);
  const head = `url(#map-arrow-${line.kind})`;
  const arrow = line.out && line.in ? "and" : line.out ? "to" : "from";
  return (
    // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- Shift+L, and the table below
    <g
      className={styles.line}
      data-kind={line.kind}
      data-line={line.key}
      data-faded={faded}
      onClick={() => pick(line.key)}
    >
      <title>{`${names[0]} ${arrow} ${names[1]}: ${formatMeasure(line.value[unit], unit)}, ${said}`}</title>
      <path className={styles.reach} d={path} />
      <path
        className={styles.stroke}
        d={path}
        strokeWidth={width.toFixed(2)}
        strokeDasharray={dashesOf(line.kind, width).join(" ")}
        markerEnd={line.out ? head : undefined}
        markerStart={line.in ? head : undefined}
      />
    </g>
  );
}

interface ChangeProps {
  line: Line;
  at: Point;
  faded: boolean;
  pick: (id: string) => void;
}

/** That a line is new, or gone. */
export function ChangeSign({ line: { key, kind, change }, at, faded, pick }: ChangeProps) {
  return (
    // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions -- its line has the keys
    <g
      className={`${styles.line} ${styles.change}`}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      data-kind={kind}
      data-change={change}
      data-of={key}
      data-faded={faded}
      onClick={() => pick(key)}
    >
      <title>{change}</title>
      <circle r="8" />
      <text y="4.5" textAnchor="middle">
        {changeSigns[change]}
      </text>
    </g>
  );
}

interface MarkProps {
  mark: Mark;
  spot: Spot;
  unit: Unit;
  pressed: boolean;
  faded: boolean;
  pick: (id: string) => void;
}

/** A place: what it is by its shape, whether it has traffic by its fill, whether it is logged by its ring. */
export function MarkShape({ mark, spot, unit, pressed, faded, pick }: MarkProps) {
  const act = () => pick(mark.id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  };
  const label = labelOf(mark, unit);
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- a button cannot stand in a picture
    <g
      role="button"
      tabIndex={0}
      className={styles.mark}
      transform={`translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`}
      aria-pressed={pressed}
      aria-label={label}
      data-mark={mark.id}
      data-kind={mark.kind}
      data-faded={faded}
      onClick={act}
      onKeyDown={onKeyDown}
    >
      <title>{label}</title>
      {spot.box ? <Plate mark={mark} box={spot.box} unit={unit} /> : <Sign mark={mark} radius={spot.radius} />}
    </g>
  );
}

/** A continent, or what has no place: its name with its number. */
function Plate({ mark, box, unit }: { mark: Mark; box: { width: number; height: number }; unit: Unit }) {
  return (
    <>
      <rect
        className={styles.plate}
        x={-box.width / 2}
        y={-box.height / 2}
        width={box.width}
        height={box.height}
        rx="7"
      />
      <text className={styles.name} y="-2.5" textAnchor="middle">
        {mark.name}
      </text>{" "}
      <text className={styles.about} y="11" textAnchor="middle">
        {formatMeasure(mark.total[unit], unit)}
      </text>
    </>
  );
}

function Sign({ mark, radius }: { mark: Mark; radius: number }) {
  const { node } = mark;
  const state = node && mark.kind === "region" ? stateOf(node) : "";
  const malicious = mark.malicious.flows + mark.malicious.packets > 0;
  return (
    <>
      <circle className={styles.touch} r="14" />
      {(node?.logged === "all" || node?.logged === "some") && (
        <circle className={styles.ring} r={radius + 3.5} data-logged={node.logged} />
      )}
      {state === "azure" || state === "unused" ? (
        <path
          className={styles.sign}
          data-state={state}
          d={`M 0 ${-radius} L ${radius} 0 L 0 ${radius} L ${-radius} 0 z`}
        />
      ) : mark.kind === "site" || mark.kind === "clients" ? (
        <path className={styles.sign} data-state="site" d="M -5 -5 H 5 V 5 H -5 z" />
      ) : (
        <circle className={styles.sign} r={radius} data-state={state} data-active={node?.active ?? true} />
      )}
      {malicious && (
        <path
          className={styles.warning}
          d="M 0 -4.5 L 4.5 3.5 L -4.5 3.5 z"
          transform={`translate(${radius + 1} ${-radius - 1})`}
        />
      )}
    </>
  );
}

/** A mark in words. */
function labelOf({ name, kind, node, total, malicious, members }: Mark, unit: Unit): string {
  const words = [
    `${name}: ${node && !node.active ? "no traffic" : `${formatMeasure(total[unit], unit)} ${unitWord(unit)}`.trim()}`,
  ];
  if (kind === "continent") words.push(`${members.length} ${members.length === 1 ? "country" : "countries"}`);
  if (node && kind === "region") {
    words.push({ deployed: "deployed", azure: "Azure's own addresses", unused: "not deployed" }[stateOf(node)]);
    if (node.deployed) {
      words.push({ all: "logged", some: "logged in part", none: "not logged", "": "no NICs known" }[node.logged]);
    }
  }
  if (malicious.flows + malicious.packets > 0) words.push("with malicious traffic");
  return words.join(", ");
}

function unitWord(unit: Unit): string {
  return unit === "bytes" ? "" : unit;
}
