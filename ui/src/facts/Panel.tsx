import { lazy, Suspense } from "react";
import { usePanel } from "../lib/hooks";
import { Modal } from "../parts/Modal";

const Facts = lazy(() => import("./Facts"));

/** The panel at the side, open where the address of the page says so. */
export function Panel() {
  const [panel, open] = usePanel();
  return (
    <Modal open={panel !== null} onClose={() => open(null)} labelledBy="facts-title" place="side">
      {panel && (
        <Suspense>
          <Facts panel={panel} onClose={() => open(null)} />
        </Suspense>
      )}
    </Modal>
  );
}
