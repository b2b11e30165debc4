// The typed client of the API, and its failures as sentences.

import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { askAgain } from "./session";

// No base address: the page talks to the server it came from, and to no other.
const client = createClient<paths>({ baseUrl: "" });

export const get = client.GET;

/** The server did not answer at all: it was stopped, or the network is gone. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The server answered that it cannot; the message is its own sentence. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(
    message: string,
    /** The parameter that is wrong; empty where it is none. */
    readonly parameter = "",
  ) {
    super(message);
  }
}

/** The server has too much to answer at the moment, and says when to ask again. */
export class Busy extends Error {
  override readonly name = "Busy";
  constructor(
    message: string,
    /** Milliseconds. Not the same for all who were sent away, so that they do not come back at once. */
    readonly wait: number,
  ) {
    super(message);
  }
}

/** The data of an answer, or an error that says what happened. */
export async function answer<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable("the server does not answer", { cause });
  });
  if (response.ok && data !== undefined) return data;
  const said = sentence(error);
  if (response.status === 401) askAgain();
  if (response.status === 503 && said !== undefined) {
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    throw new Busy(said, seconds * 1000 * (1 + Math.random()));
  }
  // A proxy in between answers for a server that is gone.
  if ([502, 503, 504].includes(response.status)) throw new Unreachable(`status ${response.status}`);
  throw new Refused(said ?? `the server answered with status ${response.status}`, parameterOf(error));
}

function parameterOf(problem: unknown): string {
  const { errors } = (problem ?? {}) as { errors?: readonly { location?: string }[] };
  return /^query\.(\w+)$/.exec(errors?.[0]?.location ?? "")?.[1] ?? "";
}

function sentence(problem: unknown): string | undefined {
  if (typeof problem !== "object" || problem === null || !("detail" in problem)) return undefined;
  return typeof problem.detail === "string" && problem.detail !== "" ? problem.detail : undefined;
}
