import type { OwnerFact } from "../api/types";
import { capital } from "../lib/format";
import { useView } from "../lib/hooks";
import { kindName } from "../lib/side";
import { formatMoment, zoneName } from "../lib/time";
import { DataTable } from "../parts/DataTable";
import { Section } from "../parts/Section";

/** Who had an address, and when. */
export function Owners({ owners }: { owners: OwnerFact[] }) {
  const [{ zone }] = useView();
  if (owners.length === 0) return null;
  const moment = (at: string | null, open: string) => {
    if (at === null) return open;
    return `${formatMoment(Date.parse(at), zone)} ${zoneName(Date.parse(at), zone)}`;
  };
  return (
    <Section title="Owners over time">
      <DataTable
        caption="Owners over time, the oldest first"
        rows={owners}
        rowKey={(owner, i) => `${i} ${owner.name}`}
        columns={[
          { name: "Owner", cell: (owner) => owner.name || "unknown" },
          { name: "Kind", cell: (owner) => capital(kindName(owner.kind)) },
          { name: "From", cell: (owner) => moment(owner.from, "the beginning") },
          { name: "Until", cell: (owner) => moment(owner.until, "still") },
        ]}
      />
    </Section>
  );
}
