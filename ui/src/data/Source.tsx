import type { SourceContainer, SourceState } from "../api/types";
import { formatBytes, formatCount, formatInteger, shortAcl } from "../lib/format";
import { useView } from "../lib/hooks";
import {
  formatDollars,
  formatLag,
  healthWords,
  mendParts,
  type SourceHealth,
  sourceHealth,
  unarchive,
  undelete,
} from "../lib/sources";
import { formatDate, formatDuration, second } from "../lib/time";
import { ProgressBar } from "../parts/ProgressBar";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Health, type Mood } from "./Health";
import { LagChart } from "./LagChart";
import { Moment } from "./Moment";
import own from "./Sources.module.css";

const moods: Record<SourceHealth, Mood> = {
  failing: "failing",
  partly: "failing",
  unheard: "late",
  late: "late",
  waiting: "waiting",
  empty: "waiting",
  quiet: "waiting",
  good: "good",
};

interface Props {
  source: SourceState;
  /** The server's clock. */
  now: number;
}

/** How a source stands. */
export function Source({ source, now }: Props) {
  const [{ zone }] = useView();
  const { name, kind, place, fault, containers, history, lags, lookedAt } = source;
  // Nothing is to be told of what could never be read.
  const read = !fault || lookedAt !== null;
  return (
    <article className={own.source} aria-label={name}>
      <header className={own.head}>
        <h3 className={own.name}>{kind === "folder" ? shortAcl(place) : name}</h3>
        <Health mood={moods[sourceHealth(source, now)]}>{healthWords(source, now)}</Health>
        <span className={own.place}>
          {kind === "azure" ? "Storage account" : "Folder"} · {place}
        </span>
      </header>
      {fault && <Fault {...fault} />}
      {source.events?.fault && <Fault {...source.events.fault} />}
      {read && (
        <div className={own.body}>
          <Facts source={source} now={now} />
          <div>
            <Lag source={source} />
            <LagChart lags={lags} now={now} zone={zone} />
          </div>
        </div>
      )}
      {read && history && <History of={history} rows={source.expected?.historyRows ?? null} now={now} />}
      {containers.length > 0 && (
        <ul className={own.containers} aria-label={`Containers of ${name}`}>
          {containers.map((container) => (
            <Container key={container.name} container={container} source={source} now={now} />
          ))}
        </ul>
      )}
    </article>
  );
}

function Lag({ source: { lagHalf, lagMost } }: { source: SourceState }) {
  return (
    <dl className={own.lag}>
      <div title="Half of the last blocks could be asked for so soon after they were written.">
        <dt>Lag, half of the blocks</dt>
        <dd>{lagHalf === null ? "–" : formatLag(lagHalf)}</dd>
      </div>
      <div title="99 of 100 of the last blocks could be asked for so soon after they were written.">
        <dt>99 of 100</dt>
        <dd>{lagMost === null ? "–" : formatLag(lagMost)}</dd>
      </div>
    </dl>
  );
}

function Facts({ source, now }: Props) {
  const { kind, lookedAt, nextLook, newestAt, landedAt, since, flowLogs, nics, waiting, requests, expected, events } =
    source;
  const age = new Date(now).toISOString();
  const at = (moment: string | null, none: string) => (moment ? <Moment at={moment} age={age} /> : none);
  const next = nextLook ? `in ${formatDuration(Math.max(0, Date.parse(nextLook) - now))}` : "under way";
  return (
    <dl className={own.facts}>
      <Fact name="Last look" more={`the next ${next === "under way" ? "is under way" : next}`}>
        {at(lookedAt, "not yet")}
      </Fact>
      <Fact name={kind === "azure" ? "Newest block" : "Newest file"}>{at(newestAt, "none yet")}</Fact>
      <Fact name="Last landed">{at(landedAt, "nothing yet")}</Fact>
      {kind === "azure" && (
        <Fact
          name="Followed"
          more={waiting > 0 ? `${formatInteger(waiting)} blobs could not be opened and are tried again` : ""}
        >
          {formatInteger(flowLogs)} {flowLogs === 1 ? "flow log" : "flow logs"}, {formatInteger(nics)}{" "}
          {nics === 1 ? "NIC" : "NICs"} this hour
        </Fact>
      )}
      {events && (
        <Fact name="Events" more={eventsMore(events)}>
          {formatCount(events.received)}, {events.newestAt ? `${formatLag(events.lag)} late` : "none yet"}
        </Fact>
      )}
      {requests && (
        <>
          <Fact name="Requests" more={refusals(requests)}>
            {formatCount(requests.lists)} lists, {formatCount(requests.reads)} reads, {formatBytes(requests.bytes)}
          </Fact>
          <Fact
            name="They cost"
            more={
              requests.dollarsMonth === null
                ? "in a month: known after ten minutes"
                : `about ${formatDollars(requests.dollarsMonth)} in a month`
            }
          >
            {formatDollars(requests.dollars)} in {formatDuration(Math.max(0, now - Date.parse(since)))}
          </Fact>
          <Fact name="A day brings" more={expected ? `as of ${expected.hours.toFixed(1)} hours` : ""}>
            {expected
              ? `${formatBytes(expected.bytes)} of logs, ${formatCount(expected.rows)} rows`
              : "known after ten minutes at most"}
          </Fact>
        </>
      )}
    </dl>
  );
}

