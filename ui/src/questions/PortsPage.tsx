import { ports } from "./ports";
import { QuestionPage } from "./QuestionPage";

export default function PortsPage() {
  return <QuestionPage question={ports} />;
}
