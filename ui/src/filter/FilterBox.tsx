import { Button } from "../parts/Button";
import { DismissRegular, FilterFilled, FilterRegular } from "@fluentui/react-icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { completeQuery } from "../api/queries";
import type { FilterFault } from "../api/types";
import { charactersBefore, insert, placeOfCharacter } from "../lib/filter";
import { useView } from "../lib/hooks";
import { faultInSight, optionsOf } from "./completion";
import styles from "./FilterBox.module.css";
import { Marked } from "./Marked";
import { optionId, Options } from "./Options";
import { useSlash } from "./useSlash";

/** Which flows the page is about, in the language of filters. */
export function FilterBox() {
  const [{ where }, change] = useView();
  const queries = useQueryClient();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(where);
  const [adopted, adopt] = useState(where);
  const [cursor, setCursor] = useState(0);
  const [focused, setFocused] = useState(false);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  // The text with which it was tried to go on.
  const [tried, setTried] = useState<string | null>(null);
  useSlash(input);
  if (adopted !== where) {
    // The address is another now: a value was clicked, or somebody went back.
    adopt(where);
    setDraft(where);
    setTried(null);
  }

  const place = charactersBefore(draft, cursor);
  const { data, isPlaceholderData } = useQuery({ ...completeQuery(draft, place), enabled: focused || draft !== "" });
  const options = optionsOf(draft, data?.suggestions ?? []);
  const fault = isPlaceholderData ? null : faultInSight(data?.fault ?? null, place, !focused || tried === draft);
  const expanded = focused && open && options.length > 0;
  const chosen = expanded ? options[active] : undefined;

  // Where to write on, once the text is there.
  const next = useRef<number | null>(null);
  useEffect(() => {
    const at = next.current;
    if (at === null) return;
    next.current = null;
    input.current?.setSelectionRange(at, at);
  });

  const write = (text: string, at: number) => {
    setDraft(text);
    setCursor(at);
    setActive(-1);
  };
  const apply = (text: string) => {
    setOpen(false);
    setActive(-1);
    if (text.trim() !== where) change({ where: text.trim() });
    else setDraft(where);
  };
  const accept = async (word: string) => {
    // What is in sight may be of the text a moment ago.
    const fresh = await queries.ensureQueryData(completeQuery(draft, place)).catch(() => undefined);
    if (input.current?.value !== draft) return;
    const option = optionsOf(draft, fresh?.suggestions ?? []).find((each) => each.text === word);
    if (!option) return;
    if (option.example) {
      setDraft(option.text);
      apply(option.text);
      return;
    }
    const made = insert(draft, option);
    next.current = made.at;
    write(made.text, made.at);
    setOpen(true);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setOpen(false);
    const checked = await queries.ensureQueryData(completeQuery(draft, place)).catch(() => undefined);
    if (checked?.fault) {
      setTried(draft);
      select(input.current, checked.fault);
    } else apply(draft);
  };
  const clear = () => {
    write("", 0);
    apply("");
    input.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      // One step before the first is the text itself.
      const step = key === "ArrowDown" ? 1 : -1;
      if (options.length > 0) setActive(((active + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (key === "Enter" && chosen) {
      event.preventDefault();
      void accept(chosen.text);
    } else if (key === "Tab" && !event.shiftKey && expanded) {
      const [first] = options;
      const word = chosen ?? (first && first.start < first.end ? first : undefined);
      if (!word) return;
      event.preventDefault();
      void accept(word.text);
    } else if (key === "Escape") {
      event.preventDefault();
      if (expanded) setOpen(false);
      else if (draft !== where) write(where, where.length);
      else input.current?.blur();
    }
  };

  const said = fault && `${fault.text}${fault.hint && `; ${fault.hint}`}`;
  return (
    <form className={styles.filter} role="search" aria-label="Filter" onSubmit={(event) => void submit(event)}>
      <div className={styles.box} data-on={where !== ""} data-fault={fault !== null}>
        <span className={styles.icon} aria-hidden="true">
          {where === "" ? <FilterRegular /> : <FilterFilled />}
        </span>
        <div className={styles.field}>
          <Marked text={draft} fault={fault} along={input} />
          <input
            ref={input}
            className={styles.input}
            type="text"
            role="combobox"
            aria-label="Filter"
            aria-autocomplete="list"
            aria-expanded={expanded}
            aria-controls={expanded ? id : undefined}
            aria-activedescendant={chosen ? optionId(id, active) : undefined}
            aria-invalid={fault !== null}
            aria-describedby={`${id}-said`}
            aria-keyshortcuts="/"
            placeholder="Which flows: vnet = hub and port in (22, 3389) and not country = us"
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="search"
            maxLength={4096}
            value={draft}
            onChange={({ target }) => {
              write(target.value, target.selectionStart ?? target.value.length);
              setOpen(true);
            }}
            onSelect={({ currentTarget }) => setCursor(currentTarget.selectionStart ?? 0)}
            onFocus={() => {
              setFocused(true);
              setOpen(draft === "");
            }}
            onClick={() => setOpen(draft === "" || open)}
            onBlur={() => {
              setFocused(false);
              setOpen(false);
              setActive(-1);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        {draft === "" && (
          <kbd className={styles.key} aria-hidden="true" title="Press / to write a filter">
            /
          </kbd>
        )}
        {draft.trim() !== where && (
          <Button type="submit" size="small" appearance="primary" title="Show these flows (Enter)">
            Apply
          </Button>
        )}
        {draft !== "" && (
          <Button
            size="small"
            appearance="transparent"
            icon={<DismissRegular />}
            aria-label="Clear the filter"
            title="Clear the filter"
            onClick={clear}
          />
        )}
      </div>
      <div className={styles.below} data-shown={expanded || (focused && said !== null)}>
        <p id={`${id}-said`} className={styles.said} aria-live="polite">
          {said}
        </p>
        {expanded && <Options id={id} options={options} active={active} accept={(word) => void accept(word)} />}
      </div>
    </form>
  );
}

/** The word at fault is what is written over. */
function select(input: HTMLInputElement | null, { start, end }: FilterFault): void {
  if (!input) return;
  input.focus();
  input.setSelectionRange(placeOfCharacter(input.value, start), placeOfCharacter(input.value, end));
}
