import { PauseRegular, PlayRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { useMedia } from "../lib/hooks";
import { formatSpan, type Zone } from "../lib/time";
import { Button } from "../parts/Button";
import type { Span } from "../range/range";
import styles from "./Player.module.css";

interface Props {
  parts: readonly Span[];
  /** Which part is shown; null: all of the range. */
  part: number | null;
  show: (part: number | null) => void;
  /** Whether the part that is asked for is there. */
  ready: boolean;
  zone: Zone;
}

const pace = 900; // ms a part
const calm = 2000;

/** The range, a part of it after the other. */
export function Player({ parts, part, show, ready, zone }: Props) {
  const [playing, setPlaying] = useState(false);
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const last = parts.length - 1;
  useEffect(() => {
    if (!playing || !ready) return;
    const timer = setTimeout(
      () => {
        if (part === last) setPlaying(false);
        else show(part === null ? 0 : part + 1);
      },
      part === null ? 0 : still ? calm : pace,
    );
    return () => clearTimeout(timer);
  }, [playing, ready, part, last, show, still]);
  const play = () => {
    if (!playing && (part === null || part === last)) show(0);
    setPlaying(!playing);
  };
  const shown = part === null ? null : parts[part];
  const label = shown ? formatSpan(shown.from, shown.to, zone) : "All of the range";
  return (
    // oxlint-disable-next-line prefer-tag-over-role -- not a form
    <div role="group" aria-label="Play the range" className={styles.player}>
      <Button
        size="small"
        icon={playing ? <PauseRegular /> : <PlayRegular />}
        aria-label={playing ? "Pause" : "Play"}
        title={playing ? "Pause" : "Play the range, a part after the other"}
        onClick={play}
      />
      <input
        type="range"
        className={styles.slider}
        aria-label="Part of the range"
        aria-valuetext={label}
        min={0}
        max={last}
        value={part ?? 0}
        data-all={part === null}
        onChange={({ target }) => {
          setPlaying(false);
          show(Number(target.value));
        }}
      />
      <span className={`${styles.time} number`}>{label}</span>
      <Button
        size="small"
        appearance="subtle"
        disabled={part === null}
        onClick={() => {
          setPlaying(false);
          show(null);
        }}
      >
        Whole range
      </Button>
    </div>
  );
}
