import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useMedia } from "../../lib/hooks";
import { useTheme } from "../../shell/theme";
import type { Editor, Mark, Place } from "./monaco";
import styles from "./QueryEditor.module.css";

/** What the page can do with the editor, whichever of the two it is. */
export interface EditorHandle {
  selected: () => { text: string; at: Place } | null;
  mark: (mark: Mark | null) => void;
  go: (place: Place) => void;
  /** Null where it cannot. */
  format: (() => void) | null;
}

interface Props {
  text: string;
  onChange: (text: string) => void;
  onRun: () => void;
  ref: Ref<EditorHandle>;
}

const label = "Query in KQL";

/** What the page needs itself comes first; then, after so many milliseconds or when it is wanted, the editor. */
const patience = 1500;

/**
 * The query as text: at first, where the other cannot be had, and on phones, which it does not support, a plain box; then
 * an editor that knows the language.
 */
export function QueryEditor({ text, onChange, onRun, ref }: Props) {
  const plain = useRef<HTMLTextAreaElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const { theme, dark } = useTheme();
  const touch = useMedia("(pointer: coarse)");
  const [wanted, want] = useState(false);
  const [editor, setEditor] = useState<Editor | null>(null);
  const now = useRef({ text, onChange, theme, dark });
  useEffect(() => {
    now.current = { text, onChange, theme, dark };
  });

  useEffect(() => {
    const timer = setTimeout(() => want(true), patience);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    if (!wanted || touch) return;
    let made: Editor | null = null;
    let gone = false;
    const load = async () => {
      const { Editor: Made } = await import("./monaco");
      if (gone) return;
      const box = plain.current!;
      const { selectionStart, selectionEnd } = box;
      const focused = document.activeElement === box;
      made = new Made(host.current!, {
        ...now.current,
        label,
        onChange: (changed) => now.current.onChange(changed),
      });
      // In the same moment, so that there are never two boxes for one text.
      flushSync(() => setEditor(made));
      if (focused) made.focus(selectionStart, selectionEnd);
    };
    // Where it cannot be had, the plain box goes on.
    load().catch(() => {});
    return () => {
      gone = true;
      made?.dispose();
      setEditor(null);
    };
  }, [wanted, touch]);

  useEffect(() => editor?.write(text), [editor, text]);
  useEffect(() => editor?.look(theme, dark), [editor, theme, dark]);

  useImperativeHandle(ref, () => handleOf(editor, plain), [editor]);

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
    onRun();
  };
  return (
    // The keys are those of the box within.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.editor}
      data-dark={dark}
      data-editor={editor ? "kusto" : "plain"}
      onKeyDownCapture={onKey}
      onPointerEnter={() => want(true)}
    >
      <textarea
        ref={plain}
        className={styles.plain}
        hidden={editor !== null}
        aria-label={label}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        value={text}
        placeholder='NTANetAnalytics | where FlowStatus == "Denied" | take 100'
        onFocus={() => want(true)}
        onChange={({ target }) => onChange(target.value)}
      />
      <div ref={host} className={styles.host} />
    </div>
  );
}

function handleOf(editor: Editor | null, plain: { current: HTMLTextAreaElement | null }): EditorHandle {
  if (editor) {
    return {
      selected: () => editor.selected(),
      mark: (mark) => editor.mark(mark),
      go: (place) => editor.go(place),
      format: () => editor.format(),
    };
  }
  return {
    selected: () => {
      const { value, selectionStart, selectionEnd } = plain.current!;
      if (selectionStart === selectionEnd) return null;
      const before = value.slice(0, selectionStart).split("\n");
      return {
        text: value.slice(selectionStart, selectionEnd),
        at: { line: before.length, column: before.at(-1)!.length + 1 },
      };
    },
    mark: () => {},
    go: ({ line, column }) => {
      const box = plain.current!;
      const lines = box.value.split("\n").slice(0, line - 1);
      const at = lines.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
      box.focus();
      box.setSelectionRange(at, at);
    },
    format: null,
  };
}
