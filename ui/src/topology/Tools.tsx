import { AddRegular, ArrowResetRegular, SubtractRegular } from "@fluentui/react-icons";
import { useId, useState } from "react";
import type { MapNode } from "../api/types";
import { Button } from "../parts/Button";
import { shortName } from "./layout";
import styles from "./Picture.module.css";

interface Props {
  nodes: readonly MapNode[];
  go: (id: string) => void;
  zoom: number;
  most: number;
  nearer: () => void;
  further: () => void;
  reset: () => void;
}

/** Finding a node, and zoom. */
export function Tools({ nodes, go, zoom, most, nearer, further, reset }: Props) {
  return (
    <div className={styles.tools}>
      <Search nodes={nodes} go={go} />
      <Button
        size="small"
        icon={<AddRegular />}
        aria-label="Zoom in"
        title="Zoom in (+)"
        disabled={zoom >= most}
        onClick={nearer}
      />
      <Button
        size="small"
        icon={<SubtractRegular />}
        aria-label="Zoom out"
        title="Zoom out (-)"
        disabled={zoom === 1}
        onClick={further}
      />
      <Button
        size="small"
        icon={<ArrowResetRegular />}
        aria-label="Whole picture"
        title="Whole picture (R)"
        onClick={reset}
      />
    </div>
  );
}

const offered = 50;

/** What a node is found by: all of its name, where its short one is that of others as well. */
function calledOf(nodes: readonly MapNode[]): Map<string, string> {
  const times = new Map<string, number>();
  for (const one of nodes) times.set(shortName(one), (times.get(shortName(one)) ?? 0) + 1);
  return new Map(nodes.map((one) => [times.get(shortName(one)) === 1 ? shortName(one) : one.name || one.id, one.id]));
}

/** Jumps to the node whose name is typed. */
function Search({ nodes, go }: Pick<Props, "nodes" | "go">) {
  const [text, setText] = useState("");
  const list = useId();
  const called = calledOf(nodes);
  const begin = text.trim().toLowerCase();
  const found = [...called.keys()].filter((name) => name.toLowerCase().includes(begin)).toSorted();
  const jump = (name: string | undefined) => {
    const id = name === undefined ? undefined : called.get(name);
    if (id === undefined) return;
    setText("");
    go(id);
  };
  const none = begin !== "" && found.length === 0;
  return (
    <form
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        if (begin !== "") jump(found.find((name) => name.toLowerCase() === begin) ?? found[0]);
      }}
    >
      {none && (
        <span role="status" className={styles.none}>
          nothing is called so
        </span>
      )}
      <input
        type="search"
        list={list}
        className={styles.jump}
        aria-label="Go to"
        placeholder="Go to…"
        value={text}
        aria-invalid={none}
        onChange={({ target, nativeEvent }) => {
          setText(target.value);
          // One of the list that is picked is typed at once.
          if (!("inputType" in nativeEvent) || nativeEvent.inputType === "insertReplacementText") jump(target.value);
        }}
      />
      <datalist id={list}>
        {found.slice(0, offered).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </form>
  );
}
