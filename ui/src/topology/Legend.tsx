import { looks } from "./edges";
import styles from "./Picture.module.css";

/** What lines and marks mean. Colour is never alone: lines differ in their dashes, too. */
export function Legend({ compared }: { compared: boolean }) {
  return (
    <ul className={styles.legend} aria-label="What the lines mean">
      {looks
        .filter(({ look }) => look !== "gone" || compared)
        .map(({ look, name, meaning }) => (
          <li key={look} className={styles.key} data-look={look}>
            <svg viewBox="0 0 28 10" aria-hidden="true">
              <line x1="0" y1="5" x2="28" y2="5" strokeWidth="3" />
            </svg>
            {name}: {meaning}
          </li>
        ))}
      <li>Width: volume. Arrows: who initiates</li>
      <li>?: the inventory knows no connection</li>
      {compared && <li>+: new</li>}
    </ul>
  );
}
