import { usePanel } from "../lib/hooks";
import { Modal } from "../parts/Modal";
import { Facts } from "./Facts";

/** The panel at the side, open where the address of the page says so. */
export function Panel() {
  const [panel, open] = usePanel();
  return (
    <Modal open={panel !== null} onClose={() => open(null)} labelledBy="facts-title" place="side">
      {panel && <Facts panel={panel} onClose={() => open(null)} />}
    </Modal>
  );
}
