// What the page asks, when it asks again, and how long an answer is good.

import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { Unit } from "../lib/format";
import type { Span } from "../lib/range";
import { writeMoment } from "../lib/url";
import { answer, get, Unreachable } from "./client";

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
        retry: (failures, error) => error instanceof Unreachable && failures < 2,
        retryDelay: 500,
      },
    },
  });
}

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(get("/api/v1/status", { signal })),
  refetchInterval: pollEvery,
  refetchOnWindowFocus: "always",
  staleTime: 0,
  retry: false,
});

/** An answer belongs to a span of time and to the state of the store it was read from. */
export interface Scope extends Span {
  commit: string | null;
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
