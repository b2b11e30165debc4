// Countries and their flags. Names come from the browser itself: the page
// asks no other host for them.

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

/** The name of a country by its two letters; the letters where they are none that is known. */
export function countryName(code: string): string {
  const upper = code.toUpperCase();
  // The browser refuses what does not have the shape of a region.
  if (!/^[A-Z]{2}$/.test(upper)) return upper;
  return names.of(upper) ?? upper;
}

/** The two regional indicators that fonts with flags draw as one. */
export function flagOf(code: string): string {
  const upper = code.toUpperCase();
  if (!/^[A-Z]{2}$/.test(upper)) return "";
  return String.fromCodePoint(...[...upper].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
}

let drawn: boolean | undefined;

/**
 * Whether this browser draws flags. Windows and machines without such a font
 * show two letters instead, which the page does better by itself.
 */
export function drawsFlags(): boolean {
  drawn ??= isColoured(flagOf("us"));
  return drawn;
}

function isColoured(text: string): boolean {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 24;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  context.textBaseline = "top";
  context.font = "16px sans-serif";
  context.fillText(text, 0, 2);
  const { data } = context.getImageData(0, 0, 24, 24);
  for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return true;
  return false;
}
