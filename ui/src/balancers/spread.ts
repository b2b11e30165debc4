// Where the parts of the picture of a balancer stand: sources to its left, back ends to its right, and ribbons whose
// height is their part of the whole.

/** Something on one side, with what went there. */
export interface Part {
  name: string;
  value: number;
  /** Its part that is malicious. */
  malicious: number;
}

export interface Bar extends Part {
  y: number;
  height: number;
}

export interface Ribbon {
  path: string;
  malicious: boolean;
}

export interface Spread {
  height: number;
  sources: readonly Bar[];
  backends: readonly Bar[];
  /** The balancer itself. */
  middle: { y: number; height: number };
  into: readonly Ribbon[];
  out: readonly Ribbon[];
}

export const column = { width: 200, bar: 8, middle: 190 };
export const widthOfPicture = 880;
const room = 34; // for the name and the number of each
const tall = 150; // what all of it takes, beside that room

/** The first parts and, as one, the rest. */
export function firstOf(parts: readonly Part[], most: number): Part[] {
  if (parts.length <= most) return [...parts];
  const rest = parts.slice(most - 1);
  return [
    ...parts.slice(0, most - 1),
    {
      name: `${rest.length} others`,
      value: rest.reduce((sum, { value }) => sum + value, 0),
      malicious: rest.reduce((sum, { malicious }) => sum + malicious, 0),
    },
  ];
}

export function spread(sources: readonly Part[], backends: readonly Part[]): Spread {
  const rows = Math.max(sources.length, backends.length, 1);
  const height = rows * room + tall;
  const left = bars(sources, height);
  const right = bars(backends, height);
  const middle = { y: (height - tall) / 2, height: tall };
  const [inX, outX] = [(widthOfPicture - column.middle) / 2, (widthOfPicture + column.middle) / 2];
  return {
    height,
    sources: left,
    backends: right,
    middle,
    into: ribbons(left, middle.y, (bar, y) => band(column.width + column.bar, bar.y, inX, y, bar.height)),
    out: ribbons(right, middle.y, (bar, y) =>
      band(outX, y, widthOfPicture - column.width - column.bar, bar.y, bar.height),
    ),
  };
}

/** One below the other, each with room for its words, all of them in the middle. */
function bars(parts: readonly Part[], height: number): Bar[] {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const tallOf = ({ value }: Part) => (whole === 0 ? 0 : (tall * value) / whole);
  let y = (height - parts.reduce((sum, part) => sum + Math.max(tallOf(part), 0) + room, 0)) / 2 + room / 2;
  return parts.map((part) => {
    const bar = { ...part, y, height: tallOf(part) };
    y += bar.height + room;
    return bar;
  });
}

function ribbons(list: readonly Bar[], top: number, path: (bar: Bar, y: number) => string): Ribbon[] {
  let y = top;
  return list.flatMap((bar) => {
    const from = y;
    y += bar.height;
    if (bar.height === 0) return [];
    const all = { path: path(bar, from), malicious: false };
    const bad = badOf(bar);
    return bad === 0 ? [all] : [all, { path: path({ ...bar, height: bad }, from), malicious: true }];
  });
}

/** How much of the height of a bar is malicious: never too little to be seen. */
export function badOf({ value, malicious, height }: Bar): number {
  return malicious === 0 || value === 0 ? 0 : Math.min(height, Math.max(2, (height * malicious) / value));
}

/** A band of one height from one place to another. */
function band(x1: number, y1: number, x2: number, y2: number, height: number): string {
  const [tallest, half] = [Math.max(height, 0.75), (x1 + x2) / 2];
  const at = (...list: number[]) => list.map((n) => n.toFixed(1)).join(" ");
  return (
    `M ${at(x1, y1)} C ${at(half, y1, half, y2, x2, y2)} L ${at(x2, y2 + tallest)} ` +
    `C ${at(half, y2 + tallest, half, y1 + tallest, x1, y1 + tallest)} Z`
  );
}
