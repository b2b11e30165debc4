import { memo, type RefObject, useMemo } from "react";
import type { MapEdge, MapNode } from "../api/types";
import type { Unit } from "../lib/format";
import { endsOf, keyOf } from "./edges";
import { signPlaces, titleBox } from "./labels";
import { type Box, fitting, type Layout } from "./layout";
import { Lines } from "./Lines";
import { Arrows, Edge, Frame, type Hovering, Node } from "./marks";
import styles from "./Picture.module.css";
import { inSight } from "./pointing";
import { frameOf, type Sight, type Size } from "./sight";

interface Props {
  layout: Layout;
  nodes: readonly MapNode[];
  edges: readonly MapEdge[];
  unit: Unit;
  chosen: string;
  /** The node that the keyboard is at: it has an element whatever is in sight. */
  current: string;
  choose: (id: string) => void;
  toggle: (network: MapNode) => void;
  hover: Hovering;
  sight: Sight;
  screen: Size;
  /** Whether there are too many for an element each. */
  many: boolean;
  picture: RefObject<SVGSVGElement | null>;
}

/** Nodes have elements, if there are many, where so many pixels stand for one of the picture: there they are read. */
export const legible = 0.4;

/** So few nodes have an element each, however small they are. */
const readable = 400;

const titled = 0.25; // the same of regions

/** The picture as it is at one sight. */
export const Drawing = memo(function Drawing(props: Props) {
  const { layout, nodes, edges, unit, chosen, current, choose, toggle, hover, sight, screen, many, picture } = props;
  const { places, groups } = layout;
  const frame = useMemo(() => frameOf(sight, layout, screen), [sight, layout, screen]);
  const byId = useMemo(() => new Map(nodes.map((one) => [one.id, one])), [nodes]);
  const most = useMemo(
    () => edges.reduce((max, { from, to, all }) => (from === to ? max : Math.max(max, all.total[unit])), 0),
    [edges, unit],
  );
  const plain = many && nodes.length > readable && frame.scale < legible;
  const signs = useMemo(
    () => (many ? null : signPlaces(edges, places, groups.map(titleBox))),
    [many, edges, places, groups],
  );
  const region = inSight(frame, screen);
  const seen = (box: Box | undefined) => box !== undefined && (!many || region(box));
  const kept = ({ id }: MapNode) => id === current || id === chosen || (!plain && seen(places.get(id)));
  return (
    <>
      {many && (
        <Lines
          edges={edges}
          nodes={plain ? nodes : none}
          places={places}
          unit={unit}
          most={most}
          chosen={chosen}
          frame={frame}
          screen={screen}
        />
      )}
      <svg
        ref={picture}
        className={styles.frame}
        viewBox={`${sight.x} ${sight.y} ${layout.width / sight.zoom} ${layout.height / sight.zoom}`}
        role="group"
        aria-label="Who talks to whom"
        data-moves
        data-many={many}
      >
        <Arrows />
        {groups.filter(seen).map((group) => (
          <Frame key={`${group.title} ${group.network}`} group={group} chosen={chosen} choose={choose} />
        ))}
        {!many &&
          edges.map((each) => (
            <Edge
              key={keyOf(each)}
              edge={each}
              ends={endsOf(each, byId)}
              places={places}
              sign={signs?.get(keyOf(each))}
              unit={unit}
              most={most}
              chosen={chosen}
              choose={choose}
              hover={hover}
            />
          ))}
        {groups
          .filter((group) => seen(group) && (!many || frame.scale > titled))
          .map(({ x, y, width, title, network }) => (
            <text
              key={`${title} ${network}`}
              className={styles.title}
              x={x + 16}
              y={y + 19}
              aria-hidden={network !== ""}
            >
              {fitting(title, Math.floor((width - 32) / 7))}
            </text>
          ))}
        {nodes.filter(kept).map((one) => {
          const at = places.get(one.id);
          return (
            at && (
              <Node
                key={one.id}
                one={one}
                at={at}
                unit={unit}
                chosen={chosen}
                choose={choose}
                toggle={toggle}
                hover={hover}
              />
            )
          );
        })}
      </svg>
    </>
  );
});

const none: readonly MapNode[] = [];
