import { ports } from "./ports";
import { portsTable } from "../tables/table";
import { QuestionPage } from "./QuestionPage";

export default function PortsPage() {
  return <QuestionPage question={ports} table={portsTable} />;
}
