// Who came with a token. The token itself is in a cookie that no script can read.

/** The name of the token that this browser has, by its cookies; empty where it has none. */
export function tokenName(cookies: string): string {
  const value = /(?:^|;\s*)weir-token-name=([^;]+)/.exec(cookies)?.[1];
  if (value === undefined) return "";
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Forgets the token and shows the form for one. */
export async function logOut(): Promise<void> {
  await fetch("/logout", { method: "POST", redirect: "manual" });
  location.assign("/");
}

/** The token counts no more: the page that is loaded anew is the form for one. */
export function askAgain(): void {
  location.reload();
}
