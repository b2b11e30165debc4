// Giving what is on the page to other programs.

/** Puts text on the clipboard; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Over plain HTTP from another machine browsers have no clipboard but this.
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
  }
}

/** Hands a file to the browser to keep; returns its size in bytes. */
export function saveFile(name: string, type: string, text: string): number {
  return saveData(name, new Blob([text], { type }));
}

/** The same with what is no text. */
export function saveData(name: string, file: Blob): number {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the data after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return file.size;
}
