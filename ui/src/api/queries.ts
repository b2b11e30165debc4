// What the page asks, when it asks again, and how long an answer is good.

import {
  type FetchQueryOptions,
  keepPreviousData,
  QueryClient,
  type QueryKey,
  queryOptions,
} from "@tanstack/react-query";
import type { Measures, Unit } from "../lib/format";
import type { AddressPanel, FlowPanel } from "../lib/panel";
import type { Span } from "../range/range";
import { minute } from "../lib/time";
import { writeMoment } from "../lib/url";
import type { Asked as InAPI } from "./asked";
import { answer, Busy, get, Refused, Unreachable } from "./client";
import type { paths } from "./schema";
import type { FlowSort } from "../flows/sort";
import type { Flow, Knowledge } from "./types";

/** How often the page looks whether there is new data, where nobody tells it. */
export const pollEvery = 5_000;

/** What is asked for again and again, for which nobody waits. */
export const byTheClock = new Set<unknown>(["status", "knowledge", "store", "sources", "jobs"]);

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

/** Asks once, and keeps nothing; where the signal says that nobody waits any more, the server is told as well. */
export async function fetchOnce<T, Key extends QueryKey>(
  queries: QueryClient,
  options: FetchQueryOptions<T, Error, T, Key>,
  signal: AbortSignal,
): Promise<T> {
  const cancel = () => void queries.cancelQueries({ queryKey: options.queryKey });
  signal.addEventListener("abort", cancel);
  try {
    return await queries.fetchQuery({ ...options, gcTime: 0 });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** What runs, how fresh its data is, and its revision, with which every answer about flows may change: see follow. */
export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(get("/api/v1/status", { signal })),
  refetchOnWindowFocus: "always",
  // A page that is opened in between takes what is there.
  staleTime: pollEvery,
  retry: false,
});

/** An answer belongs to a span of time and to the revision of the store it was read from. */
export interface Scope extends Span {
  revision: string;
  /** Which flows, in the language of filters; empty: all. */
  where: string;
}

/** What of a scope is asked for, in the words of the API. */
interface Asked {
  from: string;
  to: string;
  where?: string;
}

const asking = ({ from, to, where }: Scope): Asked => ({
  from: writeMoment(from),
  to: writeMoment(to),
  ...(where !== "" && { where }),
});

export const trafficQuery = (scope: Scope, points: number) =>
  queryOptions({
    queryKey: ["traffic", scope, points],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/traffic", { params: { query: { ...asking(scope), points } }, signal })),
    placeholderData: keepPreviousData,
  });

/** What deserves a look. */
export const findingsQuery = (scope: Scope) =>
  queryOptions({
    queryKey: ["findings", scope],
    queryFn: ({ signal }) => answer(get("/api/v1/findings", { params: { query: asking(scope) }, signal })),
    placeholderData: keepPreviousData,
  });

/** What each row was when is to be said besides; null: nothing. */
export type Compared = "before" | "week" | null;

/** What every row of a ranking has. */
export interface Ranked {
  total: Measures;
  /** What it had in the time that it is compared with; null where with nothing. */
  before: Measures | null;
  share: number;
}

/** What every ranking of the API has. */
export interface Ranking<Row> {
  rows: Row[];
  distinct: number;
  distinctAtLeast: boolean;
  total: Measures;
  other: Measures;
}

/** How a ranking is asked for, by its own name. */
export interface Ask<Row> {
  name: string;
  get: (
    query: Asked & { by: Unit; limit: number; compare?: "before" | "week" },
    signal: AbortSignal,
  ) => Promise<Ranking<Row>>;
}

export const rankingQuery = <Row>(ask: Ask<Row>, scope: Scope, by: Unit, compare: Compared, limit = shownRows) =>
  queryOptions<Ranking<Row>>({
    queryKey: ["top", ask.name, scope, by, compare, limit],
    queryFn: ({ signal }) => ask.get({ ...asking(scope), by, limit, ...(compare && { compare }) }, signal),
    placeholderData: (before) => before,
  });

type Below<Prefix extends string> = keyof paths extends infer P ? (P extends `${Prefix}${infer S}` ? S : never) : never;

/** What traffic can be divided by, see docs/how-to/ask-the-api.md. */
export type Split = Exclude<Below<"/api/v1/table/">, "export">;

/** Columns by which the server sorts. */
export type Sort = NonNullable<NonNullable<paths["/api/v1/table/vnets"]["get"]["parameters"]["query"]>["sort"]>;

/** Rows of a table on a page: as many as the server compares with another time at little cost. */
export const pageRows = 100;

export interface TableAsk {
  split: Split;
  scope: Scope;
  by: Unit;
  sort: Sort;
  offset: number;
  limit: number;
  compare: Compared;
}

// The routes of all splits take and give the same.

