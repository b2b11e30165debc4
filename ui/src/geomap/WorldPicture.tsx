import { type PointerEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import type { GeoAnswer } from "../api/types";
import { formatInteger, formatMeasure, type Unit } from "../lib/format";
import { pathOf } from "../picture/curve";
import { arc, dockHeight, dockOf, labelsOf, signsOf, type Spot, spotsOf } from "./layout";
import {
  countriesFrom,
  type Drawing,
  drawingOf,
  leading,
  type Line,
  lineKinds,
  type Mark,
  strength,
  volumes,
} from "./marks";
import { ArrowHeads, ChangeSign, Land, LineArc, MarkShape } from "./parts";
import type { SwitchId } from "./switches";
import { Tools } from "./Tools";
import { useKeys } from "./useKeys";
import { useSight } from "./useSight";
import { useSize } from "./useSize";
import { useWorld } from "./useWorld";
import { held, nearer, outlines, projectionFor, type Size, stageFor } from "./world";
import styles from "./WorldPicture.module.css";

interface Props {
  of: GeoAnswer;
  unit: Unit;
  on: ReadonlySet<SwitchId>;
  country: string;
  /** By what the widest line and the strongest colour are measured; that of the answer, where nothing is said. */
  against: GeoAnswer;
  /** The id of a node, or the key of an edge; empty: nothing. */
  chosen: string;
  choose: (id: string) => void;
  sight: string;
  keepSight: (text: string) => void;
  picture: RefObject<SVGSVGElement | null>;
}

/** The world, with places and what they have to do with each other. */
export function WorldPicture(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  return (
    <div ref={box} className={styles.box}>
      {size && size.width > 0 && size.height > 0 && <World {...props} size={size} />}
    </div>
  );
}

function World({
  of: data,
  unit,
  on,
  country,
  against,
  chosen,
  choose,
  sight: text,
  keepSight,
  picture,
  size,
}: Props & { size: Size }) {
  // What has no place depends on the whole range, so that nothing moves while time is played.
  const dock = useMemo(() => {
    const { marks } = drawingOf(against, { level: "countries", on, country: "" });
    return dockOf(marks, size);
  }, [against, on, size]);
  const below = dockHeight(dock, size);
  const stage = useMemo(() => stageFor(size, below), [size, below]);
  const projection = useMemo(() => projectionFor(stage, below), [stage, below]);
  const { sight, frame, move, look } = useSight(text, keepSight, projection, stage);
  const level = sight.zoom < countriesFrom ? "continents" : "countries";
  const world = useWorld(sight.zoom >= 3);
  const land = useMemo(() => outlines(world, projection), [world, projection]);
  const whole = useMemo(() => drawingOf(data, { level, on, country }), [data, level, on, country]);
  const chosenMark = whole.marks.find(({ id, members }) => id === chosen || members.includes(chosen))?.id ?? chosen;
  const places = useMemo(() => spotsOf(whole.marks, projection, frame, dock), [whole.marks, projection, frame, dock]);
  const drawing = useMemo(() => {
    const inSight = (id: string) => isWithin(places.get(id), size);
    return leading(withoutQuiet(whole, dock, on, chosenMark), unit, inSight, chosenMark);
  }, [whole, places, size, dock, on, unit, chosenMark]);
  const spots = useMemo(() => visible(places, drawing.marks), [places, drawing.marks]);
  const ranked = useMemo(() => rank(drawing.marks, unit), [drawing.marks, unit]);
  const labels = useMemo(() => labelsOf(ranked, spots, size), [ranked, spots, size]);
  const signs = useMemo(() => signsOf(drawing.lines, spots, labels), [drawing.lines, spots, labels]);
  const shades = useMemo(() => {
    const most = Math.max(0, ...volumes(against, on, unit).values());
    return new Map([...volumes(data, on, unit)].map(([code, value]) => [code, strength(value, most)]));
  }, [data, against, on, unit]);
  const most = useMemo(
    () =>
      Math.max(0, ...drawingOf(against, { level, on, country }).lines.map(({ value }) => value[unit])) /
      (against === data ? 1 : 8),
    [against, data, level, on, country, unit],
  );
  const keys = useKeys({ drawing, spots, chosen: chosenMark, choose, stage, move, look, root: picture });
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  useEffect(() => {
    const element = picture.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      // A page that is being scrolled is not to stop at the map.
      if (!event.ctrlKey && !event.metaKey && !element.contains(document.activeElement)) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      move((now) => nearer(now, Math.exp(-event.deltaY / 400), at, stage));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });
  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    if (!from || event.buttons === 0) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.moved && Math.hypot(dx, dy) < 4) return;
    drag.current = { x: event.clientX, y: event.clientY, moved: true };
    move((now) => held({ ...now, x: now.x + dx, y: now.y + dy }, stage));
  };
  const pick = (id: string) => {
    if (drag.current?.moved) return;
    choose(chosen === id ? "" : id);
  };
  const byId = new Map(drawing.marks.map((mark) => [mark.id, mark]));
  return (
    // oxlint-disable-next-line no-static-element-interactions -- keys of what is inside
    <div className={styles.picture} onKeyDown={keys}>
      <svg
        ref={picture}
        className={styles.frame}
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="group"
        aria-label="Where traffic comes from and goes to"
        data-level={level}
        data-zoom={sight.zoom.toFixed(2)}
        data-hidden={drawing.hidden}
        data-grab={sight.zoom > 1 || stage.world > size.width}
        onPointerDown={({ clientX, clientY }) => (drag.current = { x: clientX, y: clientY, moved: false })}
        onPointerMove={onPointerMove}
        onPointerLeave={() => (drag.current = null)}
      >
        <ArrowHeads />
        <Land land={land} frame={frame} shades={shades} chosen={chosen} pick={pick} />
        {lineKinds.flatMap((kind) =>
          drawing.lines
            .filter((line) => line.kind === kind)
            .map((line) => {
              const [from, to] = [spots.get(line.from), spots.get(line.to)];
              const ends = [byId.get(line.from), byId.get(line.to)];
              return (
                from &&
                to &&
                ends[0] &&
                ends[1] && (
                  <LineArc
                    key={`${line.key} ${kind}`}
                    line={line}
                    path={pathOf(arc(from, to, kind))}
                    names={[ends[0].name, ends[1].name]}
                    unit={unit}
                    most={most}
                    faded={isFaded(line, chosenMark)}
                    pick={pick}
                  />
                )
              );
            }),
        )}
        {signs.map(({ line, at }) => (
          <ChangeSign key={line.key} line={line} at={at} faded={isFaded(line, chosenMark)} pick={pick} />
        ))}
        {ranked.toReversed().map((mark) => {
          const spot = spots.get(mark.id);
          return (
            spot && (
              <MarkShape
                key={mark.id}
                mark={mark}
                spot={spot}
                unit={unit}
                pressed={mark.id === chosenMark}
                faded={country !== "" && country !== "none" && mark.kind === "country" && mark.node?.name !== country}
                pick={pick}
              />
            )
          );
        })}
        {labels.map(({ id, text: name, x, y, height }) => (
          <text
            key={id}
            className={styles.label}
            data-label={id}
            data-kind={byId.get(id)?.kind}
            x={x + 1}
            y={y + height - 3.5}
            aria-hidden="true"
          >
            {name}
          </text>
        ))}
      </svg>
      {drawing.hidden > 0 && (
        <p className={styles.rest}>
          {drawing.hidden === 1 ? "1 line" : `${formatInteger(drawing.hidden)} lines`} with{" "}
          {formatMeasure(drawing.rest[unit], unit)}
          {unit === "bytes" ? "" : ` ${unit}`} not drawn: come closer, or choose a place
        </p>
      )}
      <Tools
        zoom={sight.zoom}
        nearer={(by) => move((now) => nearer(now, by, { x: size.width / 2, y: size.height / 2 }, stage))}
        reset={() => look({ latitude: 0, longitude: 0, zoom: 1 })}
      />
    </div>
  );
}

