import { Button } from "../parts/Button";
import { TableSettingsRegular } from "@fluentui/react-icons";
import { useMemo, useRef, useState } from "react";
import { Modal } from "../parts/Modal";
import styles from "./ColumnChooser.module.css";

interface Choice {
  id: string;
  name: string;
  group?: string;
}

interface Props {
  all: readonly Choice[];
  shown: readonly Choice[];
  choose: (chosen: ReadonlySet<string> | null) => void;
}

/** Which columns the table has. */
export function ColumnChooser({ all, shown, choose }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  const groups = [...new Set(["", ...all.map((column) => column.group ?? "")])];
  const chosen = new Set(shown.map((column) => column.id));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose(next);
  };
  return (
    <>
      <span ref={anchor}>
        <Button
          size="small"
          appearance="subtle"
          icon={<TableSettingsRegular />}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          Columns
        </Button>
      </span>
      <Modal open={open} onClose={() => setOpen(false)} label="Columns" place={place}>
        <div className={styles.groups}>
          {groups.map((group) => (
            <fieldset key={group} className={styles.group}>
              <legend className={styles.legend}>{group === "" ? "Numbers and more" : group}</legend>
              {all
                .filter((column) => (column.group ?? "") === group)
                .map(({ id, name }) => (
                  <label key={id} className={styles.choice}>
                    <input type="checkbox" checked={chosen.has(id)} onChange={() => toggle(id)} />
                    {name}
                  </label>
                ))}
            </fieldset>
          ))}
        </div>
        <Button size="small" onClick={() => choose(null)}>
          As at first
        </Button>
      </Modal>
    </>
  );
}
