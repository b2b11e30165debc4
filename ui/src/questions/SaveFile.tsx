import type { FluentIcon } from "@fluentui/react-icons";
import styles from "./HandOver.module.css";

interface Props {
  /** What its rows are: "flows". */
  many: string;
  /** Of the format: "CSV". */
  name: string;
  address: string;
  Icon: FluentIcon;
}

/**
 * All rows as a file, which the server sends while it reads them. They can be more than a page can hold, so the
 * browser takes them as a download of its own: its list of downloads says how much has come, and cancels it.
 */
export function SaveFile({ many, name, address, Icon }: Props) {
  const label = `Save all ${many} as ${name}`;
  return (
    <a
      className={styles.save}
      href={address}
      download
      aria-label={label}
      title={`${label}: every row that passes, with every column. Your browser's downloads show how much has come, and can cancel it.`}
    >
      <Icon aria-hidden="true" />
    </a>
  );
}
