import styles from "./Select.module.css";

interface Props {
  label: string;
  title: string;
  value: string;
  options: readonly { value: string; label: string }[];
  /** In windows as narrow as a phone, in pixels. */
  narrow: number;
  onChange: (value: string) => void;
}

/** One of several, of which only the one is in sight: the browser's own, so that a phone shows its own list. */
export function Select({ label, title, value, options, narrow, onChange }: Props) {
  return (
    <select
      className={styles.choice}
      style={{ "--narrow": `${narrow}px` } as React.CSSProperties}
      aria-label={label}
      title={title}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
