import { places } from "./table";
import { TablesPage } from "./TablesPage";

export default function PlacesPage() {
  return <TablesPage title="Places" tables={places} />;
}
