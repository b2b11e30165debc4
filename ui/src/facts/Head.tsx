import { Button } from "../parts/Button";
import { DismissRegular, LinkRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useRef } from "react";
import { useView } from "../lib/hooks";
import { formatMoment, zoneName } from "../lib/time";
import { Copy } from "../parts/Copy";
import styles from "./Facts.module.css";

interface Props {
  /** The small line above the title. */
  over: string;
  title: ReactNode;
  at: string | undefined;
  actions?: ReactNode;
  onClose: () => void;
}

/** The title of the panel, the time it speaks of, and the ways out of it. */
export function Head({ over, title, at, actions, onClose }: Props) {
  const [{ zone }] = useView();
  const heading = useRef<HTMLHeadingElement>(null);
  // From one address to the next the panel stays; the focus must not be lost with what was clicked.
  useEffect(() => heading.current?.focus(), []);
  const moment = at === undefined ? null : Date.parse(at);
  return (
    <div className={styles.head}>
      <div className={styles.heading}>
        <p className={styles.over}>
          {over}
          {moment === null
            ? " · at the end of the data"
            : ` · at ${formatMoment(moment, zone)} ${zoneName(moment, zone)}`}
        </p>
        <h2 id="facts-title" ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h2>
      </div>
      <div className={styles.actions}>
        {actions}
        <Copy text={window.location.href} what="a link to this" icon={<LinkRegular />} />
        <Button
          appearance="subtle"
          icon={<DismissRegular />}
          aria-label="Close"
          title="Close (Esc)"
          onClick={onClose}
        />
      </div>
    </div>
  );
}
