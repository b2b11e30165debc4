// The map of the world itself: Natural Earth's countries, which come with the page, and where a place is on it.

import { type GeoProjection, geoNaturalEarth1, geoPath, type GeoPermissibleObjects } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";

type Atlas = Topology<{ countries: GeometryCollection<{ name: string }> }>;

export interface Country {
  /** Two letters in lower case; empty where ISO 3166 has none. */
  code: string;
  name: string;
  shape: GeoPermissibleObjects;
}

/** The countries, coarse for a look at the world or fine for one at a part of it. */
export async function loadWorld(fine: boolean): Promise<readonly Country[]> {
  const { default: atlas } = fine
    ? await import("world-atlas/countries-50m.json")
    : await import("world-atlas/countries-110m.json");
  return countriesOf(atlas as unknown as Atlas);
}

export function countriesOf(atlas: Atlas): Country[] {
  return feature(atlas, atlas.objects.countries)
    .features.map((shape) => ({ code: codeOf(shape.id, shape.properties.name), name: shape.properties.name, shape }))
    .filter(({ code }) => code !== "aq");
}

/** The letters of a country by its number in ISO 3166, which every browser knows. */
function codeOf(id: string | number | undefined, name: string): string {
  if (name === "Kosovo") return "xk"; // it has no number
  if (id === undefined) return "";
  return new Intl.Locale(`und-${String(id).padStart(3, "0")}`).region?.toLowerCase() ?? "";
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** The world without the ice of the south, as large as there is room for. */
const extent: GeoPermissibleObjects = {
  type: "MultiPoint",
  coordinates: [
    [-180, 0],
    [180, 0],
    [0, 80],
    [0, -55.5],
  ],
};

/** A picture, and how wide the world is in it: on a phone wider than what is in sight, or its parts would lie on each other. */
export interface Stage extends Size {
  world: number;
}

const shape = 2.15; // of the world, as wide as so many times its height

export function stageFor({ width, height }: Size, below: number): Stage {
  return { width, height, world: Math.max(width, Math.min(width * 2, Math.round((height - below - 24) * shape))) };
}

/** How the world is laid on a picture, with room for what has no place below it. */
export function projectionFor({ world, height }: Stage, below: number): GeoProjection {
  return geoNaturalEarth1()
    .precision(0)
    .fitExtent(
      [
        [8, 12],
        [Math.max(9, world - 8), Math.max(13, height - 12 - below)],
      ],
      extent,
    );
}

/** Outlines of countries as paths. */
export type Land = readonly { code: string; d: string }[];

/** Which outlines: fine or coarse, and for what picture. */
export interface LandWanted {
  fine: boolean;
  stage: Stage;
  below: number;
}

export function outlines(world: readonly Country[], projection: GeoProjection): Land {
  const path = geoPath(projection).digits(2);
  return world.map(({ code, shape }) => ({ code, d: path(shape) ?? "" })).filter(({ d }) => d !== "");
}

/** What part of the world is in sight: its middle, and how many times larger than all of it. */
export interface Sight {
  latitude: number;
  longitude: number;
  zoom: number;
}

export const wholeWorld: Sight = { latitude: 0, longitude: 0, zoom: 1 };
export const closest = 24;

/** The sight in an address; what cannot be read is the world. */
export function readSight(text = ""): Sight {
  const [latitude, longitude, zoom] = text.split(",").map(Number);
  if (latitude === undefined || longitude === undefined || zoom === undefined) return wholeWorld;
  if (![latitude, longitude, zoom].every(Number.isFinite) || Math.abs(latitude) > 90 || Math.abs(longitude) > 180)
    return wholeWorld;
  return { latitude, longitude, zoom: Math.min(closest, Math.max(1, zoom)) };
}

/** The same for an address; empty: the world. */
export function writeSight({ latitude, longitude, zoom }: Sight): string {
  if (zoom <= 1.001 && latitude === 0 && longitude === 0) return "";
  return `${latitude.toFixed(2)},${longitude.toFixed(2)},${zoom.toFixed(2)}`;
}

/** From the picture of the whole world to that of a part of it. */
export interface Frame {
  zoom: number;
  x: number;
  y: number;
}

/** The frame of a sight, that leaves no more empty than the whole world does. */
export function frameOf(sight: Sight, projection: GeoProjection, stage: Stage): Frame {
  const { width, height } = stage;
  const [x, y] = projection([sight.longitude, sight.latitude]) ?? [stage.world / 2, height / 2];
  return held({ zoom: sight.zoom, x: width / 2 - x * sight.zoom, y: height / 2 - y * sight.zoom }, stage);
}

export function sightOf(frame: Frame, projection: GeoProjection, { width, height, world }: Stage): Sight {
  if (frame.zoom <= 1.001 && world <= width) return wholeWorld;
  const at = projection.invert?.([(width / 2 - frame.x) / frame.zoom, (height / 2 - frame.y) / frame.zoom]);
  const [longitude, latitude] = at ?? [0, 0];
  return { latitude: clamp(latitude, 85), longitude: clamp(longitude, 180), zoom: frame.zoom };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

/** The frame, moved so that the picture stays full. */
export function held(frame: Frame, { width, height, world }: Stage): Frame {
  const zoom = Math.min(closest, Math.max(1, frame.zoom));
  const within = (at: number, room: number, size: number) => Math.min(0, Math.max(room - size * zoom, at));
  return { zoom, x: within(frame.x, width, world), y: within(frame.y, height, height) };
}

/** The frame, so many times nearer to what is at a point of the picture. */
export function nearer(frame: Frame, by: number, at: Point, stage: Stage): Frame {
  const zoom = Math.min(closest, Math.max(1, frame.zoom * by));
  const grown = zoom / frame.zoom;
  return held({ zoom, x: at.x - (at.x - frame.x) * grown, y: at.y - (at.y - frame.y) * grown }, stage);
}
