import type { ReactNode } from "react";
import { askedTraffic } from "../api/asked";
import { useView } from "../lib/hooks";
import { chartPoints } from "../traffic/course";
import { TrafficCard } from "../traffic/TrafficCard";
import { type FrameProps, PlainFrame } from "./PlainFrame";

interface Props extends Omit<FrameProps, "trend"> {
  /** What is to be seen over time, where that is not the traffic in its four parts. */
  trend?: ReactNode;
}

/** What a page about traffic has, with its course. Pages without a course are plain: theirs is no code for charts. */
export function Frame({ trend, ...props }: Props) {
  const [{ unit, zone }] = useView();
  const { period, own } = props;
  const { extent, scope, against } = period;
  return (
    <PlainFrame
      {...props}
      trend={
        trend ??
        (({ traffic, earlier }) => (
          <TrafficCard
            traffic={traffic}
            asked={own?.asked ?? askedTraffic(scope, chartPoints)}
            then={
              against !== null && !(own && !own.before)
                ? { name: against, traffic: own ? own.before?.course : earlier }
                : null
            }
            extent={extent}
            span={scope}
            unit={unit}
            zone={zone}
          />
        ))
      }
    />
  );
}
