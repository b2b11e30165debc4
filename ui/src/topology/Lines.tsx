// Lines and nodes of a map that is too large for an element each, drawn on a canvas.

import type { Theme } from "@fluentui/react-components";
import { useEffect, useMemo, useRef } from "react";
import type { MapEdge, MapNode } from "../api/types";
import type { Unit } from "../lib/format";
import { around, beside, type Curve } from "../picture/curve";
import { dashesOf, type Look } from "../picture/looks";
import { concerns, strandsOf } from "./edges";
import { type Box, curveOf } from "./layout";
import styles from "./Picture.module.css";
import { useTheme } from "../shell/theme";
import type { Frame } from "../picture/useSteady";
import { inSight } from "./pointing";
import type { Size } from "./sight";

interface Props {
  edges: readonly MapEdge[];
  /** Those that are drawn here: none where each has an element. */
  nodes: readonly MapNode[];
  places: ReadonlyMap<string, Box>;
  unit: Unit;
  most: number;
  chosen: string;
  frame: Frame;
  screen: Size;
}

/** Finer dashes are not told apart from far away, and cost most of the time. */
const coarse = 2;

/** Lines of one look and width, which are drawn at once. */
interface Bundle {
  look: Look;
  width: number;
  faded: boolean;
  curves: Curve[];
}

export function Lines({ edges, nodes, places, unit, most, chosen, frame, screen }: Props) {
  const { theme } = useTheme();
  const colours = useMemo(() => coloursOf(theme), [theme]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const bundles = useMemo(() => bundlesOf(edges, places, unit, most, chosen), [edges, places, unit, most, chosen]);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const [width, height] = [Math.round(screen.width), Math.round(screen.height)];
    if (element.width !== width || element.height !== height) [element.width, element.height] = [width, height];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(frame.scale, 0, 0, frame.scale, frame.x, frame.y);
    const seen = inSight(frame, screen);
    const small = Math.min(1, frame.scale);
    for (const { look, width: wide, faded, curves } of bundles) {
      // Thin lines stay to be seen from far away.
      const width = Math.max(wide, 0.7 / frame.scale);
      context.globalAlpha = faded ? 0.1 : 0.8;
      context.strokeStyle = colours[look];
      context.lineWidth = width;
      context.setLineDash(dashesOf(look, Math.max(coarse, width * small)).map((part) => part / small));
      context.beginPath();
      for (const curve of curves) {
        if (!seen(around(curve))) continue;
        context.moveTo(curve.start.x, curve.start.y);
        context.quadraticCurveTo(curve.middle.x, curve.middle.y, curve.end.x, curve.end.y);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const one of nodes) {
      const at = places.get(one.id);
      if (!at) continue;
      context.fillStyle = colours.ground;
      context.strokeStyle = one.malicious ? colours.malicious : colours.border;
      context.lineWidth = (one.malicious ? 2 : 1) / frame.scale;
      context.fillRect(at.x, at.y, at.width, at.height);
      context.strokeRect(at.x, at.y, at.width, at.height);
    }
  }, [bundles, colours, nodes, places, frame, screen]);
  return <canvas ref={canvas} className={styles.lines} aria-hidden="true" />;
}

function bundlesOf(
  edges: readonly MapEdge[],
  places: ReadonlyMap<string, Box>,
  unit: Unit,
  most: number,
  chosen: string,
): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const edge of edges) {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to || edge.from === edge.to) continue;
    const faded = chosen !== "" && !concerns(chosen, edge);
    const curve = curveOf(from, to);
    for (const { look, width: exact, aside } of strandsOf(edge, unit, most)) {
      const width = Math.round(exact);
      const key = `${faded} ${look} ${width}`;
      let bundle = bundles.get(key);
      if (!bundle) bundles.set(key, (bundle = { look, width, faded, curves: [] }));
      bundle.curves.push(beside(curve, aside));
    }
  }
  // What is chosen lies above, and so does what is wide.
  return [...bundles.values()].toSorted((a, b) => Number(b.faded) - Number(a.faded) || a.width - b.width);
}

/** The colours of the theme: to ask the page for them would have it style everything first. */
function coloursOf(theme: Theme): Record<Look | "ground" | "border", string> {
  const quiet = theme.colorNeutralStrokeAccessible;
  return {
    benign: theme.colorBrandForeground1,
    malicious: theme.colorPaletteRedForeground1,
    blocked: theme.colorNeutralForeground3,
    gone: quiet,
    idle: quiet,
    ground: theme.colorNeutralBackground1,
    border: theme.colorNeutralStroke1,
  };
}
