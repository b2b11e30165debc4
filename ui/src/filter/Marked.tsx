import { type RefObject, useEffect, useRef } from "react";
import type { FilterFault } from "../api/types";
import { cut } from "./completion";
import styles from "./FilterBox.module.css";

interface Props {
  text: string;
  fault: FilterFault | null;
  /** The input that it lies behind. */
  along: RefObject<HTMLInputElement | null>;
}

/** The text once more, unseen but for a mark under the word at fault: an input can have none. */
export function Marked({ text, fault, along }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const input = along.current;
    if (!input || !fault) return;
    const follow = () => {
      if (box.current) box.current.scrollLeft = input.scrollLeft;
    };
    follow();
    input.addEventListener("scroll", follow);
    return () => input.removeEventListener("scroll", follow);
  }, [along, fault]);
  if (!fault) return null;
  const [before, word, behind] = cut(text, fault);
  return (
    <div ref={box} className={styles.marked} aria-hidden="true">
      {before}
      <mark className={styles.fault}>{word}</mark>
      {behind}
    </div>
  );
}
