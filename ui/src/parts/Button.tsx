import type { ButtonHTMLAttributes, ReactElement, Ref } from "react";
import styles from "./Button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** How much it asks for attention: secondary where nothing is said. */
  appearance?: "primary" | "secondary" | "subtle" | "transparent";
  size?: "small" | "medium";
  icon?: ReactElement | null;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that looks as Fluent's does. Theirs is a tenth of all script of a first load. */
export function Button({ appearance = "secondary", size = "medium", icon, className, children, ...others }: Props) {
  return (
    <button
      type="button"
      {...others}
      className={className === undefined ? styles.button : `${styles.button} ${className}`}
      data-look={appearance}
      data-size={size}
      data-bare={children === undefined}
    >
      {icon && <span className={styles.icon}>{icon}</span>}
      {children}
    </button>
  );
}
