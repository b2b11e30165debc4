import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { flowsQuery, pageRows } from "../api/queries";
import { useView } from "../lib/hooks";
import { ofPage, writeView } from "../lib/url";
import { Frame } from "../view/Frame";
import { usePeriod } from "../view/period";
import { type About, WithData } from "../view/WithData";
import { FlowsCard } from "./FlowsCard";
import { readSort } from "./sort";

/** The rows that every number is the sum of. */
export default function FlowsPage() {
  return <WithData page="Flows">{(about) => <Rows {...about} />}</WithData>;
}

function Rows(about: About) {
  const [view] = useView();
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const period = usePeriod(about.status);
  const sort = readSort(search.sort);
  const after = search.page ?? "";
  const query = useQuery(flowsQuery({ scope: period.scope, sort, after, limit: pageRows }));
  const go = (to: { sort?: string; page?: string }) => {
    const { sort: by = search.sort ?? "", page = "" } = to;
    void navigate({
      to: ".",
      search: { ...writeView(view), ...ofPage(search), sort: by === "time" ? "" : by, page },
      resetScroll: false,
    });
  };
  return (
    <Frame {...about} title="Flows" period={period} answers={[query]}>
      {() => (
        <FlowsCard
          query={query}
          scope={period.scope}
          sort={sort}
          first={after === ""}
          turn={(page) => go({ page })}
          sortBy={(by) => go({ sort: by })}
        />
      )}
    </Frame>
  );
}
