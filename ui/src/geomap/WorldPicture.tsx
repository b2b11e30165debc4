import { type RefObject, useCallback, useImperativeHandle, useMemo, useRef } from "react";
import type { GeoAnswer } from "../api/types";
import { formatInteger, formatMeasure, type Unit } from "../lib/format";
import { fullPicture } from "../picture/full";
import { useGrip } from "../picture/useGrip";
import { type Frame as Steady, useSteady } from "../picture/useSteady";
import { dockHeight, dockOf } from "./layout";
import { countriesFrom, drawingOf, strength, volumes } from "./marks";
import { sceneOf } from "./scene";
import { Marks, SceneShapes } from "./SceneShapes";
import type { SwitchId } from "./switches";
import { Tools } from "./Tools";
import { useKeys } from "./useKeys";
import { useLand } from "./useLand";
import { useSight } from "./useSight";
import { useSize } from "./useSize";
import { type Frame, held, nearer, projectionFor, type Size, stageFor, wholeWorld } from "./world";
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
  /** Makes the picture as one, to be saved. */
  save: RefObject<(() => SVGSVGElement | null) | null>;
  /** The element of all of it. */
  root: RefObject<HTMLDivElement | null>;
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

const steadyOf = ({ zoom, x, y }: Frame): Steady => ({ scale: zoom, x, y });

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
  save,
  root,
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
  const [drawn, layer] = useSteady(frame, steadyOf, size, true);
  const level = drawn.zoom < countriesFrom ? "continents" : "countries";
  const lands = useLand(stage, below, drawn.zoom >= 3);
  const whole = useMemo(() => drawingOf(data, { level, on, country }), [data, level, on, country]);
  const chosenMark = whole.marks.find(({ id, members }) => id === chosen || members.includes(chosen))?.id ?? chosen;
  const scene = useMemo(
    () => sceneOf(whole, { dock, on, unit, chosen: chosenMark }, projection, drawn, size),
    [whole, dock, on, unit, chosenMark, projection, drawn, size],
  );
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
  const keys = useKeys({ drawing: scene, spots: scene.spots, chosen: chosenMark, choose, stage, move, look, root });
  const { moved, handlers } = useGrip(root, {
    shift: (dx, dy) => move((now) => held({ ...now, x: now.x + dx, y: now.y + dy }, stage)),
    zoom: (by, { x, y }) => {
      const { left, top } = root.current!.getBoundingClientRect();
      move((now) => nearer(now, by, { x: x - left, y: y - top }, stage));
    },
  });
  const pick = useCallback(
    (id: string) => {
      if (!moved.current) choose(chosen === id ? "" : id);
    },
    [moved, choose, chosen],
  );
  const shown = { scene, unit, chosen: chosenMark, country, pick };
  const shapes = <SceneShapes {...shown} lands={lands} frame={drawn} shades={shades} most={most} />;
  const docked = <Marks {...shown} docked />;
  const viewBox = `0 0 ${size.width} ${size.height}`;
  useImperativeHandle(
    save,
    () => () =>
      fullPicture(
        root.current!,
        <svg className={styles.frame} viewBox={viewBox}>
          {shapes}
          {docked}
        </svg>,
      ),
  );
  return (
    // oxlint-disable-next-line no-static-element-interactions -- keys of what is inside
    <div className={styles.picture} onKeyDown={keys}>
      <div
        ref={root}
        className={styles.stage}
        role="group"
        aria-label="Where traffic comes from and goes to"
        data-moves
        data-level={level}
        data-zoom={sight.zoom.toFixed(2)}
        data-hidden={scene.hidden}
        data-closer={sight.zoom > 1}
        data-grab={sight.zoom > 1 || stage.world > size.width}
        {...handlers}
      >
        <div ref={layer} className={styles.layer}>
          <svg className={styles.frame} viewBox={viewBox}>
            {shapes}
          </svg>
        </div>
        <svg className={styles.dock} viewBox={viewBox}>
          {docked}
        </svg>
      </div>
      {scene.hidden > 0 && (
        <p className={styles.rest}>
          {scene.hidden === 1 ? "1 line" : `${formatInteger(scene.hidden)} lines`} with{" "}
          {formatMeasure(scene.rest[unit], unit)}
          {unit === "bytes" ? "" : ` ${unit}`} not drawn: come closer, or choose a place
        </p>
      )}
      <Tools
        zoom={sight.zoom}
        nearer={(by) => move((now) => nearer(now, by, { x: size.width / 2, y: size.height / 2 }, stage))}
        reset={() => look(wholeWorld)}
      />
    </div>
  );
}