export const tableQuery = (ask: TableAsk) =>
  queryOptions({
    queryKey: ["table", ask],
    queryFn: ({ signal }) => {
      const { split, scope, by, sort, offset, limit, compare } = ask;
      const query = { ...asking(scope), by, sort, offset, limit, ...(compare && { compare }) };
      return answer(get(`/api/v1/table/${split}` as "/api/v1/table/vnets", { params: { query }, signal }));
    },
    placeholderData: (before, query) => {
      // Rows of one table say nothing of another.
      const [, last] = (query?.queryKey ?? []) as unknown as [string, TableAsk | undefined];
      return last?.split === ask.split ? before : undefined;
    },
  });

/** The first lines of a split over time, and the rest. */
export const seriesQuery = (split: Split, scope: Scope, by: Unit, points: number, limit = 5) =>
  queryOptions({
    queryKey: ["series", split, scope, by, points, limit],
    queryFn: ({ signal }) => {
      const query = { ...asking(scope), by, limit, points };
      return answer(get(`/api/v1/series/${split}` as "/api/v1/series/vnets", { params: { query }, signal }));
    },
    placeholderData: (before) => (before?.split === split ? before : undefined),
  });

type AskedOf<P extends "/api/v1/rules" | "/api/v1/open"> = NonNullable<paths[P]["get"]["parameters"]["query"]>;

/** Which rows of a list are asked for, in the words of the API. */
export interface ListAsk<Show, By> {
  scope: Scope;
  by: Unit;
  show: Show;
  sort: By;
  offset: number;
  limit: number;
}

export type RuleShow = NonNullable<AskedOf<"/api/v1/rules">["show"]>;
export type RuleSort = NonNullable<AskedOf<"/api/v1/rules">["sort"]>;
export type OpenShow = NonNullable<AskedOf<"/api/v1/open">["show"]>;
export type OpenSort = NonNullable<AskedOf<"/api/v1/open">["sort"]>;

const listing = <Show, By>({ scope, by, show, sort, offset, limit }: ListAsk<Show, By>) => ({
  ...asking(scope),
  by,
  show,
  sort,
  offset,
  limit,
});

/** How security rules are used. */
export const ruleUsesQuery = (ask: ListAsk<RuleShow, RuleSort>) =>
  queryOptions({
    queryKey: ["rules", ask],
    queryFn: ({ signal }) => answer(get("/api/v1/rules", { params: { query: listing(ask) }, signal })),
    placeholderData: (before) => (before?.show === ask.show ? before : undefined),
  });

/** What is open to the internet. */
export const openQuery = (ask: ListAsk<OpenShow, OpenSort>) =>
  queryOptions({
    queryKey: ["open", ask],
    queryFn: ({ signal }) => answer(get("/api/v1/open", { params: { query: listing(ask) }, signal })),
    placeholderData: (before) => (before?.show === ask.show ? before : undefined),
  });

export interface FlowsAsk {
  scope: Scope;
  sort: FlowSort;
  /** The rows behind this place; empty: the first. */
  after: string;
  limit: number;
}

