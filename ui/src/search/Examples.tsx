import { Section } from "../parts/Section";
import { examples } from "./samples";
import styles from "./Search.module.css";

/** What can be asked, to begin with. */
export function Examples({ onChoose }: { onChoose: (text: string) => void }) {
  return (
    <Section title="Ask in KQL" level={2} card>
      <p className={styles.words}>
        The query language of Azure’s log search, over the tables of Traffic Analytics and those of Weir. Queries of
        Microsoft’s workbooks run as they are. To begin with:
      </p>
      <ul className={styles.examples}>
        {examples.map(({ name, text }) => (
          <li key={name}>
            <button type="button" className={styles.example} onClick={() => onChoose(text)}>
              <span className={styles.name}>{name}</span>
              <code className={styles.code}>{text}</code>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
