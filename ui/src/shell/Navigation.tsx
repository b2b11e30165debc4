import { Link } from "@tanstack/react-router";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import styles from "./Navigation.module.css";
import { pages } from "./pages";

interface Props {
  /** Whether there is room for no more than the pictures. */
  folded: boolean;
  /** What else is to happen when a page is chosen. */
  onChoose?: () => void;
}

/** The pages, each in the range, unit and zone that were chosen. */
export function Navigation({ folded, onChoose }: Props) {
  const [view] = useView();
  const search = writeView(view);
  return (
    <nav id="pages" aria-label="Pages">
      <ul className={styles.pages} data-folded={folded}>
        {pages.map(({ to, name, Icon, begins }) => (
          <li key={to} className={styles.entry} data-begins={begins}>
            <Link
              to={to}
              search={search}
              className={styles.page}
              activeOptions={here}
              title={folded ? name : undefined}
              {...(onChoose && { onClick: onChoose })}
            >
              <span className={styles.icon} aria-hidden="true">
                <Icon />
              </span>
              <span className={folded ? "hidden" : undefined}>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

// Whatever else is in the address.
const here = { exact: true, includeSearch: false };
