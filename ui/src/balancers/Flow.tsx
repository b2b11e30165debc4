import { formatMeasure, formatShare, type Unit } from "../lib/format";
import styles from "./Balancers.module.css";
import { badOf, type Bar, column, type Part, spread, widthOfPicture } from "./spread";

interface Props {
  name: string;
  /** Below its name: where it takes connections. */
  fronts: readonly string[];
  total: number;
  sources: readonly Part[];
  backends: readonly Part[];
  unit: Unit;
}

/** What came to a balancer from where, and how it was spread. The tables beside it have the same in words. */
export function Flow({ name, fronts, total, sources, backends, unit }: Props) {
  const { height, middle, ...at } = spread(sources, backends);
  const centre = widthOfPicture / 2;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls can be scrolled by keys
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={`Picture of ${name}`}>
      <svg
        className={styles.flow}
        viewBox={`0 0 ${widthOfPicture} ${height}`}
        role="img"
        aria-label={`How ${name} spreads traffic`}
      >
        {[...at.into, ...at.out].map(({ path, malicious }, i) => (
          // oxlint-disable-next-line no-array-index-key
          <path key={i} className={styles.ribbon} data-malicious={malicious} d={path} />
        ))}
        {at.sources.map((bar) => (
          <Side key={bar.name} bar={bar} x={column.width} of={at.sources} unit={unit} left />
        ))}
        {at.backends.map((bar) => (
          <Side key={bar.name} bar={bar} x={widthOfPicture - column.width - column.bar} of={at.backends} unit={unit} />
        ))}
        <g className={styles.middle}>
          <rect x={centre - column.middle / 2} y={middle.y} width={column.middle} height={middle.height} rx={6} />
          <text x={centre} y={middle.y + middle.height / 2 - 12} className={styles.name}>
            {fitting(name, 24)}
          </text>
          {fronts.slice(0, 2).map((front, i) => (
            <text key={front} x={centre} y={middle.y + middle.height / 2 + 8 + 16 * i}>
              {front}
            </text>
          ))}
          <text x={centre} y={middle.y + middle.height / 2 + 46}>
            {formatMeasure(total, unit)}
          </text>
        </g>
      </svg>
    </div>
  );
}

interface SideProps {
  bar: Bar;
  x: number;
  of: readonly Bar[];
  unit: Unit;
  left?: boolean;
}

function Side({ bar, x, of, unit, left }: SideProps) {
  const whole = of.reduce((sum, { value }) => sum + value, 0);
  const [at, y] = [left ? x - 8 : x + column.bar + 8, bar.y + bar.height / 2];
  return (
    <g className={styles.side} data-left={left === true}>
      <rect x={x} y={bar.y} width={column.bar} height={Math.max(bar.height, 2)} />
      {bar.malicious > 0 && <rect x={x} y={bar.y} width={column.bar} height={badOf(bar)} data-malicious />}
      <text x={at} y={y - 3} className={styles.name}>
        <title>{bar.name}</title>
        {fitting(bar.name, 26)}
      </text>
      <text x={at} y={y + 12}>
        {bar.value === 0 ? "nothing" : `${formatMeasure(bar.value, unit)} · ${formatShare(bar.value / whole)}`}
        {bar.malicious > 0 && ` · ${formatMeasure(bar.malicious, unit)} malicious`}
      </text>
    </g>
  );
}

function fitting(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 9)}…${name.slice(-8)}`;
}
