import { useNavigate, useSearch } from "@tanstack/react-router";
import { useView } from "../lib/hooks";
import { formatSpan, zoneName } from "../lib/time";
import { ofPage, writeView } from "../lib/url";
import { Segmented } from "../parts/Segmented";
import { type Extent, lastNames, type Span } from "../range/range";
import { RangePicker } from "../range/RangePicker";
import toolbar from "../view/Toolbar.module.css";
import { ZoneChoice } from "../zone/ZoneChoice";

interface Props {
  extent: Extent;
  span: Span;
  /** Whether the query alone says of what time it is. */
  inQuery: boolean;
}

/** The heading of the page, and of what time is asked. */
export function SearchToolbar({ extent, span, inQuery }: Props) {
  const [view] = useView();
  const { range, zone } = view;
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const choose = (next: "page" | "query") => {
    const { timespan: _, ...own } = ofPage(search);
    void navigate({
      to: ".",
      search: { ...writeView(view), ...own, ...(next === "query" && { timespan: "query" }) },
      // A long query is in there.
      hash: true,
      hashScrollIntoView: false,
      resetScroll: false,
    });
  };
  return (
    <div className={toolbar.toolbar}>
      <div className={toolbar.heading}>
        <h1 className={toolbar.title}>Search</h1>
        <p className={toolbar.range}>
          {inQuery ? (
            "The query says of what time it is"
          ) : (
            <>
              <span className="number">{formatSpan(span.from, span.to, zone)}</span> {zoneName(span.to, zone)}
              {range.kind === "last" && <> · last {lastNames[range.last]}</>}
              {range.kind === "all" && " · all data"}
            </>
          )}
        </p>
      </div>
      <div className={toolbar.controls}>
        <Segmented
          label="Time that is asked about"
          value={inQuery ? "query" : "page"}
          options={[
            { value: "page", label: "Time range", title: "The query is asked of the range that is chosen here" },
            { value: "query", label: "Set in query", title: "Only the query itself says of what time it is" },
          ]}
          onChange={choose}
        />
        {!inQuery && <RangePicker extent={extent} span={span} />}
        <ZoneChoice />
      </div>
    </div>
  );
}
