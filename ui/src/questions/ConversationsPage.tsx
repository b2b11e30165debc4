import { lazy } from "react";
import { conversations } from "../tables/table";
import { TablesPage } from "../tables/TablesPage";

const byInitiator = { id: "conversations", title: "By initiator", Content: lazy(() => import("./ConversationsTab")) };

export default function ConversationsPage() {
  return <TablesPage title="Conversations" tables={conversations} beside={byInitiator} />;
}
