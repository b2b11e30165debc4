// Where in the API what a widget shows is asked: for who asks it in other words.

import { writeMoment } from "../lib/url";
import type { Unit } from "../lib/format";
import type { FlowSort } from "../flows/sort";
import type { HostAsk, ListAsk, Scope, Split, TableAsk } from "./queries";

/** Rows of flows that are asked for: the first page. */
const pageRows = 100;

export interface Asked {
  /** The address in the API, with its parameters. */
  of: string;
  /** Which part of the answer, where it has several. */
  part?: string;
}

type Parameters = Record<string, string | number | readonly string[] | undefined>;

function asked(path: string, scope: Scope, more: Parameters = {}): Asked {
  const query = new URLSearchParams({ from: writeMoment(scope.from), to: writeMoment(scope.to) });
  for (const [name, value] of Object.entries({ where: scope.where, ...more })) {
    for (const each of [value].flat()) if (each !== undefined && each !== "") query.append(name, String(each));
  }
  return { of: `/api/v1/${path}?${query.toString()}` };
}

export const askedTraffic = (scope: Scope, points: number) => asked("traffic", scope, { points });

export const askedTop = (name: string, scope: Scope, by: Unit, limit: number) =>
  asked(`top/${name}`, scope, { by, limit });

export const askedTable = ({ split, scope, by, sort, offset, limit }: TableAsk) =>
  asked(`table/${split}`, scope, { by, sort, offset, limit });

export const askedSeries = (split: Split, scope: Scope, by: Unit, points: number) =>
  asked(`series/${split}`, scope, { by, limit: 5, points });

export const askedList = <Show extends string, By extends string>(
  path: "rules" | "open",
  { scope, by, show, sort, offset, limit }: ListAsk<Show, By>,
) => asked(path, scope, { by, show, sort, offset, limit });

export const askedFlows = (scope: Scope, sort: FlowSort) => asked("flows", scope, { sort, limit: pageRows });

export const askedGateways = (scope: Scope) => asked("gateways", scope);

export const askedNetworks = (scope: Scope, by: Unit, open: readonly string[], inside: readonly string[]) =>
  asked("map/networks", scope, { by, open, inside });

export const askedGeography = (scope: Scope, by: Unit) => asked("map/geography", scope, { by });

export const askedEnvironment = (scope: Scope, by: Unit, part: string): Asked => ({
  ...asked("environment", scope, { by }),
  part,
});

export const askedHost = ({ host, network, scope, by, limit, points, compare }: HostAsk, part: string): Asked => ({
  ...asked("host", scope, { host, vnet: network, by, limit, points, compare }),
  part,
});
