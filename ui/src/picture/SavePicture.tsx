import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { type RefObject, useState } from "react";
import { formatBytes } from "../lib/format";
import { Button } from "../parts/Button";
import { type PictureFormat, type Saved, savePicture } from "./export";
import styles from "./SavePicture.module.css";

interface Props extends Saved {
  picture: RefObject<SVGSVGElement | null>;
}

const formats: readonly PictureFormat[] = ["svg", "png", "json"];

/** The picture as a file: to draw on, to paste, or what it was drawn from. */
export function SavePicture({ picture, ...saved }: Props) {
  const [done, setDone] = useState("");
  const save = async (format: PictureFormat) => {
    if (!picture.current) return;
    try {
      setDone(`Saved, ${formatBytes(await savePicture(picture.current, format, saved))}`);
    } catch (error) {
      setDone(`Cannot save: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <span className={styles.save}>
      {formats.map((format) => (
        <Button
          key={format}
          size="small"
          appearance="subtle"
          icon={format === "svg" ? <ArrowDownloadRegular /> : null}
          aria-label={`Save as ${format.toUpperCase()}`}
          title={format === "json" ? "Save what it is drawn from" : `Save the picture as ${format.toUpperCase()}`}
          onClick={() => void save(format)}
        >
          {format.toUpperCase()}
        </Button>
      ))}
      <span role="status" className="hidden">
        {done}
      </span>
    </span>
  );
}
