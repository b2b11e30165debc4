import { networks } from "./table";
import { TablesPage } from "./TablesPage";

export default function NetworksPage() {
  return <TablesPage title="Networks" tables={networks} />;
}
