import { owners } from "./table";
import { TablesPage } from "./TablesPage";

export default function HostsPage() {
  return <TablesPage title="Hosts" tables={owners} />;
}
