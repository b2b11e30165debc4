// What was asked before, and what was saved under a name: in this browser alone.

import { useSyncExternalStore } from "react";

export interface Asked {
  text: string;
  /** When, in milliseconds since 1970. */
  at: number;
  /** How long the reader waited, in milliseconds. */
  took: number;
  /** How many rows came; null where none did. */
  rows: number | null;
}

export interface Saved {
  name: string;
  text: string;
}

/** How many questions are remembered. */
export const remembered = 50;

/** The list with a question more; the same text is there once. */
export function withAsked(list: readonly Asked[], asked: Asked): Asked[] {
  return [asked, ...list.filter(({ text }) => text !== asked.text)].slice(0, remembered);
}

/** The list with a query under a name, in order of names; a name is there once. */
export function withSaved(list: readonly Saved[], saved: Saved): Saved[] {
  return [...list.filter(({ name }) => name !== saved.name), saved].toSorted((a, b) => a.name.localeCompare(b.name));
}

/** A list that all parts of the page see, and that outlives it. */
class Kept<Item> {
  private items: readonly Item[] | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly key: string,
    private readonly isItem: (value: unknown) => boolean,
  ) {}

  read = (): readonly Item[] => (this.items ??= this.load());

  write(items: readonly Item[]): void {
    this.items = items;
    try {
      localStorage.setItem(this.key, JSON.stringify(items));
    } catch {
      // Storage can be full or forbidden; the list then lasts as long as the page.
    }
    for (const listener of this.listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    // Another window of the same browser may have written.
    const elsewhere = (event: StorageEvent) => {
      if (event.key !== this.key) return;
      this.items = null;
      listener();
    };
    this.listeners.add(listener);
    window.addEventListener("storage", elsewhere);
    return () => {
      this.listeners.delete(listener);
      window.removeEventListener("storage", elsewhere);
    };
  };

  private load(): readonly Item[] {
    try {
      const value: unknown = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(value) ? (value.filter(this.isItem) as Item[]) : [];
    } catch {
      return [];
    }
  }
}

function has(value: unknown, kinds: Record<string, string>): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(kinds).every(([key, kind]) => typeof (value as Record<string, unknown>)[key] === kind);
}

export const history = new Kept<Asked>("weir.search.history", (value) =>
  has(value, { text: "string", at: "number", took: "number" }),
);
export const saved = new Kept<Saved>("weir.search.saved", (value) => has(value, { name: "string", text: "string" }));

export function useKept<Item>(list: Kept<Item>): readonly Item[] {
  return useSyncExternalStore(list.subscribe, list.read);
}
