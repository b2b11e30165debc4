import type { HostAnswer } from "../api/types";
import { formatCount, formatInteger, type Measures, type Unit, units } from "../lib/format";
import { Value } from "../parts/Value";
import { Change } from "../traffic/Tiles";
import tiles from "../traffic/Tiles.module.css";
import styles from "./host.module.css";

interface Props {
  answer: HostAnswer | undefined;
  unit: Unit;
  /** What it is compared with; null: nothing. */
  against: string | null;
}

/** What else is counted of a host: who sent how much, what of it was malicious, with how many, at how many ports. */
export function Balance({ answer, unit, against }: Props) {
  return (
    <section
      aria-label="What it sent, malicious flows, partners and ports"
      className={`${tiles.tiles} ${styles.balance}`}
    >
      <Tile name="Sent and received">{answer && <Sent answer={answer} compared={against !== null} />}</Tile>
      <Tile
        name="Malicious"
        change={
          answer?.before &&
          against !== null && (
            <Change
              now={answer.traffic.malicious.total[unit]}
              before={answer.before.malicious.total[unit]}
              unit={unit}
              against={against}
            />
          )
        }
      >
        {answer && <Sums measures={answer.traffic.malicious.total} unit={unit} />}
      </Tile>
      <Tile name="Partners">
        {answer && (
          <Main value={formatCount(answer.partners.distinct)} title={formatInteger(answer.partners.distinct)}>
            {answer.malicious.distinct > 0 && (
              <span>{formatInteger(answer.malicious.distinct)} in malicious flows</span>
            )}
            {answer.news && <span>{formatInteger(answer.news.partners.distinct)} new</span>}
          </Main>
        )}
      </Tile>
      <Tile name="Ports it is asked at">
        {answer && (
          <Main value={formatCount(answer.serves.distinct)} title={formatInteger(answer.serves.distinct)}>
            <span>uses {formatInteger(answer.uses.distinct)} at others</span>
            {answer.news && (
              <span>{formatInteger(answer.news.serves.distinct + answer.news.uses.distinct)} new, let through</span>
            )}
          </Main>
        )}
      </Tile>
    </section>
  );
}

interface TileProps {
  name: string;
  change?: React.ReactNode;
  children: React.ReactNode;
}

function Tile({ name, change, children }: TileProps) {
  return (
    <div className={`card ${tiles.tile}`}>
      <div className={tiles.head}>
        <h2 className={tiles.name}>{name}</h2>
        {change}
      </div>
      {children}
    </div>
  );
}

function Main({ value, title, children }: { value: string; title: string; children: React.ReactNode }) {
  return (
    <>
      <p className={tiles.main}>
        <span className="number" title={title}>
          {value}
        </span>
      </p>
      <p className={tiles.others}>{children}</p>
    </>
  );
}

function Sums({ measures, unit }: { measures: Measures; unit: Unit }) {
  return (
    <>
      <p className={tiles.main}>
        <Value value={measures[unit]} unit={unit} />
        {unit !== "bytes" && <span className={tiles.unit}>{unit}</span>}
      </p>
      <p className={tiles.others}>
        {units
          .filter((other) => other !== unit)
          .map((other) => (
            <Value key={other} value={measures[other]} unit={other} named />
          ))}
      </p>
    </>
  );
}

/** Bytes both ways, whoever opened the connections: what leaves a host is not what it initiates. */
function Sent({ answer: { traffic, before }, compared }: { answer: HostAnswer; compared: boolean }) {
  const { sent, received, ratio } = traffic;
  const all = sent.bytes + received.bytes;
  const earlier = (compared && before?.ratio) || null;
  return (
    <>
      <p className={styles.both}>
        <span>
          <Value value={sent.bytes} unit="bytes" /> <span className={tiles.unit}>sent</span>
        </span>
        <span>
          <Value value={received.bytes} unit="bytes" /> <span className={tiles.unit}>received</span>
        </span>
      </p>
      <span className={styles.bar} aria-hidden="true">
        {all > 0 && <span style={{ width: `${(100 * sent.bytes) / all}%` }} />}
      </span>
      <p className={tiles.others} title="Bytes sent for each byte received">
        <span>{ratio === null ? "nothing received" : `${ratioText(ratio)} : 1`}</span>
        {earlier !== null && <span>before {ratioText(earlier)} : 1</span>}
      </p>
    </>
  );
}

function ratioText(ratio: number): string {
  return ratio >= 100 ? formatCount(ratio) : ratio.toFixed(ratio < 10 ? 2 : 1);
}
