// The addresses of the page.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { parseQuery, pickSearch, stringifyQuery } from "./lib/url";
import { Overview } from "./overview/Overview";
import { Shell } from "./shell/Shell";
import { NotFound } from "./states/NotFound";

const rootRoute = createRootRoute({
  validateSearch: pickSearch,
  component: Shell,
  notFoundComponent: NotFound,
});

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: Overview,
});

const dataRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/data",
  component: lazyRouteComponent(() => import("./data/DataPage")),
});

export function newRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([overviewRoute, dataRoute]),
    parseSearch: parseQuery,
    stringifySearch: stringifyQuery,
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
