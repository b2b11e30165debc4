import { Button } from "../parts/Button";
import { DismissRegular, NavigationRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { Modal } from "../parts/Modal";
import { Navigation } from "./Navigation";
import styles from "./PhoneMenu.module.css";

/** Where there is no room beside the page, the navigation comes when it is called. */
export function PhoneMenu() {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button
        appearance="subtle"
        icon={<NavigationRegular />}
        aria-label="Menu"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      />
      <Modal open={open} onClose={close} label="Menu" place="left">
        <div className={styles.head}>
          <span className={styles.title}>Weir</span>
          <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={close} />
        </div>
        <Navigation folded={false} onChoose={close} />
      </Modal>
    </>
  );
}
