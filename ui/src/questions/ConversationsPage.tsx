import { conversations } from "./conversations";
import { QuestionPage } from "./QuestionPage";

export default function ConversationsPage() {
  return <QuestionPage question={conversations} />;
}
