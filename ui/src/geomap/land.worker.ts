// Draws the outlines of countries, which takes too long to be done between two frames.

import { loadWorld, outlines, projectionFor, type Country, type LandWanted } from "./world";

const worlds = new Map<boolean, Promise<readonly Country[]>>([[false, loadWorld(false)]]);

addEventListener("message", ({ data }: MessageEvent<LandWanted>) => {
  const { fine, stage, below } = data;
  const world = worlds.get(fine) ?? loadWorld(fine);
  worlds.set(fine, world);
  void world.then((countries) => postMessage({ wanted: data, land: outlines(countries, projectionFor(stage, below)) }));
});
