// A picture as a file: as it is on the page, with its colours and fonts, and nothing that only a pointer needs.

import { saveData } from "../lib/hand-over";

/** What of its look a picture takes from the style sheets of the page. */
const looks = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-opacity",
  "vector-effect",
  "paint-order",
  "opacity",
  "display",
  "visibility",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
] as const;

const namespace = "http://www.w3.org/2000/svg";

/** The picture as text that stands for itself: every style it has on the page is written into it. */
export function svgOf(picture: SVGSVGElement, title: string): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const [from, to] = [partsOf(picture), partsOf(copy)];
  const unseen: Element[] = [];
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element);
    const twin = to[i];
    if (!twin) continue;
    const hidden = style.display === "none" || (style.stroke.includes("rgba(0, 0, 0, 0)") && style.fill === "none");
    if (hidden && element.tagName !== "defs" && element.closest("defs") === null) unseen.push(twin);
    for (const name of ["class", "tabindex", "role", "aria-pressed", "style"]) twin.removeAttribute(name);
    const text = looks.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
    twin.setAttribute("style", text);
  }
  for (const element of unseen) element.remove();
  const { width, height } = sizeOf(picture);
  copy.setAttribute("xmlns", namespace);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const name = document.createElementNS(namespace, "title");
  name.textContent = title;
  const ground = document.createElementNS(namespace, "rect");
  const box = picture.viewBox.baseVal;
  for (const [key, value] of Object.entries({ x: box.x, y: box.y, width: box.width, height: box.height }))
    ground.setAttribute(key, String(value));
  ground.setAttribute("fill", groundOf(picture));
  copy.prepend(name, ground);
  return new XMLSerializer().serializeToString(copy);
}

function partsOf(root: Element): Element[] {
  return [root, ...root.querySelectorAll("*")];
}

/** The size on the page, in pixels. */
function sizeOf(picture: SVGSVGElement): { width: number; height: number } {
  const { width, height } = picture.getBoundingClientRect();
  return { width: Math.round(width), height: Math.round(height) };
}

/** The colour behind it: its own, or that of what it stands on. */
function groundOf(element: Element | null): string {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (backgroundColor !== "transparent" && backgroundColor !== "rgba(0, 0, 0, 0)") return backgroundColor;
  }
  return "white";
}

/** As a bitmap, with so many dots for a pixel. */
async function pngOf(picture: SVGSVGElement, title: string, dots = 2): Promise<Blob> {
  const { width, height } = sizeOf(picture);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(picture, title))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * dots, height * dots];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser draws no PNG"))), "image/png"),
  );
}

export type PictureFormat = "svg" | "png" | "json";

export interface Saved {
  /** Of the file, without its ending. */
  name: string;
  title: string;
  /** What the picture is drawn from, as the API answers it. */
  answer: unknown;
}

/** Hands the picture to the browser to keep; returns its size in bytes. */
export async function savePicture(
  picture: SVGSVGElement,
  format: PictureFormat,
  { name, title, answer }: Saved,
): Promise<number> {
  const file = `${name}.${format}`.replaceAll(":", "");
  if (format === "png") return saveData(file, await pngOf(picture, title));
  const [type, text] =
    format === "svg"
      ? ["image/svg+xml", svgOf(picture, title)]
      : ["application/json", `${JSON.stringify(answer, null, 2)}\n`];
  return saveData(file, new Blob([text], { type }));
}
