import { memo } from "react";
import type { Unit } from "../lib/format";
import { pathOf } from "../picture/curve";
import { arc } from "./layout";
import { type Line, lineKinds, type Mark } from "./marks";
import { ArrowHeads, ChangeSign, Land, LineArc, MarkShape } from "./parts";
import type { Scene } from "./scene";
import type { Lands } from "./useLand";
import type { Frame } from "./world";
import styles from "./WorldPicture.module.css";

export interface Shown {
  scene: Scene;
  unit: Unit;
  /** The mark or line that is chosen; empty: none. */
  chosen: string;
  /** The country that lines are about; empty: all. */
  country: string;
  pick: (id: string) => void;
}

interface Props extends Shown {
  lands: Lands;
  frame: Frame;
  shades: ReadonlyMap<string, number>;
  /** What the widest line has. */
  most: number;
}

/** The world with its lines, and the marks that have a place on it. */
export const SceneShapes = memo(function SceneShapes({ lands, frame, shades, most, ...shown }: Props) {
  const { scene, unit, chosen, pick } = shown;
  const byId = new Map(scene.marks.map((mark) => [mark.id, mark]));
  return (
    <>
      <ArrowHeads />
      {(["coarse", "fine"] as const).map((detail) => (
        <g key={detail} display={detail === lands.shown ? undefined : "none"}>
          <Land land={lands[detail]} frame={frame} shades={shades} chosen={chosen} pick={pick} />
        </g>
      ))}
      {lineKinds.flatMap((kind) =>
        scene.lines
          .filter((line) => line.kind === kind)
          .map((line) => {
            const [from, to] = [scene.spots.get(line.from), scene.spots.get(line.to)];
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
                  faded={isFaded(line, chosen)}
                  pick={pick}
                />
              )
            );
          }),
      )}
      {scene.signs.map(({ line, at }) => (
        <ChangeSign key={line.key} line={line} at={at} faded={isFaded(line, chosen)} pick={pick} />
      ))}
      <Marks {...shown} docked={false} />
      {scene.labels.map(({ id, text: name, x, y, height }) => (
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
    </>
  );
});

/** The marks on the world, or those of what has no place, which stay where they are when it moves. */
export const Marks = memo(function Marks({ scene, unit, chosen, country, pick, docked }: Shown & { docked: boolean }) {
  return scene.ranked
    .toReversed()
    .filter(({ place }) => (place === null) === docked)
    .map((mark) => {
      const spot = scene.spots.get(mark.id);
      return (
        spot && (
          <MarkShape
            key={mark.id}
            mark={mark}
            spot={spot}
            unit={unit}
            pressed={mark.id === chosen}
            faded={isOther(mark, country)}
            pick={pick}
          />
        )
      );
    });
});

function isFaded({ key, from, to }: Line, chosen: string): boolean {
  return chosen !== "" && ![key, from, to].includes(chosen);
}

function isOther({ kind, node }: Mark, country: string): boolean {
  return country !== "" && country !== "none" && kind === "country" && node?.name !== country;
}
