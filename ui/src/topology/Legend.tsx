import { Keys } from "../picture/Keys";
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
      </ul>
      <Keys open={help} set={setHelp} />
    </>
  );
}

/** Of lines that carry nothing; all others are as wide as their volume. */
const widths: Partial<Record<Look, number>> = { gone: 1.5, idle: 1.5 };

const order: readonly Look[] = ["benign", "malicious", "blocked", "gone", "idle"];
