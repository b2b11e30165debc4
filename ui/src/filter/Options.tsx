import type { Option } from "./completion";
import styles from "./FilterBox.module.css";

interface Props {
  id: string;
  options: readonly Option[];
  active: number;
  accept: (word: string) => void;
}

const comeInSight = (option: HTMLElement | null) => option?.scrollIntoView({ block: "nearest" });

export const optionId = (list: string, at: number) => `${list}-${at}`;

/** What can be put into the filter. The focus stays in the box. */
export function Options({ id, options, active, accept }: Props) {
  const examples = options.filter(({ example }) => example).length;
  const entry = ({ text, detail }: Option, at: number) => (
    // The keyboard reaches it from the box.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      key={`${at} ${text}`}
      ref={at === active ? comeInSight : undefined}
      id={optionId(id, at)}
      role="option"
      aria-selected={at === active}
      className={styles.option}
      onClick={() => accept(text)}
    >
      <code className={styles.word}>{text}</code>
      {detail && <span className={styles.detail}>{detail}</span>}
    </div>
  );
  return (
    // A press must not take the focus from the box.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="listbox"
      aria-label="What can be written here"
      className={styles.options}
      onMouseDown={(event) => event.preventDefault()}
    >
      {examples > 0 ? (
        <>
          <div role="group" aria-label="Examples">
            <Heading text="Examples" />
            {options.slice(0, examples).map(entry)}
          </div>
          <div role="group" aria-label="Fields">
            <Heading text="Fields" />
            {options.slice(examples).map((option, i) => entry(option, examples + i))}
          </div>
        </>
      ) : (
        options.map(entry)
      )}
    </div>
  );
}

function Heading({ text }: { text: string }) {
  return (
    <div className={styles.heading} aria-hidden="true">
      {text}
    </div>
  );
}
