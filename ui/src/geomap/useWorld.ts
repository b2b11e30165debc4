import { useEffect, useState } from "react";
import { type Country, loadWorld } from "./world";

/** The countries: coarse ones first, and fine ones when somebody looks closer. */
export function useWorld(fine: boolean): readonly Country[] {
  const [world, setWorld] = useState<{ fine: boolean; countries: readonly Country[] } | null>(null);
  const enough = world !== null && (world.fine || !fine);
  useEffect(() => {
    if (enough) return;
    let wanted = true;
    void loadWorld(fine).then((countries) => wanted && setWorld({ fine, countries }));
    return () => {
      wanted = false;
    };
  }, [enough, fine]);
  return world?.countries ?? none;
}

const none: readonly Country[] = [];
