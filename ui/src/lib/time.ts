// How moments and spans are written on the page, in UTC, in the zone of
// the reader, or in any other. All moments are milliseconds since 1970.

/** "utc", "local" for that of the browser, or a name of the IANA, such as Europe/Paris. */
export type Zone = string;

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    const options: Intl.DateTimeFormatOptions = {
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    };
    if (zone !== "local") options.timeZone = zone;
    found = new Intl.DateTimeFormat("en-US", options);
    formats.set(zone, found);
  }
  return found;
}

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

function partsOf(at: number, zone: Zone): Parts {
  const parts = { year: "", month: "", day: "", hour: "", minute: "", second: "" };
  for (const part of format(zone).formatToParts(at)) {
    if (part.type in parts) parts[part.type as keyof Parts] = part.value;
  }
  return parts;
}

/** 2026-11-01 */
export function formatDate(at: number, zone: Zone): string {
  const p = partsOf(at, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

/** 12:03, or 12:03:20 where the seconds say something. */
export function formatClock(at: number, zone: Zone, seconds = at % minute !== 0): string {
  const p = partsOf(at, zone);
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

/** 2026-11-01 12:03 */
export function formatMoment(at: number, zone: Zone): string {
  return `${formatDate(at, zone)} ${formatClock(at, zone)}`;
}

/** From and to, the date of the end only where it is another day. */
export function formatSpan(from: number, to: number, zone: Zone): string {
  const sameDay = formatDate(from, zone) === formatDate(to, zone);
  return `${formatMoment(from, zone)} – ${sameDay ? formatClock(to, zone) : formatMoment(to, zone)}`;
}

/** Whether the browser knows a zone. */
export function isZone(zone: Zone): boolean {
  if (zone === "") return false;
  try {
    return format(zone) !== undefined;
  } catch {
    return false;
  }
}

/** How far the zone is ahead of UTC at that moment, in milliseconds. */
export function zoneOffset(at: number, zone: Zone): number {
  if (zone === "utc") return 0;
  if (zone === "local") return -new Date(at).getTimezoneOffset() * minute;
  const p = partsOf(at, zone);
  const written = Date.UTC(+p.year, +p.month - 1, +p.day, +p.hour, +p.minute, +p.second);
  return written - Math.floor(at / second) * second;
}

/** "UTC", or how far another zone is from it: "UTC+02:00". */
export function zoneName(at: number, zone: Zone): string {
  const offset = zoneOffset(at, zone);
  if (offset === 0) return "UTC";
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / hour)).padStart(2, "0");
  const minutes = String(Math.floor((size % hour) / minute)).padStart(2, "0");
  return `UTC${offset < 0 ? "−" : "+"}${hours}:${minutes}`;
}

/** The age of data in one unit: 14 s ago, 3 min ago, 2 h ago, 5 d ago, 2 y ago. */
export function formatAge(age: number): string {
  if (age < -minute) return `${formatDuration(-age)} ahead of the server's clock`;
  return `${formatDuration(Math.max(0, age))} ago`;
}

/** A length of time in its largest whole unit: 14 s, 3 min, 2 h, 5 d, 2 y. */
export function formatDuration(span: number): string {
  if (span < minute) return `${Math.floor(span / second)} s`;
  if (span < hour) return `${Math.floor(span / minute)} min`;
  if (span < 2 * day) return `${Math.floor(span / hour)} h`;
  if (span < 2 * 365 * day) return `${Math.floor(span / day)} d`;
  return `${Math.floor(span / (365 * day))} y`;
}

/** The value of an input of type datetime-local. */
export function toInput(at: number, zone: Zone): string {
  return new Date(at + zoneOffset(at, zone)).toISOString().slice(0, 19);
}

/** The moment in an input of type datetime-local; null where it holds none. */
export function fromInput(text: string, zone: Zone): number | null {
  const wall = Date.parse(`${text}Z`);
  if (text === "" || Number.isNaN(wall)) return null;
  // Twice, as the clock may change between the first guess and the moment itself.
  return wall - zoneOffset(wall - zoneOffset(wall, zone), zone);
}