function eventsMore({ foreign, unreadable, sample }: NonNullable<SourceState["events"]>): string {
  const parts = [
    foreign > 0 && `${formatInteger(foreign)} of other things`,
    unreadable > 0 && `${formatInteger(unreadable)} that cannot be read, such as ${sample}`,
  ];
  return parts.filter(Boolean).join(", ");
}

function refusals({ throttled, failed }: NonNullable<SourceState["requests"]>): string {
  const parts = [
    throttled > 0 && `${formatInteger(throttled)} refused as the account was busy`,
    failed > 0 && `${formatInteger(failed)} failed`,
  ];
  return parts.filter(Boolean).join(", ");
}

function Fact({ name, more = "", children }: { name: string; more?: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {more !== "" && <span className={styles.small}>{more}</span>}
      </dd>
    </div>
  );
}

interface HistoryProps {
  of: NonNullable<SourceState["history"]>;
  /** What it brings; null where that is not known. */
  rows: number | null;
  now: number;
}

/** How far what lay there before is read. */
function History({ of: history, rows, now }: HistoryProps) {
  const { days, daysDone, reached, from, secondsLeft, doneAt, running, bytes } = history;
  const date = (at: string) => formatDate(Date.parse(at), "utc");
  const left = secondsLeft === null ? "" : `about ${formatDuration(Math.max(second, secondsLeft * second))} left`;
  const words = [
    doneAt && !running
      ? "all of it was read"
      : running
        ? `day ${formatInteger(Math.min(daysDone + 1, days))} of ${formatInteger(days)}`
        : "not begun",
    running && reached && `reading ${date(reached)}`,
    running && left,
    bytes > 0 && formatBytes(bytes),
    from && `back to ${date(from)}`,
    running && rows !== null && `about ${formatCount(rows)} rows in all`,
  ].filter(Boolean);
  const value = doneAt && !running ? 1 : days > 0 ? daysDone / days : 0;
  return (
    <div className={own.history}>
      <span>
        <strong>History</strong> {words.join(" · ")}
        {doneAt && !running && (
          <>
            {" · "}
            <Moment at={doneAt} age={new Date(now).toISOString()} />
          </>
        )}
      </span>
      <ProgressBar value={value} label="Part of the history that was read" />
    </div>
  );
}

function Fault({ cause, mend }: { cause: string; mend: string }) {
  const { before, command, after } = mendParts(mend);
  return (
    <div className={own.fault}>
      <p className={own.cause}>{cause}</p>
      {before !== "" && <p>To mend it: {before}</p>}
      {command !== "" && <Command text={command} />}
      {after !== "" && <p>{after}</p>}
    </div>
  );
}

interface ContainerProps extends Props {
  container: SourceContainer;
}

const states: Record<SourceContainer["state"], { mood: Mood; words: string }> = {
  listed: { mood: "good", words: "Listed" },
  absent: { mood: "waiting", words: "Not there yet" },
  failing: { mood: "failing", words: "Cannot be listed" },
};

function Container({ container, source, now }: ContainerProps) {
  const { name, state, fault, flowLogs, nics, newestAt, archived, deleted } = container;
  const { mood, words } = states[state];
  return (
    <li>
      <div className={own.container}>
        <Health mood={mood}>{words}</Health>
        <span className={own.containerName}>{name}</span>
        <span className={styles.small}>
          {state === "absent"
            ? "Azure makes it for the first flow log of its kind"
            : `${formatInteger(flowLogs)} ${flowLogs === 1 ? "flow log" : "flow logs"}, ${formatInteger(nics)} ${nics === 1 ? "NIC" : "NICs"}, `}
          {state !== "absent" &&
            (newestAt ? <Moment at={newestAt} age={new Date(now).toISOString()} /> : "no blob yet")}
        </span>
      </div>
      {fault && fault.cause !== source.fault?.cause && <Fault {...fault} />}
      {archived > 0 && (
        <div className={own.fault}>
          <p>
            {formatInteger(archived)} {archived === 1 ? "blob is" : "blobs are"} archived and cannot be read. To bring
            one back, which takes hours:
          </p>
          <Command text={unarchive(container, source)} />
        </div>
      )}
      {deleted > 0 && (
        <div className={own.fault}>
          <p>
            {formatInteger(deleted)} {deleted === 1 ? "blob was" : "blobs were"} deleted. What was not read of them
            before can still be brought back:
          </p>
          <Command text={undelete(container, source)} />
        </div>
      )}
    </li>
  );
}
