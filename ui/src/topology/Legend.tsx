import { dashesOf, type Look, looks } from "../picture/looks";
import styles from "./Picture.module.css";

interface Props {
  compared: boolean;
  help: boolean;
  setHelp: (help: boolean) => void;
}

/** What lines and marks mean, and what keys do. Colour is never alone: lines differ in their dashes, too. */
export function Legend({ compared, help, setHelp }: Props) {
  return (
    <>
      <ul className={styles.legend} aria-label="What the lines mean">
        {order
          .filter((look) => look !== "gone" || compared)
          .map((look) => (
            <li key={look} className={styles.key} data-look={look}>
              <svg viewBox="0 0 34 10" aria-hidden="true">
                <line
                  x1="2"
                  y1="5"
                  x2="32"
                  y2="5"
                  strokeWidth={widths[look] ?? 3}
                  strokeDasharray={dashesOf(look, widths[look] ?? 3).join(" ")}
                />
              </svg>
              {looks[look].name}: {looks[look].meaning}
            </li>
          ))}
        <li>Width: volume. Side by side: each kind&apos;s part of it. Arrows: who initiates</li>
        <li>?: the inventory knows no connection</li>
        {compared && <li>+: new</li>}
        <li>
          <button type="button" className={styles.help} aria-expanded={help} onClick={() => setHelp(!help)}>
            Keys (?)
          </button>
        </li>
      </ul>
      {help && (
        <dl className={styles.keys} aria-label="Keys">
          {keys.map(([key, does]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** Of lines that carry nothing; all others are as wide as their volume. */
const widths: Partial<Record<Look, number>> = { gone: 1.5, idle: 1.5 };

const order: readonly Look[] = ["benign", "malicious", "blocked", "gone", "idle"];

const keys: readonly [string, string][] = [
  ["A D W S", "move; or drag"],
  ["+ −", "zoom; or Ctrl and wheel"],
  ["R", "the whole picture"],
  ["Shift + arrows", "to the next node"],
  ["Shift + L", "the next line of a node"],
  ["Enter", "choose what has the focus"],
  ["Esc", "let go"],
  ["Ctrl + F6", "between what is shown and the picture"],
  ["?", "these keys"],
];
