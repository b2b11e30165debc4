// What part of the picture is in sight.

import type { Frame } from "../picture/useSteady";

export interface Size {
  width: number;
  height: number;
}

/** How much closer than the whole picture, and where its upper left corner is. */
export interface Sight {
  zoom: number;
  x: number;
  y: number;
}

export const whole: Sight = { zoom: 1, x: 0, y: 0 };

/** As SVG shows a view box in the middle of its element. */
export function frameOf({ zoom, x, y }: Sight, picture: Size, screen: Size): Frame {
  const [width, height] = [picture.width / zoom, picture.height / zoom];
  const scale = Math.min(screen.width / width, screen.height / height);
  return {
    scale,
    x: (screen.width - width * scale) / 2 - x * scale,
    y: (screen.height - height * scale) / 2 - y * scale,
  };
}

/** As near as labels are as large as text, and a bit. */
export function closest(picture: Size, screen: Size): number {
  return Math.max(8, 1.5 / frameOf(whole, picture, screen).scale);
}

/** The sight, within the picture. */
export function held({ zoom, x, y }: Sight, { width, height }: Size): Sight {
  const within = (at: number, size: number) => Math.min(size - size / zoom, Math.max(0, at));
  return { zoom, x: within(x, width), y: within(y, height) };
}

/** Nearer by a factor, around a point of the picture; its middle where none is given. */
export function nearer(
  sight: Sight,
  by: number,
  picture: Size,
  most: number,
  around?: { x: number; y: number },
): Sight {
  const zoom = Math.min(most, Math.max(1, sight.zoom * by));
  const at = around ?? { x: sight.x + picture.width / sight.zoom / 2, y: sight.y + picture.height / sight.zoom / 2 };
  const part = sight.zoom / zoom;
  return held({ zoom, x: at.x - (at.x - sight.x) * part, y: at.y - (at.y - sight.y) * part }, picture);
}

/** A sight as the link has it, in parts of the picture: empty of the whole. */
export function writeSight({ zoom, x, y }: Sight, { width, height }: Size): string {
  if (zoom === 1) return "";
  return [zoom.toFixed(2), (x / width).toFixed(4), (y / height).toFixed(4)].map(Number).join(",");
}

export function readSight(text: string, picture: Size): Sight {
  const [zoom = NaN, x = NaN, y = NaN] = text.split(",").map(Number);
  if (!(zoom > 1 && zoom < 1000 && x >= 0 && y >= 0)) return whole;
  return held({ zoom, x: x * picture.width, y: y * picture.height }, picture);
}
