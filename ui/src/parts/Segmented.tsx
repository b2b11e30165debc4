import { useId } from "react";
import styles from "./Segmented.module.css";

interface Props<T extends string> {
  label: string;
  value: T | null;
  size?: "small" | "medium";
  options: readonly { value: T; label: string; title?: string }[];
  onChange: (value: T) => void;
}

/** One of a few, all in sight: radio buttons that look like one control. */
export function Segmented<T extends string>({ label, value, size = "medium", options, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset className={styles.segmented} data-size={size}>
      <legend className="hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.option} title={option.title}>
          <input
            type="radio"
            className={styles.input}
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className={styles.text} data-text={option.label}>
            {option.label}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
