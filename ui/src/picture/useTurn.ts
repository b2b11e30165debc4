// Ctrl+F6 leads from what says what is shown to the picture, and back.

import type { KeyboardEvent, RefObject } from "react";

/** What the keyboard does in a card with a ribbon and a picture, besides what each of them does with it. */
export function useTurn(
  ribbon: RefObject<HTMLElement | null>,
  picture: RefObject<Element | null>,
  help: () => void,
): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === "?" && !(event.target instanceof HTMLInputElement)) help();
    if (event.key !== "F6" || !event.ctrlKey) return;
    event.preventDefault();
    const away = ribbon.current?.contains(document.activeElement);
    const to = away
      ? picture.current?.querySelector<SVGElement>("[tabindex]")
      : ribbon.current?.querySelector<HTMLElement>("button");
    to?.focus();
  };
}
