import { expect, test } from "vitest";
import type { Finding } from "../../src/api/types";
import { shownFirst } from "../../src/overview/shown";

const finding = (kind: Finding["kind"], title: string): Finding => ({
  kind,
  title,
  total: { flows: 1, packets: 1, bytes: 1 },
  before: null,
  filter: "denied",
});

test("of many findings the first of each kind is shown, and of few all", () => {
  const f = (kinds: Finding["kind"][], want: number[]) => {
    const rows = kinds.map((kind, i) => finding(kind, `${i}`));
    expect(shownFirst(rows).map(({ title }) => Number(title))).toEqual(want);
  };
  f([], []);
  f(["upload"], [0]);
  f(["upload", "upload", "upload", "upload", "upload", "upload"], [0, 1, 2, 3, 4]);
  f(["upload", "upload", "upload", "upload", "attack", "new-machine"], [0, 1, 2, 4, 5]);
  f(
    ["malicious-allowed", "upload", "open-port", "attack", "attack", "blocked-more", "new-machine"],
    [0, 1, 2, 3, 5, 6],
  );
});
