import { Button } from "../parts/Button";
import { DarkThemeRegular } from "@fluentui/react-icons";
import { useMemo, useRef, useState } from "react";
import { Modal } from "../parts/Modal";
import type { ThemeChoice } from "./theme";
import styles from "./ThemeMenu.module.css";

const choices: { value: ThemeChoice; name: string }[] = [
  { value: "system", name: "As the system" },
  { value: "light", name: "Light" },
  { value: "dark", name: "Dark" },
];

interface Props {
  choice: ThemeChoice;
  setChoice: (choice: ThemeChoice) => void;
}

export function ThemeMenu({ choice, setChoice }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  return (
    <>
      <span ref={anchor}>
        <Button
          appearance="subtle"
          icon={<DarkThemeRegular />}
          aria-label="Theme"
          aria-haspopup="dialog"
          title="Theme"
          onClick={() => setOpen(true)}
        />
      </span>
      <Modal open={open} onClose={() => setOpen(false)} label="Theme" place={place}>
        <fieldset className={styles.choices}>
          <legend className="hidden">Theme</legend>
          {choices.map(({ value, name }) => (
            <label key={value} className={styles.choice}>
              <input type="radio" name="theme" checked={value === choice} onChange={() => setChoice(value)} />
              {name}
            </label>
          ))}
        </fieldset>
      </Modal>
    </>
  );
}
