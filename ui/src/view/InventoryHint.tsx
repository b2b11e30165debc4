import { Button } from "../parts/Button";
import { DismissRegular } from "@fluentui/react-icons";
import { useMemo, useRef, useState } from "react";
import { useDismissed } from "../lib/hooks";
import { Modal } from "../parts/Modal";
import { Command } from "../states/Command";
import styles from "./InventoryHint.module.css";

/** Says once that an inventory would add names, until it is put away. */
export function InventoryHint() {
  const [dismissed, dismiss] = useDismissed("weir.hint.inventory");
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const place = useMemo(() => ({ below: anchor }), []);
  if (dismissed) return null;
  return (
    <span ref={anchor} className={styles.hint}>
      <button type="button" className={styles.tell} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        An inventory would add names
      </button>
      <Button
        size="small"
        appearance="transparent"
        icon={<DismissRegular />}
        className={styles.dismiss}
        aria-label="Do not say that an inventory would add names again"
        title="Do not say this again"
        onClick={dismiss}
      />
      <Modal open={open} onClose={() => setOpen(false)} label="An inventory would add names" place={place}>
        <div className={styles.about}>
          <p>
            With an inventory of your network, addresses here have the names of virtual machines, subnets, gateways and
            sites. What is stored gets them at once.
          </p>
          <Command text="weir topology import FILE..." />
          <p>FILE is what the Azure portal, az or Resource Graph writes, of any kind of resource.</p>
        </div>
      </Modal>
    </span>
  );
}
