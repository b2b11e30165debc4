import { rules } from "./rules";
import { QuestionPage } from "./QuestionPage";

export default function RulesPage() {
  return <QuestionPage question={rules} />;
}
