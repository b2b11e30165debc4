import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, ask } from "./ask";
import { history, withAsked } from "./kept";

/** What was asked, of what time; null: the query alone says. */
export interface Question {
  text: string;
  timespan: string | null;
  /** Where in the editor the text begins, each from 1. */
  at: { line: number; column: number };
}

export type Outcome =
  | { kind: "answer"; question: Question; answer: Answer; took: number }
  | { kind: "fault"; question: Question; error: Error; took: number }
  | { kind: "cancelled"; question: Question; took: number };

interface Running {
  question: Question;
  since: number;
}

/** Asks one question at a time; what came before stays until the next has come. */
export function useAsk() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [running, setRunning] = useState<Running | null>(null);
  const current = useRef<AbortController | null>(null);

  useEffect(() => () => current.current?.abort(), []);

  const run = useCallback(async (question: Question) => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    const since = Date.now();
    setRunning({ question, since });
    const outcome = await answered(question, controller.signal, since);
    // Another was asked meanwhile, or nobody waits.
    if (current.current !== controller) return;
    current.current = null;
    setRunning(null);
    setOutcome(outcome);
    const rows = outcome.kind === "answer" ? outcome.answer.rows.length : null;
    history.write(withAsked(history.read(), { text: question.text, at: since, took: outcome.took, rows }));
  }, []);

  const cancel = useCallback(() => current.current?.abort(), []);

  return { outcome, running, run, cancel };
}

async function answered(question: Question, signal: AbortSignal, since: number): Promise<Outcome> {
  try {
    const answer = await ask(question.text, question.timespan, signal);
    return { kind: "answer", question, answer, took: Date.now() - since };
  } catch (error) {
    const took = Date.now() - since;
    if (signal.aborted) return { kind: "cancelled", question, took };
    return { kind: "fault", question, error: error instanceof Error ? error : new Error(String(error)), took };
  }
}
