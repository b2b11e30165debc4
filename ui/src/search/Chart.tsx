// The picture of an answer, in a chunk of its own because of the chart library.

import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";
import { useView } from "../lib/hooks";
import { useTheme } from "../shell/theme";
import { optionOf } from "./option";
import type { Plot } from "./plot";
import styles from "./Chart.module.css";

register([BarChart, LineChart, PieChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export default function Chart({ plot }: { plot: Plot }) {
  return (
    <figure className={styles.figure}>
      {plot.title !== "" && <figcaption className={styles.title}>{plot.title}</figcaption>}
      {plot.form === "card" ? <Cards plot={plot} /> : <Picture plot={plot} />}
      {plot.left !== "" && <p className={styles.left}>{plot.left}</p>}
    </figure>
  );
}

function Cards({ plot }: { plot: Plot }) {
  return (
    <dl className={styles.cards}>
      {plot.places.map((name, at) => (
        // Columns have their place, and can have a name twice.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={styles.card}>
          <dd className={styles.value}>{plot.series[at]!.name || "–"}</dd>
          <dt className={styles.name}>{name}</dt>
        </div>
      ))}
    </dl>
  );
}

function Picture({ plot }: { plot: Plot }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const [width, setWidth] = useState(0);
  const [{ zone }] = useView();
  const look = useTheme();
  useEffect(() => {
    const element = box.current!;
    const made = init(element, null, { renderer: "svg" });
    chart.current = made;
    const observer = new ResizeObserver(() => {
      made.resize();
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    if (width > 0) chart.current?.setOption(optionOf(plot, look, zone, width), { notMerge: true });
  }, [plot, look, zone, width]);
  const names = plot.series.map(({ name }) => name).join(", ");
  const summary = `${plot.form} of ${names} by ${plot.xTitle}, ${plot.places.length} places`;
  return (
    <div
      ref={box}
      className={styles.picture}
      // Lying bars need room for the name of each.
      style={plot.form === "bar" ? { height: Math.max(360, 72 + plot.places.length * 22) } : undefined}
      role="img"
      aria-label={summary}
    />
  );
}
