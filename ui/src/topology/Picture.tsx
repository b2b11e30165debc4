import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { MapEdge, MapNode } from "../api/types";
import type { Unit } from "../lib/format";
import type { Point } from "../picture/curve";
import { useGrip } from "../picture/useGrip";
import { useSteady } from "../picture/useSteady";
import { Drawing, legible } from "./Drawing";
import { keyOf } from "./edges";
import { Hover } from "./Hover";
import { type Arrow, type Box, type Layout, neighbour } from "./layout";
import styles from "./Picture.module.css";
import { edgeAt, nodeAt } from "./pointing";
import { closest, frameOf, held, nearer, type Sight, whole } from "./sight";
import { Tools } from "./Tools";
import { useScreen } from "./useScreen";
import { useSight } from "./useSight";

interface Props {
  layout: Layout;
  nodes: readonly MapNode[];
  /** Those that are drawn. */
  edges: readonly MapEdge[];
  unit: Unit;
  /** The id of a node, or the key of an edge; empty: nothing. */
  chosen: string;
  choose: (id: string) => void;
  /** Opens a network into its subnets, or closes it. */
  toggle: (network: MapNode) => void;
  /** What is in sight, as the link has it. */
  seen: string;
  keep: (sight: string) => void;
  picture: RefObject<SVGSVGElement | null>;
}

const step = 1.25; // of zoom

/** More than these have no element each: lines are drawn on a canvas, and nodes have one where they are read. */
const few = { nodes: 400, edges: 800 };

