// The curves that lines of pictures are drawn as.

export interface Point {
  x: number;
  y: number;
}

/** A quadratic curve: where it begins, what it is drawn to, where it ends. */
export interface Curve {
  start: Point;
  middle: Point;
  end: Point;
}

/** The curve as SVG has it. */
export function pathOf({ start, middle, end }: Curve): string {
  const text = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M ${text(start)} Q ${text(middle)} ${text(end)}`;
}

/** The point at a part of the curve, from 0 at its start to 1 at its end. */
export function pointOf({ start, middle, end }: Curve, t: number): Point {
  const at = (axis: "x" | "y") => (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * middle[axis] + t ** 2 * end[axis];
  return { x: at("x"), y: at("y") };
}

/** The curve so far to its right, as one goes along it. */
export function beside({ start, middle, end }: Curve, by: number): Curve {
  const length = Math.hypot(end.x - start.x, end.y - start.y) || 1;
  const [dx, dy] = [(-(end.y - start.y) / length) * by, ((end.x - start.x) / length) * by];
  const moved = ({ x, y }: Point) => ({ x: x + dx, y: y + dy });
  return { start: moved(start), middle: moved(middle), end: moved(end) };
}

/** The box that all of the curve is in. */
export function around({ start, middle, end }: Curve): Point & { width: number; height: number } {
  const [x, y] = [Math.min(start.x, middle.x, end.x), Math.min(start.y, middle.y, end.y)];
  return {
    x,
    y,
    width: Math.max(start.x, middle.x, end.x) - x,
    height: Math.max(start.y, middle.y, end.y) - y,
  };
}
