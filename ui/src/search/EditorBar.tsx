import {
  BookmarkRegular,
  HistoryRegular,
  LinkRegular,
  PlayRegular,
  LightbulbRegular,
  DismissRegular,
  TextAlignLeftRegular,
} from "@fluentui/react-icons";
import { useState } from "react";
import { copyText } from "../lib/hand-over";
import { Button } from "../parts/Button";
import { examples } from "./samples";
import { HistoryList, SavedList } from "./Lists";
import { linkTo } from "./link";
import { Pop } from "./Pop";
import styles from "./Search.module.css";

interface Props {
  text: string;
  running: boolean;
  onRun: () => void;
  onCancel: () => void;
  /** Puts a text into the editor and asks it. */
  onChoose: (text: string) => void;
  /** Puts a text into the editor. */
  onOpen: (text: string) => void;
  onFormat: () => void;
}

/** What can be done with the query. */
export function EditorBar({ text, running, onRun, onCancel, onChoose, onOpen, onFormat }: Props) {
  return (
    <div className={styles.tools}>
      {running ? (
        <Button icon={<DismissRegular />} title="Give up what runs (Esc)" onClick={onCancel}>
          Cancel
        </Button>
      ) : (
        <Button appearance="primary" icon={<PlayRegular />} title="Run (Ctrl+Enter, Shift+Enter)" onClick={onRun}>
          Run
        </Button>
      )}
      <Pop name="Examples" icon={<LightbulbRegular />}>
        {(close) => (
          <ul className={styles.list}>
            {examples.map((example) => (
              <li key={example.name}>
                <button
                  type="button"
                  className={styles.entry}
                  onClick={() => {
                    close();
                    onChoose(example.text);
                  }}
                >
                  <span className={styles.name}>{example.name}</span>
                  <code className={styles.line}>{example.text}</code>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Pop>
      <Pop name="History" icon={<HistoryRegular />}>
        {(close) => (
          <HistoryList
            open={(chosen) => {
              close();
              onOpen(chosen);
            }}
          />
        )}
      </Pop>
      <Pop name="Saved" icon={<BookmarkRegular />}>
        {(close) => (
          <SavedList
            text={text}
            open={(chosen) => {
              close();
              onOpen(chosen);
            }}
          />
        )}
      </Pop>
      <CopyLink text={text} />
      <Button
        appearance="subtle"
        icon={<TextAlignLeftRegular />}
        title="Lay out the query anew"
        className={styles.tool}
        onClick={onFormat}
      >
        Format
      </Button>
    </div>
  );
}

/** A link with the text of the editor and the time range. */
function CopyLink({ text }: { text: string }) {
  const [said, say] = useState("Copy link");
  const copy = async () => {
    const done = await copyText(await linkTo(text, window.location));
    say(done ? "Link copied" : "The browser does not allow copying");
    setTimeout(() => say("Copy link"), 2000);
  };
  return (
    <Button
      appearance="subtle"
      icon={<LinkRegular />}
      title="Copy a link to this query and time range"
      className={styles.tool}
      disabled={text.trim() === ""}
      onClick={() => void copy()}
    >
      <span role="status">{said}</span>
    </Button>
  );
}
