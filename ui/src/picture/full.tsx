import type { ReactElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

/** A picture with an element for all that is in it, for as long as it takes to write it down. */
export function fullPicture(beside: Element, drawing: ReactElement): SVGSVGElement | null {
  const host = document.createElement("div");
  const { width, height } = beside.getBoundingClientRect();
  host.style.cssText = `position:absolute;left:-100000px;width:${width}px;height:${height}px`;
  beside.append(host);
  const root = createRoot(host);
  flushSync(() => root.render(drawing));
  setTimeout(() => {
    root.unmount();
    host.remove();
  });
  return host.querySelector("svg");
}
