import { CapacityTab } from "./CapacityTab";
import { gateways } from "./table";
import { TablesPage } from "./TablesPage";

const capacity = { id: "capacity", title: "How full", Content: CapacityTab, first: true };

export default function GatewaysPage() {
  return <TablesPage title="Gateways" tables={gateways} beside={capacity} />;
}
