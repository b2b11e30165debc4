// The addresses of the pages. The code of each comes when it is opened, or when the pointer or focus is on its link.

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { parseQuery, pickSearch, stringifyQuery } from "./lib/url";
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
  component: lazyRouteComponent(() => import("./overview/Overview")),
});

const hostsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/hosts",
  component: lazyRouteComponent(() => import("./tables/HostsPage")),
});

const hostRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/host",
  component: lazyRouteComponent(() => import("./host/HostPage")),
});

const conversationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/conversations",
  component: lazyRouteComponent(() => import("./questions/ConversationsPage")),
});

const portsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/ports",
  component: lazyRouteComponent(() => import("./questions/PortsPage")),
});

const rulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/rules",
  component: lazyRouteComponent(() => import("./rules/RulesPage")),
});

const openRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/open",
  component: lazyRouteComponent(() => import("./rules/OpenPage")),
});

// What this page had are tabs of the hosts; links to it lead there.
const networksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/networks",
  beforeLoad: ({ search }) => {
    // oxlint-disable-next-line only-throw-error
    throw redirect({ to: "/hosts", search: { ...search, tab: search.tab ?? "vnets" }, replace: true });
  },
});

const placesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/places",
  component: lazyRouteComponent(() => import("./tables/PlacesPage")),
});

const gatewaysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/gateways",
  component: lazyRouteComponent(() => import("./tables/GatewaysPage")),
});

const maliciousRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/malicious",
  component: lazyRouteComponent(() => import("./tables/MaliciousPage")),
});

const mapRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/map",
  component: lazyRouteComponent(() => import("./geomap/MapPage")),
});

const topologyRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/topology",
  component: lazyRouteComponent(() => import("./topology/TopologyPage")),
});

const balancersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/balancers",
  component: lazyRouteComponent(() => import("./balancers/BalancersPage")),
});

const environmentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/environment",
  component: lazyRouteComponent(() => import("./environment/EnvironmentPage")),
});

const flowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/flows",
  component: lazyRouteComponent(() => import("./flows/FlowsPage")),
});

const searchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/search",
  component: lazyRouteComponent(() => import("./search/SearchPage")),
});

const dataRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/data",
  component: lazyRouteComponent(() => import("./data/DataPage")),
});

export function newRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([
      overviewRoute,
      hostsRoute,
      hostRoute,
      conversationsRoute,
      portsRoute,
      rulesRoute,
      openRoute,
      networksRoute,
      placesRoute,
      gatewaysRoute,
      maliciousRoute,
      mapRoute,
      topologyRoute,
      balancersRoute,
      environmentRoute,
      flowsRoute,
      searchRoute,
      dataRoute,
    ]),
    parseSearch: parseQuery,
    stringifySearch: stringifyQuery,
    defaultPreload: "intent",
    scrollRestoration: false,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
