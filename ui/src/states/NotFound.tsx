import { Link } from "@tanstack/react-router";
import { State } from "./State";

export function NotFound() {
  return (
    <State title="There is no such page">
      <p>
        The address leads nowhere. <Link to="/">Go to the overview</Link>
      </p>
    </State>
  );
}
