import { portsTable } from "../tables/table";
import { TablesPage } from "../tables/TablesPage";

export default function PortsPage() {
  return <TablesPage title="Ports" tables={ports} />;
}

const ports = [portsTable];
