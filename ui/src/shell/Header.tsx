import { Badge, Button, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { DarkThemeRegular, DesktopRegular, WeatherMoonRegular, WeatherSunnyRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { statusQuery } from "../api/queries";
import { useView } from "../lib/hooks";
import { writeView } from "../lib/url";
import { Freshness } from "./Freshness";
import styles from "./Header.module.css";
import type { ThemeChoice } from "./theme";

interface Props {
  choice: ThemeChoice;
  setChoice: (choice: ThemeChoice) => void;
}

export function Header({ choice, setChoice }: Props) {
  const { data } = useQuery(statusQuery);
  return (
    <header className={styles.header}>
      <Link to="/" className={styles.brand} aria-label="Weir, to the overview">
        <Mark />
        <span className={styles.wide}>Weir</span>
      </Link>
      <Views />
      {data?.demo && (
        <Badge appearance="tint" color="brand" title="The data on this page is simulated: weir demo wrote it.">
          Demo<span className={styles.wide}>&nbsp;· simulated data</span>
        </Badge>
      )}
      <div className={styles.spring} />
      <Freshness />
      <ThemeMenu choice={choice} setChoice={setChoice} />
    </header>
  );
}

/** The views, each in the range, unit and zone that were chosen. */
function Views() {
  const [view] = useView();
  const search = writeView(view);
  return (
    <nav aria-label="Views" className={styles.views}>
      <Link to="/" search={search} className={styles.view} activeOptions={here}>
        Overview
      </Link>
      <Link to="/data" search={search} className={styles.view} activeOptions={here}>
        Data
      </Link>
    </nav>
  );
}

// Whatever else is in the address.
const here = { exact: true, includeSearch: false };

function ThemeMenu({ choice, setChoice }: Props) {
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => setChoice((checkedItems[0] ?? "system") as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<DarkThemeRegular />} aria-label="Theme" title="Theme" />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemRadio name="theme" value="system" icon={<DesktopRegular />}>
            As the system
          </MenuItemRadio>
          <MenuItemRadio name="theme" value="light" icon={<WeatherSunnyRegular />}>
            Light
          </MenuItemRadio>
          <MenuItemRadio name="theme" value="dark" icon={<WeatherMoonRegular />}>
            Dark
          </MenuItemRadio>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Water over a weir. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0f6cbd" />
      <path
        d="M5 12c3.7-3.4 7.3-3.4 11 0s7.3 3.4 11 0"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <path d="M8 18v8M13.3 18v8M18.7 18v8M24 18v8" stroke="#9bd0f5" strokeWidth="2.6" strokeLinecap="round" />
    </svg>
  );
}
