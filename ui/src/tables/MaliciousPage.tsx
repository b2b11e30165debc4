import { malicious } from "./table";
import { TablesPage } from "./TablesPage";

/** Flows with a malicious end; those that were let in come first. */
export default function MaliciousPage() {
  return <TablesPage title="Malicious" tables={malicious} flows="malicious" />;
}
