import { type RefObject, useEffect } from "react";

/** The key "/" leads to an input, wherever on the page one is that does not write. */
export function useSlash(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      const writes = target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
      // A radio button is an input in which nobody writes.
      const text = writes && !target.matches("[type='radio'], [type='checkbox'], [type='button']");
      if (text || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [input]);
}
