// The columns of flows: everything that a row has.

import { Address } from "../address/Address";
import type { Flow } from "../api/types";
import { Drill } from "../filter/Drill";
import { is } from "../lib/filter";
import { shortAcl } from "../lib/format";
import { formatClock, formatDate, type Zone } from "../lib/time";
import { FlowType } from "../parts/FlowType";
import { Value } from "../parts/Value";
import { countColumn, sideColumns, textColumn } from "../questions/columns";
import type { Column } from "../questions/question";
import { directionTerms, hostTerm, portTerms } from "../questions/terms";
import styles from "./Flows.module.css";
import { countedText, type FlowSort } from "./sort";

export interface FlowColumn extends Column<Flow> {
  /** How the server sorts by it. */
  sort?: FlowSort;
}

const shown = (column: Column<Flow>, sort?: FlowSort): FlowColumn => ({
  ...column,
  shown: true,
  ...(sort && { sort }),
});

/** When the row is of, which names it. */
export function timeColumn(zone: Zone, open: (flow: Flow) => void): FlowColumn {
  return {
    id: "time",
    name: "Interval",
    width: 112,
    sort: "time",
    cell: (flow) => (
      <button
        type="button"
        className={styles.open}
        title="All of it, and the log objects that it came from"
        onClick={() => open(flow)}
      >
        <span className="number">{formatClock(Date.parse(flow.interval), zone)}</span>
        <span className={styles.beside}>{formatDate(Date.parse(flow.interval), zone)}</span>
      </button>
    ),
    fields: [{ name: "interval", value: (flow) => flow.interval }],
  };
}

function addressColumn(end: "initiator" | "responder"): FlowColumn {
  return {
    id: end,
    name: end === "initiator" ? "Initiator" : "Responder",
    width: 210,
    shown: true,
    cell: (flow) => (
      <>
        <Address
          address={flow[end]}
          side={end === "initiator" ? flow.from : flow.to}
          seenFrom={end === "initiator" ? flow.to.vnet : flow.from.vnet}
          tight
        />
        <Drill terms={[is(end === "initiator" ? "src" : "dst", flow[end]), hostTerm(flow[end])]} />
      </>
    ),
    fields: [{ name: end, value: (flow) => flow[end] }],
  };
}

/** A count with the way in which it is written, by which the server may sort. */
function count(id: string, name: string, unit: "flows" | "packets" | "bytes", of: (flow: Flow) => number): FlowColumn {
  return { ...countColumn<Flow>(id, name, unit, of), width: Math.max(84, 30 + 7 * name.length) };
}

export const flowColumns: readonly FlowColumn[] = [
  addressColumn("initiator"),
  addressColumn("responder"),
  shown(
    textColumn<Flow>(
      "port",
      "Port",
      110,
      ({ port, protocol, application }) => (application === "" ? `${port}/${protocol}` : `${port} ${application}`),
      ({ port, protocol, application }) => portTerms({ port, through: port, protocol, application }),
    ),
  ),
  {
    id: "type",
    name: "Type of flow",
    width: 120,
    shown: true,
    cell: ({ type }) => (
      <Drill terms={[is("type", type)]}>
        <FlowType type={type} />
      </Drill>
    ),
    fields: [{ name: "type", value: ({ type }) => type }],
  },
  shown(
    textColumn<Flow>(
      "direction",
      "Way",
      56,
      ({ direction }) => direction,
      ({ direction }) => directionTerms(direction),
    ),
  ),
  {
    ...textColumn<Flow>(
      "status",
      "Decision",
      80,
      ({ status }) => status,
      ({ status }) => [is("status", status)],
    ),
    shown: true,
  },
  { ...count("flows", "Flows", "flows", ({ started }) => started), shown: true, sort: "flows" },
  {
    ...count("packets", "Packets", "packets", ({ forward, back }) => forward.packets + back.packets),
    shown: true,
    sort: "packets",
  },
  {
    ...count("bytes", "Bytes", "bytes", ({ forward, back }) => forward.bytes + back.bytes),
    shown: true,
    sort: "bytes",
  },
  shown(
    textColumn<Flow>(
      "rule",
      "Rule",
      190,
      ({ rule }) => rule,
      ({ rule }) => [is("rule", rule)],
    ),
  ),
  textColumn<Flow>(
    "acl",
    "Security group",
    170,
    ({ acl }) => shortAcl(acl),
    ({ acl }) => (acl === "" ? [] : [is("acl", acl)]),
  ),
  shown(
    textColumn<Flow>(
      "nic",
      "NIC",
      150,
      ({ nic, mac, atHop }) => (atHop ? `${mac} (hop)` : nic.split("/").at(-1) || mac),
      ({ mac }) => (mac === "" ? [] : [is("mac", mac)]),
    ),
  ),
  textColumn<Flow>(
    "mac",
    "MAC",
    130,
    ({ mac }) => mac,
    ({ mac }) => (mac === "" ? [] : [is("mac", mac)]),
  ),
  textColumn<Flow>(
    "target",
    "Logged resource",
    170,
    ({ target }) => shortAcl(target),
    ({ target }) => (target === "" ? [] : [is("target", target)]),
  ),
  textColumn<Flow>("flow-log", "Flow log", 200, ({ flowLog }) => shortAcl(flowLog)),
  textColumn<Flow>("family", "Kind of log", 92, ({ family }) => family),
  textColumn<Flow>(
    "encryption",
    "Encryption",
    130,
    ({ encryption }) => encryption,
    ({ encryption }) => [is("encryption", encryption || "unknown")],
  ),
  count("ended", "Ended", "flows", ({ ended }) => ended),
  count("forward-packets", "Packets forward", "packets", ({ forward }) => forward.packets),
  count("back-packets", "Packets back", "packets", ({ back }) => back.packets),
  count("forward-bytes", "Bytes forward", "bytes", ({ forward }) => forward.bytes),
  count("back-bytes", "Bytes back", "bytes", ({ back }) => back.bytes),
  {
    id: "tuples",
    name: "Tuples",
    width: 84,
    number: true,
    sort: "tuples",
    cell: ({ tuples }) => <Value value={tuples} unit="flows" />,
    fields: [{ name: "tuples", value: ({ tuples }) => tuples }],
  },
  textColumn<Flow>("first", "First tuple", 170, ({ first }) => first),
  textColumn<Flow>("last", "Last tuple", 170, ({ last }) => last),
  shown({ ...textColumn<Flow>("counted", "Counts", 110, ({ counted }) => countedText(counted)) }),
  ...sideColumns<Flow>("initiator", "src", ({ from }) => from),
  ...sideColumns<Flow>("responder", "dst", ({ to }) => to),
];
