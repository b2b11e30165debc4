// The addresses of the page.

import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { parseQuery, pickSearch, stringifyQuery } from "./lib/url";
import { Overview } from "./overview/Overview";
import { Shell } from "./shell/Shell";
import { NotFound } from "./states/NotFound";

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
});

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: pickSearch,
  component: Overview,
});

export function newRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([overviewRoute]),
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
