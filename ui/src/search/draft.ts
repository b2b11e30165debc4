// What was typed and not yet asked, so that a look at another page does not lose it.

const key = "weir.search.draft";

export const draft = {
  read(): string {
    try {
      return sessionStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  },
  write(text: string): void {
    try {
      sessionStorage.setItem(key, text);
    } catch {
      // Storage can be full or forbidden; the text then lasts as long as the page.
    }
  },
};
