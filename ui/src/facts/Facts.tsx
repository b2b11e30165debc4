import type { Panel } from "../lib/panel";
import { AboutAddress } from "./AboutAddress";
import { AboutFlow } from "./AboutFlow";

interface Props {
  panel: Panel;
  onClose: () => void;
}

/** What the panel explains: an address, or a flow. */
export default function Facts({ panel, onClose }: Props) {
  if (panel.kind === "address")
    return <AboutAddress key={`${panel.address} ${panel.vnet ?? ""}`} panel={panel} onClose={onClose} />;
  return <AboutFlow key={`${panel.initiator} ${panel.responder}`} panel={panel} onClose={onClose} />;
}
