import { SignOutRegular } from "@fluentui/react-icons";
import { logOut, tokenName } from "../api/session";
import { Button } from "../parts/Button";

/** For who came with a token; others have nothing to leave. */
export function LogOut() {
  const name = tokenName(document.cookie);
  if (name === "") return null;
  return (
    <Button
      appearance="subtle"
      icon={<SignOutRegular />}
      aria-label="Log out"
      title={`Log out: this browser has the token ${name}`}
      onClick={() => void logOut()}
    />
  );
}
