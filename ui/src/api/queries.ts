// What the page asks, when it asks again, and how long an answer is good.

import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Unit } from "../lib/format";
import type { AddressPanel, FlowPanel } from "../lib/panel";
import type { Span } from "../range/range";
import { writeMoment } from "../lib/url";
import { answer, Busy, get, Refused, Unreachable } from "./client";
import type { Knowledge } from "./types";

/** How often the page looks whether there is new data. */
export const pollEvery = 5_000;

/** Rows of a table on the page, and at most in an export (the API's own limit). */
export const shownRows = 10;
export const exportRows = 1_000;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // An answer is right until new data is committed, and then its key changes.
        staleTime: Infinity,
        gcTime: 60_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (failures, error) => failures < (error instanceof Busy ? 5 : error instanceof Unreachable ? 2 : 0),
        retryDelay: (_, error) => (error instanceof Busy ? error.wait : 500),
      },
    },
  });
}

/** What runs, how fresh its data is, and its revision, with which every answer about flows may change. */
export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(get("/api/v1/status", { signal })),
  refetchInterval: pollEvery,
  refetchOnWindowFocus: "always",
  staleTime: 0,
  retry: false,
});

/** An answer belongs to a span of time and to the revision of the store it was read from. */
export interface Scope extends Span {
  revision: string;
}

const span = ({ from, to }: Span) => ({ from: writeMoment(from), to: writeMoment(to) });

export const trafficQuery = (scope: Scope, points: number) =>
  queryOptions({
    queryKey: ["traffic", scope, points],
    queryFn: ({ signal }) => answer(get("/api/v1/traffic", { params: { query: { ...span(scope), points } }, signal })),
    placeholderData: keepPreviousData,
  });

const top = (scope: Scope, by: Unit, limit: number) => ({ ...span(scope), by, limit });

export const hostsQuery = (scope: Scope, by: Unit, limit = shownRows) =>
  queryOptions({
    queryKey: ["hosts", scope, by, limit],
    queryFn: ({ signal }) => answer(get("/api/v1/top/hosts", { params: { query: top(scope, by, limit) }, signal })),
    placeholderData: keepPreviousData,
  });

export const conversationsQuery = (scope: Scope, by: Unit, limit = shownRows) =>
  queryOptions({
    queryKey: ["conversations", scope, by, limit],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/top/conversations", { params: { query: top(scope, by, limit) }, signal })),
    placeholderData: keepPreviousData,
  });

export const portsQuery = (scope: Scope, by: Unit, limit = shownRows) =>
  queryOptions({
    queryKey: ["ports", scope, by, limit],
    queryFn: ({ signal }) => answer(get("/api/v1/top/ports", { params: { query: top(scope, by, limit) }, signal })),
    placeholderData: keepPreviousData,
  });

export const rulesQuery = (scope: Scope, by: Unit, limit = shownRows) =>
  queryOptions({
    queryKey: ["rules", scope, by, limit],
    queryFn: ({ signal }) => answer(get("/api/v1/top/rules", { params: { query: top(scope, by, limit) }, signal })),
    placeholderData: keepPreviousData,
  });

export const rejectsQuery = (commit: string | null) =>
  queryOptions({
    queryKey: ["rejects", commit],
    queryFn: ({ signal }) => answer(get("/api/v1/rejects", { params: { query: { limit: 200 } }, signal })),
    placeholderData: keepPreviousData,
  });

/** What is known about addresses changes without any new data, so it is asked for by the clock. */
export const knowledgeQuery = queryOptions({
  queryKey: ["knowledge"],
  queryFn: ({ signal }) => answer(get("/api/v1/knowledge", { signal })),
  refetchInterval: ({ state: { data, error } }) => {
    // A server without such knowledge would only refuse again.
    if (error instanceof Refused && !data) return false;
    return data && isBusy(data) ? pollEvery : 4 * pollEvery;
  },
  staleTime: pollEvery,
  retry: false,
});

function isBusy({ judging }: Knowledge): boolean {
  return judging.running || judging.unsettled > 0;
}

/** Only what was said: the server knows the rest. */
const asked = ({ at, vnet }: { at?: string | undefined; vnet?: string | undefined }) => ({
  ...(at && { at }),
  ...(vnet && { vnet }),
});

export const lookupQuery = (panel: AddressPanel) =>
  queryOptions({
    queryKey: ["lookup", panel],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/lookup", { params: { query: { address: panel.address, ...asked(panel) } }, signal })),
    staleTime: pollEvery,
  });

export const explainQuery = (panel: FlowPanel) =>
  queryOptions({
    queryKey: ["explain", panel],
    queryFn: ({ signal }) => {
      const { initiator, responder, port, protocol, direction } = panel;
      const query = { initiator, responder, port, protocol, direction, ...asked(panel) };
      return answer(get("/api/v1/explain", { params: { query }, signal }));
    },
    staleTime: pollEvery,
  });