/** Rows of flows themselves; all are counted with the first of them. */
export const flowsQuery = (ask: FlowsAsk) =>
  queryOptions({
    queryKey: ["flows", ask],
    queryFn: ({ signal }) => {
      const { scope, sort, after, limit } = ask;
      const query = { ...asking(scope), sort, limit, ...(after === "" ? { count: true } : { after }) };
      return answer(get("/api/v1/flows", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });

/** How the estate stands. */
export const environmentQuery = (scope: Scope, by: Unit) =>
  queryOptions({
    queryKey: ["environment", scope, by],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/environment", { params: { query: { ...asking(scope), by } }, signal })),
    placeholderData: keepPreviousData,
  });

/** How load balancers and application gateways spread traffic. */
export const backendsQuery = (scope: Scope, by: Unit) =>
  queryOptions({
    queryKey: ["backends", scope, by],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/map/backends", { params: { query: { ...asking(scope), by } }, signal })),
    placeholderData: keepPreviousData,
  });

/** So many edges with traffic, the strongest, a map has; what others have is said. */
export const mapEdges = 2_000;

/** Who talks to whom, with some networks as their subnets. */
export const mapQuery = (
  scope: Scope,
  by: Unit,
  open: readonly string[],
  inside: readonly string[],
  compare: Compared,
) =>
  queryOptions({
    queryKey: ["map", scope, by, open, inside, compare],
    queryFn: ({ signal }) => {
      const query = {
        ...asking(scope),
        by,
        limit: mapEdges,
        ...(open.length > 0 && { open: [...open] }),
        ...(inside.length > 0 && { inside: [...inside] }),
        ...(compare && { compare }),
      };
      return answer(get("/api/v1/map/networks", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    structuralSharing: false, // to compare two answers of so many pairs takes longer than to draw them
  });

/** Which countries and regions talk to each other. */
export const geographyQuery = (scope: Scope, by: Unit, compare: "before" | "week" | null) =>
  queryOptions({
    queryKey: ["geography", scope, by, compare],
    queryFn: ({ signal }) => {
      const query = { ...asking(scope), by, limit: 2000, ...(compare && { compare }) };
      return answer(get("/api/v1/map/geography", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    structuralSharing: false, // to compare two answers of so many pairs takes longer than to draw them
  });

/** The log objects that a flow came from. */
export const flowObjectsQuery = ({ family, mac, target, flowLog, first, last }: Flow) =>
  queryOptions({
    queryKey: ["flow objects", family, mac, target, flowLog, first, last],
    queryFn: ({ signal }) =>
      answer(
        get("/api/v1/flows/objects", { params: { query: { family, mac, target, flowLog, first, last } }, signal }),
      ),
  });

/** The files in which the server sends all rows. */
export type FileFormat = NonNullable<
  NonNullable<paths["/api/v1/flows/export"]["get"]["parameters"]["query"]>["format"]
>;

/** Where the file of all flows is. */
export function flowsFile(scope: Scope, format: FileFormat): string {
  return `/api/v1/flows/export?${new URLSearchParams({ ...asking(scope), format }).toString()}`;
}

/** Where the file of all rows of a table is. */
export function tableFile({ split, scope, by, sort, compare }: TableAsk, format: FileFormat): string {
  const asked = { ...asking(scope), split, by, sort, ...(compare && { compare }), format };
  return `/api/v1/table/export?${new URLSearchParams(asked).toString()}`;
}

/** One host, by its address or the name of a machine, and the network that it is in; empty: any. */
export interface HostAsk {
  host: string;
  network: string;
  scope: Scope;
  by: Unit;
  limit: number;
  points: number;
  compare: "before" | "week";
}

/** Rows of each list on the page of a host. */
export const hostRows = 100;

export const hostQuery = (ask: HostAsk) =>
  queryOptions({
    queryKey: ["host", ask],
    queryFn: ({ signal }) => {
      const { host, network, scope, by, limit, points, compare } = ask;
      const query = { host, ...asking(scope), by, limit, points, compare, ...(network !== "" && { vnet: network }) };
      return answer(get("/api/v1/host", { params: { query }, signal }));
    },
    placeholderData: (before, query) => {
      // What is known of one host says nothing of another.
      const [, last] = (query?.queryKey ?? []) as unknown as [string, HostAsk | undefined];
      return last?.host === ask.host && last.network === ask.network ? before : undefined;
    },
  });

export const gatewaysQuery = (scope: Scope, points: number) =>
  queryOptions({
    queryKey: ["gateways", scope, points],
    queryFn: ({ signal }) =>
      answer(get("/api/v1/gateways", { params: { query: { ...asking(scope), points } }, signal })),
    placeholderData: keepPreviousData,
  });

/** How what a widget shows is asked in KQL. */
export const kqlQuery = ({ of, part }: InAPI) =>
  queryOptions({
    queryKey: ["kql", of, part],
    queryFn: ({ signal }) => answer(get("/api/v1/kql", { params: { query: { of, ...(part && { part }) } }, signal })),
  });

/** What can stand in a filter at a place, in characters, and what is wrong with it; needs no data. */
export const completeQuery = (text: string, cursor: number) =>
  queryOptions({
    queryKey: ["complete", text, cursor],
    queryFn: ({ signal }) => answer(get("/api/v1/complete", { params: { query: { text, cursor } }, signal })),
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

/** How the sources stand, for every page to tell of what fails; the page Data asks more often. */
export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => answer(get("/api/v1/sources", { signal })),
  refetchInterval: 6 * pollEvery,
  staleTime: pollEvery,
  retry: false,
});

/** How what is done by the clock stands. */
export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: ({ signal }) => answer(get("/api/v1/jobs", { signal })),
  refetchInterval: pollEvery,
  staleTime: pollEvery,
  retry: false,
});

/** What is read, and which NICs of the inventory send no logs. */
export const coverageQuery = queryOptions({
  queryKey: ["coverage"],
  queryFn: ({ signal }) => answer(get("/api/v1/coverage", { signal })),
  refetchInterval: minute,
  staleTime: pollEvery,
  retry: false,
});

/** NICs that send no logs, from one of them on. */
export const coverageRowsQuery = (offset: number, limit: number) =>
  queryOptions({
    queryKey: ["coverage", offset, limit],
    queryFn: ({ signal }) => answer(get("/api/v1/coverage", { params: { query: { offset, limit } }, signal })),
  });

/** What uses the disk changes slowly, and takes a look at every day that is stored. */
export const diskQuery = queryOptions({
  queryKey: ["store"],
  queryFn: ({ signal }) => answer(get("/api/v1/store", { signal })),
  refetchInterval: 10 * minute,
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
