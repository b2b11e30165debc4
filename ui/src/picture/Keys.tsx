import styles from "./Keys.module.css";

interface Props {
  open: boolean;
  set: (open: boolean) => void;
}

/** What keys do on a picture, for who wants to know. */
export function Keys({ open, set }: Props) {
  return (
    <div className={styles.all}>
      <button type="button" className={styles.help} aria-expanded={open} onClick={() => set(!open)}>
        Keys (?)
      </button>
      {open && (
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
    </div>
  );
}

const keys: readonly [string, string][] = [
  ["A D W S", "move; or drag"],
  ["+ −", "zoom; or Ctrl and wheel, or two fingers"],
  ["R", "the whole picture"],
  ["Shift + arrows", "to the next node"],
  ["Shift + L", "the next line of a node"],
  ["Enter", "choose what has the focus"],
  ["Esc", "let go"],
  ["Ctrl + F6", "between what is shown and the picture"],
  ["?", "these keys"],
];
