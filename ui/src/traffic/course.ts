// What a chart shows over time: parts one on the other, and what all of them were in another time.

/** How many buckets are asked for; the server takes the next round width. */
export const chartPoints = 150;

/** A part of a course, whose values go down where it is told to. */
export interface CoursePart {
  id: string;
  name: string;
  colour: string;
  down?: boolean;
  values: readonly number[];
}

export interface Course {
  /** The start of each bucket. */
  times: number[];
  /** The width of a bucket in milliseconds. */
  grain: number;
  parts: readonly CoursePart[];
  ghost: Ghost | null;
}

/** What was at the same place of the time that a course is compared with; null where nothing is known of that. */
export type Then = readonly (number | null)[];

/** The course that another is compared with. */
export interface Ghost {
  /** When it was: "24 h before". */
  name: string;
  /** The start of its bucket at each place. */
  times: Then;
  /** What it is the sum of: the parts of the course, or all of it under a name of its own. */
  parts: readonly { id: string; down?: boolean; values: Then }[];
}

/** A line over the chart: a value at each bucket. */
export interface Line {
  id: string;
  colour: string;
  /** What tells it apart where colours do not. */
  dash: string;
  width: number;
  values: Then;
}

/** Which bucket of the time before lies at the place of each bucket; -1: none. Buckets of other widths lie nowhere. */
export function places(
  now: Pick<Course, "times" | "grain">,
  then: Pick<Course, "times" | "grain">,
  shift: number,
): number[] {
  const first = then.times[0];
  return now.times.map((at) => {
    if (first === undefined || now.grain !== then.grain) return -1;
    const place = Math.round((at - shift - first) / then.grain);
    return place < then.times.length ? place : -1;
  });
}

export function pick<T>(values: readonly T[], places: readonly number[]): (T | null)[] {
  return places.map((place) => values[place] ?? null);
}

/** The sums of a ghost over the parts that are shown, upwards and downwards; a direction without parts has none. */
export function ghostLines(ghost: Ghost, hidden: ReadonlySet<string>): { down: boolean; values: Then }[] {
  return [false, true].flatMap((down) => {
    const shown = ghost.parts.filter((part) => (part.down ?? false) === down && !hidden.has(part.id));
    if (shown.length === 0) return [];
    const values = ghost.times.map((at, i) =>
      at === null ? null : shown.reduce((sum, part) => sum + (part.values[i] ?? 0), 0),
    );
    return [{ down, values }];
  });
}

/** All of a ghost at a place. */
export function ghostAt({ parts }: Ghost, place: number): number | null {
  const values = parts.map((part) => part.values[place] ?? null);
  return values.every((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** Lines that differ by more than their colour, in the order of the parts. */
export const dashes: readonly string[] = ["", "7 3", "2 3", "9 3 2 3", "4 2 1 2 1 2", "1 4"];

/** Upwards as it is, downwards below the line. */
export function signed<T extends number | null>(values: readonly T[], down: boolean | undefined): T[] {
  return down ? values.map((value) => (value === null || value === 0 ? value : -value) as T) : [...values];
}
