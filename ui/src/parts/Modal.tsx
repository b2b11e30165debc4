import { type ReactNode, useLayoutEffect, useRef } from "react";
import styles from "./Modal.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  /** The id of the heading that names it, or its name. */
  labelledBy?: string;
  label?: string;
  /** "side" and "left" are as high as the window, at its right and left; "below" hangs under the anchor. */
  place: "side" | "left" | { below: React.RefObject<HTMLElement | null> };
  children: ReactNode;
}

/**
 * The browser's own dialog: it keeps the focus within, closes with Escape or a
 * click beside it, and gives the focus back to where it was.
 */
export function Modal({ open, onClose, labelledBy, label, place, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    const element = dialog.current!;
    element.showModal();
    if (typeof place === "object") hang(element, place.below.current);
    // Closed before it is taken away, since only closing gives the focus back.
    return () => element.close();
  }, [open, place]);
  return (
    // A click beside it closes it; the keyboard has Escape for that.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      className={typeof place === "object" ? styles.below : styles[place]}
      aria-labelledby={labelledBy}
      aria-label={label}
      onClose={() => !dialog.current?.open && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && <div className={styles.content}>{children}</div>}
    </dialog>
  );
}

/** Under the anchor where there is room, its right edge at the anchor's, but never outside of the window. */
function hang(element: HTMLDialogElement, anchor: HTMLElement | null): void {
  if (!anchor) return;
  const box = anchor.getBoundingClientRect();
  const room = document.documentElement.clientWidth - element.offsetWidth - 8;
  const height = document.documentElement.clientHeight - element.offsetHeight - 8;
  element.style.top = `${Math.max(8, Math.min(height, box.bottom + 4))}px`;
  element.style.left = `${Math.max(8, Math.min(room, box.right - element.offsetWidth))}px`;
}
