// The map by keys alone.

import type { KeyboardEvent, RefObject } from "react";
import { next, type Spot } from "./layout";
import { type Drawing, keyOf } from "./marks";
import { type Frame, held, nearer, type Sight, type Stage, wholeWorld } from "./world";

interface Props {
  drawing: Drawing;
  spots: ReadonlyMap<string, Spot>;
  chosen: string;
  choose: (id: string) => void;
  stage: Stage;
  move: (to: (frame: Frame) => Frame) => void;
  look: (sight: Sight) => void;
  root: RefObject<HTMLElement | null>;
}

const step = 1.4; // of zoom

/** What a key does on the map: zoom, move, go from mark to mark, and to the lines of one. */
export function useKeys({ drawing, spots, chosen, choose, stage, move, look, root }: Props) {
  const middle = { x: stage.width / 2, y: stage.height / 2 };
  const zoom = (by: number) => () => move((frame) => nearer(frame, by, middle, stage));
  const shift = (dx: number, dy: number) => () =>
    move((frame) =>
      held({ ...frame, x: frame.x - (dx * stage.width) / 8, y: frame.y - (dy * stage.height) / 8 }, stage),
    );
  const whole = () => look(wholeWorld);
  const acts: Record<string, () => void> = {
    "+": zoom(step),
    "=": zoom(step),
    "-": zoom(1 / step),
    "0": whole,
    r: whole,
    a: shift(-1, 0),
    d: shift(1, 0),
    w: shift(0, -1),
    s: shift(0, 1),
    ArrowLeft: shift(-1, 0),
    ArrowRight: shift(1, 0),
    ArrowUp: shift(0, -1),
    ArrowDown: shift(0, 1),
    Escape: () => choose(""),
  };
  const focus = (id: string) => {
    const all = root.current?.querySelectorAll<SVGGElement>("[data-mark]") ?? [];
    [...all].find((each) => each.dataset["mark"] === id)?.focus();
  };
  const goTo = (key: string) => {
    const from = (document.activeElement as SVGGElement | null)?.dataset["mark"];
    const to = from === undefined ? drawing.marks[0]?.id : next(spots, from, key as "ArrowLeft");
    if (to) focus(to);
  };
  /** The next line of the mark that has the focus. */
  const nextLine = () => {
    const from = (document.activeElement as SVGGElement | null)?.dataset["mark"];
    const lines = [...new Set(drawing.lines.filter((line) => line.from === from || line.to === from).map(keyOf))];
    const line = lines[(lines.indexOf(chosen) + 1) % lines.length];
    if (line) choose(line);
  };
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const arrow = key.startsWith("Arrow");
    const act =
      event.shiftKey && arrow ? () => goTo(key) : event.shiftKey && key === "l" ? nextLine : (acts[key] ?? null);
    if (!act) return;
    event.preventDefault();
    act();
  };
}
