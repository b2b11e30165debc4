// How numbers, addresses and rules are written on the page.

/** What is counted. */
export type Unit = "flows" | "packets" | "bytes";

export const units: readonly Unit[] = ["flows", "packets", "bytes"];

/** One count in each unit, as every answer of the API holds it. */
export interface Measures {
  flows: number;
  packets: number;
  bytes: number;
}

const countSuffixes = ["", "K", "M", "B", "T"];
const byteSuffixes = ["B", "KB", "MB", "GB", "TB", "PB"];

/** Three significant digits at most, thousands by suffix: 999, 1.23K, 45.6M, 7B. */
export function formatCount(value: number): string {
  const { digits, step } = scale(value, countSuffixes.length - 1);
  return digits + countSuffixes[step];
}

/** The same for bytes, in powers of 1000: 999 B, 1.23 KB, 45.6 MB. */
export function formatBytes(value: number): string {
  const { digits, step } = scale(value, byteSuffixes.length - 1);
  return `${digits} ${byteSuffixes[step]}`;
}

export function formatMeasure(value: number, unit: Unit): string {
  return unit === "bytes" ? formatBytes(value) : formatCount(value);
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Every digit, for titles and screen readers: 1,234,567 packets. */
export function formatFull(value: number, unit: Unit): string {
  const one = value === 1 ? unit.slice(0, -1) : unit;
  return `${grouped.format(value)} ${one}`;
}

export function formatInteger(value: number): string {
  return grouped.format(value);
}

/** A part of a whole: 0%, <0.1%, 4.2%, 37%. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return "0%";
  if (percent < 0.1) return "<0.1%";
  return percent < 10 ? `${trimZeros(percent.toFixed(1))}%` : `${percent.toFixed(0)}%`;
}

/** How a value changed against the one before it; null where there is nothing to compare with. */
export function formatChange(now: number, before: number): string | null {
  if (before === 0) return now === 0 ? "±0%" : null;
  const change = (now - before) / before;
  if (change >= 10) return `×${formatCount(now / before)}`;
  const percent = change * 100;
  const size = Math.abs(percent);
  if (size === 0) return "±0%";
  const digits = size < 0.1 ? "<0.1" : size < 10 ? trimZeros(size.toFixed(1)) : size.toFixed(0);
  return `${percent < 0 ? "−" : "+"}${digits}%`;
}

/** The last part of a resource id, which is the name people know it by. */
export function shortAcl(acl: string): string {
  const parts = acl.split("/").filter((part) => part !== "");
  return parts.at(-1) ?? acl;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function scale(value: number, maxStep: number): { digits: string; step: number } {
  let step = 0;
  let rest = Math.abs(value);
  // 999.5 and more would be written with four digits, so it moves up too.
  while (step < maxStep && rest >= 999.5) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 ? String(Math.round(rest)) : threeDigits(rest);
  return { digits: value < 0 ? `−${digits}` : digits, step };
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return trimZeros(value.toFixed(1));
  return trimZeros(value.toFixed(2));
}

function trimZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
