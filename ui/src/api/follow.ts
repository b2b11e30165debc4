// What runs and what is stored, as it changes: the server tells it, and is asked where it cannot.

import type { Query, QueryClient } from "@tanstack/react-query";
import { Pace } from "./pace";
import { byTheClock, pollEvery, statusQuery } from "./queries";
import type { StatusAnswer } from "./types";

/** How long nothing must be asked for before the stream is opened: a browser has few connections to a host. */
const calm = 1_000;

/** How often the status is asked for beside the stream, which can end without a word. */
const checkEvery = 6 * pollEvery;

/** How long a stream that could not be opened is not tried again, at most. */
const patience = 60_000;

const isQuestion = (query: Query) => !byTheClock.has(query.queryKey[0]);

/** Keeps the status in the cache up to date while the page can be seen, until it is ended. */
export function follow(queries: QueryClient): () => void {
  const follower = new Follower(queries);
  document.addEventListener("visibilitychange", follower.seen);
  const unsubscribe = queries.getQueryCache().subscribe(({ type }) => {
    if (type === "updated") follower.asked();
  });
  follower.seen();
  return () => {
    document.removeEventListener("visibilitychange", follower.seen);
    unsubscribe();
    follower.end();
  };
}

class Follower {
  private readonly pace = new Pace();
  private stream: EventSource | null = null;
  /** Whether the stream has told something. */
  private told = false;
  private refused = 0;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private opening: ReturnType<typeof setTimeout> | undefined;
  private showing: ReturnType<typeof setTimeout> | undefined;
  /** What was told and is not shown yet, and when. */
  private next: { status: StatusAnswer; at: number } | null = null;
  /** No stream is opened before. */
  private notBefore = 0;

  constructor(private readonly queries: QueryClient) {}

  /** The page can be seen, or not any more. */
  readonly seen = () => {
    if (document.hidden) return this.end();
    this.askLater();
    this.openLater();
  };

  end(): void {
    clearTimeout(this.poll);
    this.close();
  }

  private close(): void {
    clearTimeout(this.opening);
    clearTimeout(this.showing);
    this.opening = this.showing = undefined;
    this.stream?.close();
    this.stream = this.next = null;
    this.told = false;
  }

  private askLater(): void {
    clearTimeout(this.poll);
    this.poll = setTimeout(() => void this.ask(), this.told ? checkEvery : pollEvery);
  }

  private async ask(): Promise<void> {
    await this.queries.refetchQueries({ queryKey: statusQuery.queryKey, exact: true });
    if (document.hidden) return;
    this.askLater();
    this.openLater();
  }

  /** Questions were asked or answered. */
  asked(): void {
    const asking = this.asking();
    this.pace.asking(asking, Date.now());
    if (asking) {
      clearTimeout(this.opening);
      this.opening = undefined;
    } else {
      this.openLater();
      if (this.next) this.showLater();
    }
  }

  private asking(): boolean {
    return this.queries.isFetching({ predicate: isQuestion }) > 0;
  }

  private openLater(): void {
    if (this.stream || this.opening !== undefined || document.hidden || this.asking()) return;
    this.opening = setTimeout(() => this.open(), Math.max(calm, this.notBefore - Date.now()));
  }

  private open(): void {
    this.opening = undefined;
    // A server that does not answer would not tell either.
    if (this.queries.getQueryState(statusQuery.queryKey)?.status !== "success") return;
    const stream = new EventSource("/api/v1/events");
    this.stream = stream;
    stream.addEventListener("status", ({ data }: MessageEvent<string>) => {
      this.refused = 0;
      this.told = true;
      this.askLater();
      this.next = { status: JSON.parse(data) as StatusAnswer, at: Date.now() };
      this.showLater();
    });
    stream.addEventListener("error", () => {
      const lost = this.told;
      this.close();
      this.notBefore = Date.now() + Math.min(patience, pollEvery * 2 ** this.refused++);
      // Whether it was only the stream is known when the server is asked.
      if (lost) void this.ask();
    });
  }

  /** Shows what was told, when it is time. */
  private showLater(): void {
    clearTimeout(this.showing);
    const { next } = this;
    if (!next) return;
    const shown = this.queries.getQueryData(statusQuery.queryKey);
    // With the same revision nothing is asked for anew.
    const wait = shown?.revision === next.status.revision ? 0 : this.pace.wait(Date.now());
    if (wait > 0) {
      this.showing = setTimeout(() => this.showLater(), wait);
      return;
    }
    if (shown?.revision !== next.status.revision) this.pace.step(Date.now());
    this.next = null;
    this.queries.setQueryData(statusQuery.queryKey, next.status, { updatedAt: next.at });
    // A page that asks nothing has its answers.
    setTimeout(() => this.pace.asking(this.asking(), Date.now()));
  }
}
