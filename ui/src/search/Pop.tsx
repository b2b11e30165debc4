import { type ReactElement, type ReactNode, useMemo, useRef, useState } from "react";
import { Button } from "../parts/Button";
import { Modal } from "../parts/Modal";
import styles from "./Search.module.css";

interface Props {
  name: string;
  icon: ReactElement;
  children: (close: () => void) => ReactNode;
}

/** A button with a list under it. */
export function Pop({ name, icon, children }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  const close = () => setOpen(false);
  return (
    <>
      <span ref={anchor}>
        <Button
          appearance="subtle"
          icon={icon}
          aria-haspopup="dialog"
          className={styles.tool}
          onClick={() => setOpen(true)}
        >
          {name}
        </Button>
      </span>
      <Modal open={open} onClose={close} label={name} place={place}>
        <div className={styles.pop}>{children(close)}</div>
      </Modal>
    </>
  );
}
