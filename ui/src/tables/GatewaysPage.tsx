import { gateways } from "./table";
import { TablesPage } from "./TablesPage";

export default function GatewaysPage() {
  return <TablesPage title="Gateways" tables={gateways} />;
}
