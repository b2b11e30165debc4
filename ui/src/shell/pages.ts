// The pages, in the order of the navigation.

import {
  ArrowSplitRegular,
  ArrowSwapRegular,
  BuildingRegular,
  CodeTextRegular,
  DataTrendingRegular,
  DatabaseRegular,
  EarthRegular,
  LockOpenRegular,
  type FluentIcon,
  GlobeRegular,
  OrganizationRegular,
  PlugConnectedRegular,
  RouterRegular,
  ServerRegular,
  ShieldErrorRegular,
  ShieldTaskRegular,
  TableRegular,
} from "@fluentui/react-icons";

export interface PageEntry {
  to:
    | "/"
    | "/hosts"
    | "/conversations"
    | "/ports"
    | "/rules"
    | "/open"
    | "/places"
    | "/gateways"
    | "/malicious"
    | "/map"
    | "/topology"
    | "/balancers"
    | "/environment"
    | "/flows"
    | "/search"
    | "/data";
  name: string;
  Icon: FluentIcon;
  /** Whether a new group begins with it. */
  begins?: boolean;
}

export const pages: readonly PageEntry[] = [
  { to: "/", name: "Overview", Icon: DataTrendingRegular },
  { to: "/hosts", name: "Hosts", Icon: ServerRegular, begins: true },
  { to: "/conversations", name: "Conversations", Icon: ArrowSwapRegular },
  { to: "/ports", name: "Ports", Icon: PlugConnectedRegular },
  { to: "/rules", name: "Rules", Icon: ShieldTaskRegular },
  { to: "/open", name: "Open to the internet", Icon: LockOpenRegular },
  { to: "/map", name: "Map", Icon: EarthRegular, begins: true },
  { to: "/topology", name: "Topology", Icon: OrganizationRegular },
  { to: "/balancers", name: "Load balancers", Icon: ArrowSplitRegular },
  { to: "/environment", name: "Environment", Icon: BuildingRegular },
  { to: "/places", name: "Places", Icon: GlobeRegular },
  { to: "/gateways", name: "Gateways", Icon: RouterRegular },
  { to: "/malicious", name: "Malicious", Icon: ShieldErrorRegular },
  { to: "/flows", name: "Flows", Icon: TableRegular, begins: true },
  { to: "/search", name: "Search", Icon: CodeTextRegular },
  { to: "/data", name: "Data", Icon: DatabaseRegular },
];