/** What is drawn first gets its label first: deployed regions, then what has most. */
function rank(marks: readonly Mark[], unit: Unit): Mark[] {
  const weight = ({ kind, node }: Mark) => (kind === "region" && node?.deployed ? 2 : kind === "continent" ? 1 : 0);
  return marks.toSorted((a, b) => weight(b) - weight(a) || b.total[unit] - a.total[unit] || (a.id < b.id ? -1 : 1));
}

/** All that crosses the world to what has no place would cover what has one: it is drawn when it is wanted. */
function withoutQuiet(
  { marks, lines }: Drawing,
  dock: ReadonlyMap<string, Spot>,
  on: ReadonlySet<SwitchId>,
  chosen: string,
): Drawing {
  const placed = marks.some(({ kind, place, node }) => kind === "region" && place && node?.active);
  if (on.has("unplaced") || !placed) return { marks, lines };
  const isQuiet = ({ key, from, to }: Line) => (dock.has(from) || dock.has(to)) && ![key, from, to].includes(chosen);
  return { marks, lines: lines.filter((line) => !isQuiet(line)) };
}

function isFaded({ key, from, to }: Line, chosen: string): boolean {
  return chosen !== "" && ![key, from, to].includes(chosen);
}

function isWithin(spot: Spot | undefined, { width, height }: Size): boolean {
  return spot !== undefined && spot.x >= 0 && spot.x <= width && spot.y >= 0 && spot.y <= height;
}

function visible(spots: ReadonlyMap<string, Spot>, marks: readonly Mark[]): ReadonlyMap<string, Spot> {
  const drawn = new Set(marks.map(({ id }) => id));
  return new Map([...spots].filter(([id]) => drawn.has(id)));
}
