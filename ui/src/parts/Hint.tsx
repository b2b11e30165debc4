import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import styles from "./Hint.module.css";

/** What the element must take over that the hint is about. */
interface Handlers {
  onMouseEnter: (event: MouseEvent<HTMLElement>) => void;
  onMouseLeave: () => void;
  onKeyUp: (event: KeyboardEvent<HTMLElement>) => void;
  onBlur: () => void;
  onClick: () => void;
  "aria-describedby"?: string;
}

interface Props {
  content: ReactNode;
  children: (handlers: Handlers) => ReactNode;
}

/** More about an element while the pointer is on it, or when the keyboard comes to it. */
export function Hint({ content, children }: Props) {
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  // What is to be shown, once it was wanted for so many milliseconds.
  const [wanted, want] = useState<{ on: HTMLElement | null; wait: number }>({ on: null, wait: 0 });
  useEffect(() => {
    const timer = setTimeout(() => setAnchor(wanted.on), wanted.wait);
    return () => clearTimeout(timer);
  }, [wanted]);
  const hide = () => {
    want({ on: null, wait: 0 });
    setAnchor(null);
  };
  return (
    <>
      {children({
        onMouseEnter: (event) => want({ on: event.currentTarget, wait: 50 }),
        onMouseLeave: () => want({ on: null, wait: 150 }),
        // Not whenever it has the focus: a panel that closes gives it back, and then nobody asks.
        onKeyUp: (event) => event.key === "Tab" && want({ on: event.currentTarget, wait: 50 }),
        onBlur: hide,
        onClick: hide,
        ...(anchor && { "aria-describedby": id }),
      })}
      {anchor && (
        <Bubble id={id} anchor={anchor} hide={hide} stay={() => want({ on: anchor, wait: 0 })}>
          {content}
        </Bubble>
      )}
    </>
  );
}

interface BubbleProps {
  id: string;
  anchor: HTMLElement;
  hide: () => void;
  /** The pointer came to it: it is being read. */
  stay: () => void;
  children: ReactNode;
}

function Bubble({ id, anchor, hide, stay, children }: BubbleProps) {
  const bubble = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = bubble.current!;
    element.showPopover();
    const at = anchor.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const left = Math.min(at.left, clientWidth - element.offsetWidth - 8);
    const below = at.bottom + 4;
    const fits = below + element.offsetHeight <= clientHeight - 8;
    element.style.left = `${Math.max(8, left)}px`;
    element.style.top = `${fits ? below : Math.max(8, at.top - element.offsetHeight - 4)}px`;
  }, [anchor]);
  useEffect(() => {
    const escape = (event: globalThis.KeyboardEvent) => event.key === "Escape" && hide();
    document.addEventListener("keydown", escape);
    // What it is about moves away from under it.
    document.addEventListener("scroll", hide, { capture: true });
    return () => {
      document.removeEventListener("keydown", escape);
      document.removeEventListener("scroll", hide, { capture: true });
    };
  }, [hide]);
  return (
    // It stays while the pointer is on it, to be read and copied from.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <span
      ref={bubble}
      id={id}
      role="tooltip"
      popover="manual"
      className={styles.hint}
      onMouseEnter={stay}
      onMouseLeave={hide}
    >
      {children}
    </span>
  );
}
