import { hosts } from "./hosts";
import { QuestionPage } from "./QuestionPage";

export default function HostsPage() {
  return <QuestionPage question={hosts} />;
}
