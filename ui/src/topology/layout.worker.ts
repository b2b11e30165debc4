// Lays out what is too much for the page to do between two frames.

import { layOut, type Placed } from "./layout";

addEventListener("message", ({ data }: MessageEvent<string>) => postMessage(layOut(JSON.parse(data) as Placed[])));
