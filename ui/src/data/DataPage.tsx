import { useQuery } from "@tanstack/react-query";
import {
  coverageQuery,
  diskQuery,
  jobsQuery,
  knowledgeQuery,
  pollEvery,
  sourcesQuery,
  statusQuery,
} from "../api/queries";
import { useTitle } from "../lib/hooks";
import { minute } from "../lib/time";
import { Section } from "../parts/Section";
import { Failure } from "../states/Failure";
import { NotAnswering } from "../states/NotAnswering";
import { AllowList } from "./AllowList";
import styles from "./DataPage.module.css";
import { Coverage } from "./Coverage";
import { Disk } from "./Disk";
import { Feeds } from "./Feeds";
import { Geography } from "./Geography";
import { Inventories } from "./Inventories";
import { Jobs } from "./Jobs";
import { Progress } from "./Progress";
import { ServiceTags } from "./ServiceTags";
import { Sources } from "./Sources";
import { Store } from "./Store";

/** What is stored, what is known about addresses, from where, and how fresh it is. */
export default function DataPage() {
  useTitle("Data");
  const status = useQuery(statusQuery);
  const knowledge = useQuery(knowledgeQuery);
  const disk = useQuery({ ...diskQuery, refetchInterval: minute });
  const coverage = useQuery(coverageQuery);
  const sources = useQuery({ ...sourcesQuery, refetchInterval: pollEvery });
  const jobs = useQuery(jobsQuery);
  if (!status.data) {
    return status.error ? <NotAnswering view="Data" error={status.error} /> : <div className={styles.blank} />;
  }
  // All at once, so that nothing moves when another answer comes.
  if ([knowledge, disk, coverage, sources, jobs].some(({ isPending }) => isPending))
    return <div className={styles.blank} />;
  return (
    <>
      <h1 className={styles.title}>Data</h1>
      <p className={styles.lead}>What Weir has read, and what it knows about addresses.</p>
      {knowledge.data && <Progress judging={knowledge.data.judging} />}
      <div className={styles.cards}>
        <Store status={status.data} />
        <Disk store={disk.data} error={disk.error} again={() => void disk.refetch()} />
        <Sources answer={sources.data} error={sources.error} again={() => void sources.refetch()} />
        <Coverage coverage={coverage.data} error={coverage.error} again={() => void coverage.refetch()} />
        {knowledge.error && !knowledge.data && (
          <Section level={2} card title="What is known about addresses">
            <Failure error={knowledge.error} again={() => void knowledge.refetch()} />
          </Section>
        )}
        {knowledge.data && (
          <>
            <Inventories topology={knowledge.data.topology} />
            <Feeds feeds={knowledge.data.feeds} />
            <AllowList entries={knowledge.data.allow} />
            <ServiceTags tags={knowledge.data.serviceTags} />
            <Geography
              databases={knowledge.data.geo}
              attribution={knowledge.data.attribution}
              whole={knowledge.data.feeds.length > 0 === knowledge.data.allow.length > 0}
            />
          </>
        )}
        <Jobs answer={jobs.data} error={jobs.error} again={() => void jobs.refetch()} />
      </div>
    </>
  );
}
