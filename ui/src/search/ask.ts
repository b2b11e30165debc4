// Asking in KQL, as any client of the query API does, and what comes back.

import { Unreachable } from "../api/client";

/** A value as the API writes it: whole numbers that a browser would round are texts of their digits. */
export type Value = string | number | boolean | null;

export interface Column {
  name: string;
  /** bool, int, long, real, decimal, datetime, timespan, dynamic, guid or string. */
  type: string;
}

/** What the operator render asks for. */
export interface Render {
  visualization: string | null;
  title?: string | null;
  kind?: string | null;
  legend?: string | null;
  xColumn?: string | null;
  yColumns?: string | null;
  series?: string | null;
  xTitle?: string | null;
  yTitle?: string | null;
}

export interface Answer {
  columns: readonly Column[];
  rows: readonly (readonly Value[])[];
  render: Render | null;
  /** How long the server took, in seconds; null where it does not say. */
  seconds: number | null;
  /** Why these are not all the rows; null where they are. */
  partial: string | null;
}

/** The server says what is wrong with a query. */
export class QueryFault extends Error {
  override readonly name = "QueryFault";
  constructor(
    message: string,
    readonly code: string,
    /** Where in the text, each from 1; null where it is no place. */
    readonly place: { line: number; column: number; length: number } | null,
  ) {
    super(message);
  }
}

/** Asks, over the times of an ISO 8601 interval, or (null) over those of the query alone. */
export async function ask(query: string, timespan: string | null, signal: AbortSignal): Promise<Answer> {
  const response = await fetch("/v1/workspaces/weir/query", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      Prefer: "include-statistics=true,include-render=true",
    },
    body: JSON.stringify(timespan === null ? { query } : { query, timespan }),
    signal,
  }).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new Unreachable("the server does not answer", { cause });
  });
  const text = await response.text();
  const body = read(text);
  if (response.ok && body !== null && "tables" in body) return answerOf(body as unknown as Sent);
  throw faultOf(body, response.status);
}

interface Sent {
  tables: readonly { columns: readonly Column[]; rows: Value[][] }[];
  render?: Render;
  statistics?: { query?: { executionTime?: number } };
  error?: Fault;
}

interface Fault {
  code?: string;
  message?: string;
  line?: number;
  pos?: number;
  token?: string;
  innererror?: Fault;
  details?: readonly Fault[];
}

function answerOf({ tables, render, statistics, error }: Sent): Answer {
  const [table] = tables;
  return {
    columns: table?.columns ?? [],
    rows: table?.rows ?? [],
    render: render?.visualization ? render : null,
    seconds: statistics?.query?.executionTime ?? null,
    partial: error ? (innermost(error).message ?? "The answer is not whole.") : null,
  };
}

function faultOf(body: object | null, status: number): Error {
  const said = body !== null && "error" in body ? innermost(body.error as Fault) : {};
  if (said.message === undefined) {
    // A proxy in between answers for a server that is gone.
    if ([502, 503, 504].includes(status)) return new Unreachable(`status ${status}`);
    return new QueryFault(`The server answered with status ${status}.`, "", null);
  }
  const { line, pos, token = "" } = said;
  const place = line === undefined ? null : { line, column: (pos ?? 0) + 1, length: token.length };
  return new QueryFault(said.message, said.code ?? "", place);
}

/** What people read is the innermost message. */
function innermost(fault: Fault): Fault {
  const inner = fault.innererror ?? fault.details?.[0];
  return inner ? innermost(inner) : fault;
}

/** The JSON, or null where it is none. */
function read(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text, /\d{16}/.test(text) ? exact : undefined);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** Keeps every digit of whole numbers beyond 2^53, where the browser shows how they were written. */
function exact(_: string, value: unknown, written?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(written?.source ?? "") ? written!.source : value;
}
