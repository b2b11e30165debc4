import { Refused } from "../api/client";
import { Command } from "./Command";
import { State } from "./State";

/** Nothing was ever heard of the server. */
export function NotAnswering({ view, error }: { view: string; error: Error }) {
  return (
    <div role="alert">
      <h1 className="hidden">{view}</h1>
      {error instanceof Refused ? (
        <State title="Weir cannot answer">
          <p>{error.message}</p>
          <p>The page asks again every 5 seconds.</p>
        </State>
      ) : (
        <State title="Weir does not answer">
          <p>
            The server that this page came from cannot be reached any more. The page asks again every 5 seconds and goes
            on by itself. If the server was stopped, start it again:
          </p>
          <Command text="weir serve" />
        </State>
      )}
    </div>
  );
}
