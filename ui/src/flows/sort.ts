// By what the rows of flows can be sorted.

export const flowSorts = ["time", "flows", "packets", "bytes", "tuples"] as const;

export type FlowSort = (typeof flowSorts)[number];

/** What the address says; the newest first where it says nothing that can be. */
export function readSort(text: string | undefined): FlowSort {
  return flowSorts.find((each) => each === text) ?? "time";
}

/** What of a row counts in every sum, as people say it. */
export function countedText({ starts, forward, back }: { starts: boolean; forward: boolean; back: boolean }): string {
  if (starts && forward && back) return "all of it";
  if (!starts && !forward && !back) return "in another row";
  return [starts && "starts", forward && "forward", back && "back"].filter(Boolean).join(", ");
}
