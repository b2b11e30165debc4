import { expect, test } from "vitest";
import { formatBytes, formatChange, formatCount, formatFull, formatShare, shortAcl } from "../../src/lib/format";

test("counts have at most three significant digits", () => {
  const f = (value: number, want: string) => expect(formatCount(value), String(value)).toBe(want);
  f(0, "0");
  f(7, "7");
  f(999, "999");
  f(1000, "1K");
  f(1234, "1.23K");
  f(12_345, "12.3K");
  f(123_456, "123K");
  f(1_500_000, "1.5M");
  f(2_000_000_000, "2B");
  f(3_400_000_000_000, "3.4T");
  f(9_999_000_000_000_000, "9999T");
  // The value just below a step must not be written 1000K.
  f(999_499, "999K");
  f(999_500, "1M");
  f(999_950, "1M");
  f(9_996, "10K");
  f(99_960, "100K");
  f(-1234, "−1.23K");
});

test("bytes are in powers of 1000 with a space before the unit", () => {
  const f = (value: number, want: string) => expect(formatBytes(value), String(value)).toBe(want);
  f(0, "0 B");
  f(999, "999 B");
  f(1000, "1 KB");
  f(45_600_000, "45.6 MB");
  f(7_000_000_000, "7 GB");
  f(1_230_000_000_000, "1.23 TB");
});

test("full values keep every digit and know the singular", () => {
  expect(formatFull(1_234_567, "packets")).toBe("1,234,567 packets");
  expect(formatFull(1, "flows")).toBe("1 flow");
  expect(formatFull(0, "bytes")).toBe("0 bytes");
});

test("shares", () => {
  const f = (share: number, want: string) => expect(formatShare(share), String(share)).toBe(want);
  f(0, "0%");
  f(0.0004, "<0.1%");
  f(0.042, "4.2%");
  f(0.05, "5%");
  f(0.372, "37%");
  f(1, "100%");
});

test("changes against the period before", () => {
  const f = (now: number, before: number, want: string | null) =>
    expect(formatChange(now, before), `${before} to ${now}`).toBe(want);
  f(110, 100, "+10%");
  f(50, 100, "−50%");
  f(1001, 1000, "+0.1%");
  f(100_001, 100_000, "+<0.1%");
  f(100, 100, "±0%");
  f(0, 0, "±0%");
  f(1100, 100, "×11");
  // From nothing to something has no ratio.
  f(5, 0, null);
});

test("an ACL goes by the last part of its id", () => {
  expect(shortAcl("/subscriptions/1/resourcegroups/rg/providers/x/networksecuritygroups/nsg-web")).toBe("nsg-web");
  expect(shortAcl("00000000-0000-0000-0000-000000000000")).toBe("00000000-0000-0000-0000-000000000000");
  expect(shortAcl("unspecified")).toBe("unspecified");
  expect(shortAcl("")).toBe("");
});