/** Nodes in their places, and between them what they have to do with each other. */
export function Picture({ layout, nodes, edges, unit, chosen, choose, toggle, seen, keep, picture }: Props) {
  const { places } = layout;
  const byId = useMemo(() => new Map(nodes.map((one) => [one.id, one])), [nodes]);
  const byKey = useMemo(() => new Map(edges.map((edge) => [keyOf(edge), edge])), [edges]);
  const [over, setOver] = useState("");
  const [current, setCurrent] = useState("");
  const stage = useRef<HTMLDivElement>(null);
  const screen = useScreen(stage);
  const [sight, move] = useSight(seen, keep, layout);
  const frame = frameOf(sight, layout, screen);
  const steadyOf = useCallback((one: Sight) => frameOf(one, layout, screen), [layout, screen]);
  const many = nodes.length > few.nodes || edges.length > few.edges;
  const [drawn, layer] = useSteady(sight, steadyOf, screen, many);
  const nearest = closest(layout, screen);
  const zoomBy = (by: number, around?: Point) => move((before) => nearer(before, by, layout, nearest, around));
  const shift = (dx: number, dy: number) => move((v) => held({ ...v, x: v.x + dx, y: v.y + dy }, layout));
  const [wide, high] = [layout.width / sight.zoom, layout.height / sight.zoom];

  /** Brings a node into sight, near enough to be read, and to the keyboard. */
  const go = (id: string) => {
    const at = places.get(id);
    if (!at) return;
    setCurrent(id);
    move((before) => {
      const read = many
        ? Math.max(before.zoom, (legible * 1.5 * before.zoom) / frameOf(before, layout, screen).scale)
        : before.zoom;
      const zoom = Math.min(nearest, read);
      if (zoom === 1) return before;
      return held(
        { zoom, x: at.x + at.width / 2 - layout.width / zoom / 2, y: at.y + at.height / 2 - layout.height / zoom / 2 },
        layout,
      );
    });
  };
  useEffect(() => {
    if (current !== "") picture.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(current)}"]`)?.focus();
  }, [current, picture]);

  const focused = () =>
    (document.activeElement as SVGGElement | null)?.dataset?.["node"] ?? (byId.has(chosen) ? chosen : current);
  const shownPlaces = useMemo(() => new Map([...places].filter(([id]) => byId.has(id))), [places, byId]);
  const toNext = (towards: Arrow) => {
    const next = neighbour(shownPlaces, focused(), towards);
    if (next) go(next);
  };
  /** The next line of the node that has the focus. */
  const toLine = () => {
    const from = focused();
    const keys = edges.filter((edge) => edge.from !== edge.to && (edge.from === from || edge.to === from)).map(keyOf);
    const next = keys[(keys.indexOf(chosen) + 1) % keys.length];
    if (!next) return;
    choose(next);
    setOver(next);
  };
  const keys: Record<string, () => void> = {
    "+": () => zoomBy(step),
    "=": () => zoomBy(step),
    "-": () => zoomBy(1 / step),
    r: () => move(() => whole),
    a: () => shift(-wide / 10, 0),
    d: () => shift(wide / 10, 0),
    w: () => shift(0, -high / 10),
    s: () => shift(0, high / 10),
    L: toLine,
    Escape: () => choose(""),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const arrow = event.shiftKey && event.key.startsWith("Arrow") ? (event.key as Arrow) : null;
    const act = arrow ? () => toNext(arrow) : (keys[event.key] ?? keys[event.key.toLowerCase()]);
    if (!act || (event.key === "R" && !event.shiftKey)) return;
    event.preventDefault();
    act();
  };

  const pointAt = (event: { clientX: number; clientY: number }): Point => {
    const box = stage.current!.getBoundingClientRect();
    return {
      x: (event.clientX - box.left - frame.x) / frame.scale,
      y: (event.clientY - box.top - frame.y) / frame.scale,
    };
  };
  const idAt = (event: { clientX: number; clientY: number }): string => {
    const point = pointAt(event);
    const node = nodeAt(point, nodes, places);
    if (node) return node.id;
    const edge = edgeAt(point, edges, places, 6 / frame.scale);
    return edge ? keyOf(edge) : "";
  };
  const { moved, handlers } = useGrip(stage, {
    shift: (dx, dy) => shift(-dx / frame.scale, -dy / frame.scale),
    zoom: (by, { x, y }) => zoomBy(by, pointAt({ clientX: x, clientY: y })),
  });
  const onPointerMove = (event: PointerEvent) => {
    handlers.onPointerMove(event);
    // What has no element says nothing of itself.
    if (many && event.buttons === 0 && !(event.target as Element).closest("[data-node]")) setOver(idAt(event));
  };
  const onClick = (event: React.MouseEvent) => {
    if (!many || moved.current || (event.target as Element).closest("[data-node]")) return;
    const id = idAt(event);
    choose(id === chosen ? "" : id);
  };
  const onDoubleClick = (event: React.MouseEvent) => {
    const one =
      many && !(event.target as Element).closest("[data-node]") ? nodeAt(pointAt(event), nodes, places) : null;
    if (one) toggle(one);
  };

  const hovered = over && places.get(over);
  const edge = byKey.get(over);
  const spot = hovered || (edge && middleOf(edge, places));
  return (
    // oxlint-disable-next-line no-static-element-interactions -- keys of what is inside
    <div className={styles.picture} onKeyDown={onKeyDown}>
      <Tools
        nodes={nodes}
        go={(id) => {
          choose(id);
          go(id);
        }}
        zoom={sight.zoom}
        most={nearest}
        nearer={() => zoomBy(step)}
        further={() => zoomBy(1 / step)}
        reset={() => move(() => whole)}
      />
      <div className={styles.scroll}>
        {/* oxlint-disable-next-line no-static-element-interactions, click-events-have-key-events -- of what has no element */}
        <div
          ref={stage}
          className={styles.stage}
          data-grab={sight.zoom > 1}
          {...handlers}
          onPointerMove={onPointerMove}
          onPointerLeave={(event) => {
            handlers.onPointerLeave(event);
            setOver("");
          }}
          onClick={onClick}
          onDoubleClick={onDoubleClick}
        >
          <div ref={layer} className={styles.layer} data-many={many}>
            <Drawing
              layout={layout}
              nodes={nodes}
              edges={edges}
              unit={unit}
              chosen={chosen}
              current={current}
              choose={choose}
              toggle={toggle}
              hover={setOver}
              sight={drawn}
              screen={screen}
              many={many}
              picture={picture}
            />
          </div>
          {spot && (
            <Hover
              node={byId.get(over)}
              edge={edge}
              nodes={byId}
              unit={unit}
              at={{ x: (spot.x + spot.width) * frame.scale + frame.x + 8, y: spot.y * frame.scale + frame.y }}
              left={(spot.x + spot.width) * frame.scale + frame.x > screen.width - 260}
            />
          )}
        </div>
      </div>
    </div>
  );
}

function middleOf({ from, to }: MapEdge, places: ReadonlyMap<string, Box>): Box | undefined {
  const [a, b] = [places.get(from), places.get(to)];
  if (!a || !b) return undefined;
  return {
    x: (a.x + a.width / 2 + b.x + b.width / 2) / 2,
    y: (a.y + a.height / 2 + b.y + b.height / 2) / 2,
    width: 0,
    height: 0,
  };
}
