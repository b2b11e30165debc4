import { useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import { ofPage, writeView } from "../lib/url";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { EditorBar } from "./EditorBar";
import { type EditorHandle, QueryEditor } from "./editor/QueryEditor";
import { draft } from "./draft";
import { Examples } from "./Examples";
import { Outcome } from "./Outcome";
import { placeOf } from "./place";
import { pack, readable, unpack } from "./link";
import { Progress } from "./Progress";
import { SearchToolbar } from "./SearchToolbar";
import styles from "./Search.module.css";
import { timespanOf } from "./timespan";
import { useAsk } from "./useAsk";

/** Questions in KQL, as in Azure's log search. */
export default function SearchPage() {
  return <WithData page="Search">{(about) => <Asking {...about} />}</WithData>;
}

function Asking({ status }: About) {
  const [view] = useView();
  const search = useSearch({ strict: false });
  const { extent, scope } = usePeriod(status);
  const inQuery = search.timespan === "query";
  const timespan = inQuery ? null : timespanOf(scope);
  const editor = useRef<EditorHandle>(null);
  const { text, setText, asked, write } = useText();
  const { outcome, running, run, cancel } = useAsk();

  const ask = useCallback(
    (whole: string, selected: ReturnType<EditorHandle["selected"]> = null) => {
      const part = selected?.text ?? whole;
      if (part.trim() === "") return;
      write(whole);
      editor.current?.mark(null);
      void run({ text: part, timespan, at: selected?.at ?? { line: 1, column: 1 } });
    },
    [run, timespan, write],
  );

  // What comes by a link is asked at once, and what was asked is asked again over another time.
  const over = JSON.stringify([view.range, inQuery]);
  const last = useRef<{ text: string; over: string } | null>(null);
  useEffect(() => {
    if (asked === null || (last.current?.text === asked && last.current.over === over)) return;
    last.current = { text: asked, over };
    ask(asked);
  }, [ask, asked, over]);

  useEscape(cancel, running !== null);
  useMarks(editor, outcome);

  const start = (chosen: string) => {
    setText(chosen);
    last.current = { text: chosen, over };
    ask(chosen);
  };
  const submit = () => {
    last.current = { text, over };
    ask(text, editor.current?.selected() ?? null);
  };
  return (
    <>
      <SearchToolbar extent={extent} span={scope} inQuery={inQuery} />
      <section className={`card ${styles.ask}`} aria-label="Query">
        <EditorBar
          text={text}
          running={running !== null}
          onRun={submit}
          onCancel={cancel}
          onChoose={start}
          onOpen={setText}
          onFormat={() => editor.current?.format?.()}
        />
        <QueryEditor ref={editor} text={text} onChange={setText} onRun={submit} />
        <Progress since={running?.since ?? null} />
      </section>
      <div className={styles.answer} aria-busy={running !== null} data-old={running !== null}>
        {outcome === null ? (
          running === null && <Examples onChoose={start} />
        ) : (
          <Outcome outcome={outcome} extent={extent} go={(place) => editor.current?.go(place)} />
        )}
      </div>
    </>
  );
}

/** The text in the editor, and that which the address has. */
function useText() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false });
  const [view] = useView();
  const hash = useRouterState({ select: ({ location }) => location.hash });
  const [asked, setAsked] = useState<string | null>(search.q ?? null);
  const [text, setText] = useState(() => search.q ?? draft.read());
  // What this page itself wrote to the address comes back, and is no news.
  const wrote = useRef<string | null>(null);

  const take = useCallback((found: string) => {
    if (found === wrote.current) return;
    wrote.current = found;
    setText(found);
    setAsked(found);
  }, []);

  useEffect(() => {
    if (search.q !== undefined) take(search.q);
  }, [search.q, take]);

  useEffect(() => {
    let gone = false;
    const read = async () => {
      const found = await unpack(`#${hash}`);
      if (found !== null && !gone) take(found);
    };
    void read();
    return () => {
      gone = true;
    };
  }, [hash, take]);

  useEffect(() => draft.write(text), [text]);

  const write = useCallback(
    (whole: string) => {
      wrote.current = whole;
      setAsked(whole);
      const { q: _, ...own } = ofPage(search);
      const address = { ...writeView(view), ...own };
      const short = whole.length <= readable;
      void (async () => {
        const fragment = short ? "" : (await pack(whole)).slice(1);
        await navigate({
          to: ".",
          search: short ? { ...address, q: whole } : address,
          hash: fragment,
          hashScrollIntoView: false,
          replace: true,
          resetScroll: false,
        });
      })();
    },
    [navigate, search, view],
  );
  return { text, setText, asked, write };
}

/** Esc gives up what runs, wherever the focus is; what closes something else with it comes first. */
function useEscape(cancel: () => void, on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) cancel();
    };
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [cancel, on]);
}

/** Marks what the server found to be wrong. */
function useMarks(editor: { current: EditorHandle | null }, outcome: ReturnType<typeof useAsk>["outcome"]): void {
  useEffect(() => {
    if (outcome?.kind !== "fault") return;
    const place = placeOf(outcome);
    if (place !== null) editor.current?.mark({ ...place, message: outcome.error.message });
  }, [editor, outcome]);
}
