import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Drawing } from "./Drawing";
import type { ComponentProps } from "react";

type Props = Omit<ComponentProps<typeof Drawing>, "many" | "sight" | "current" | "hover" | "picture" | "screen">;

const nothing = () => {};

/** The whole picture with an element for all that is in it, for as long as it takes to write it down. */
export function fullPicture(beside: Element, props: Props): SVGSVGElement | null {
  const host = document.createElement("div");
  const { width, height } = beside.getBoundingClientRect();
  host.style.cssText = `position:absolute;left:-100000px;width:${width}px`;
  beside.append(host);
  const root = createRoot(host);
  flushSync(() =>
    root.render(
      <Drawing
        {...props}
        many={false}
        sight={{ zoom: 1, x: 0, y: 0 }}
        screen={{ width, height }}
        current=""
        hover={nothing}
        picture={{ current: null }}
      />,
    ),
  );
  setTimeout(() => {
    root.unmount();
    host.remove();
  });
  return host.querySelector("svg");
}
