import { AddRegular, ArrowResetRegular, SubtractRegular } from "@fluentui/react-icons";
import { Button } from "../parts/Button";
import { closest } from "./world";
import styles from "./WorldPicture.module.css";

const step = 1.6;

interface Props {
  zoom: number;
  nearer: (by: number) => void;
  reset: () => void;
}

export function Tools({ zoom, nearer, reset }: Props) {
  return (
    <div className={styles.tools}>
      <Button
        size="small"
        icon={<AddRegular />}
        aria-label="Zoom in"
        title="Zoom in (+)"
        disabled={zoom >= closest}
        onClick={() => nearer(step)}
      />
      <Button
        size="small"
        icon={<SubtractRegular />}
        aria-label="Zoom out"
        title="Zoom out (-)"
        disabled={zoom <= 1}
        onClick={() => nearer(1 / step)}
      />
      <Button
        size="small"
        icon={<ArrowResetRegular />}
        aria-label="Whole world"
        title="Whole world (0 or R)"
        disabled={zoom <= 1}
        onClick={reset}
      />
    </div>
  );
}
