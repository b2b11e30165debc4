import type { Knowledge } from "../api/types";
import { formatInteger } from "../lib/format";
import { Pairs } from "../parts/Pairs";
import { Section } from "../parts/Section";
import { Command } from "../states/Command";
import styles from "./DataPage.module.css";
import { Moment } from "./Moment";

/** From where Azure's own addresses are known. */
export function ServiceTags({ tags }: { tags: Knowledge["serviceTags"] }) {
  if (tags.versions === 0) {
    return (
      <Section level={2} card title="Service tags" beside="none">
        <p className={styles.text}>
          The weekly file of Azure service tags tells Azure&rsquo;s own addresses from others, with service and region.
          Without it, they count as any public address.
        </p>
        <Command text="weir service-tags import FILE" />
      </Section>
    );
  }
  return (
    <Section
      level={2}
      card
      title="Service tags"
      beside={tags.versions === 1 ? "1 version" : `${formatInteger(tags.versions)} versions`}
    >
      <Pairs
        of={{
          Newest: tags.date && <Moment at={tags.date} />,
          "Change number": formatInteger(tags.changeNumber),
          Cloud: tags.cloud,
          Tags: formatInteger(tags.tags),
          Prefixes: formatInteger(tags.prefixes),
        }}
      />
    </Section>
  );
}
