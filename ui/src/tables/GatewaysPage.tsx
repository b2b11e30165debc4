import { lazy } from "react";
import { gateways } from "./table";
import { TablesPage } from "./TablesPage";

const capacity = { id: "capacity", title: "How full", Content: lazy(() => import("./CapacityTab")), first: true };

export default function GatewaysPage() {
  return <TablesPage title="Gateways" tables={gateways} beside={capacity} />;
}
