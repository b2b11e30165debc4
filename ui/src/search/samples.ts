// Queries to begin with. They run on any store, whatever is in it.

export interface Example {
  name: string;
  text: string;
}

export const examples: readonly Example[] = [
  {
    name: "Flows over time, by what became of them",
    text: `NTANetAnalytics
| extend flows = AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows
| summarize sum(flows) by bin(FlowIntervalStartTime, 1h), FlowStatus
| render timechart`,
  },
  {
    name: "Who sends most",
    text: `NTANetAnalytics
| summarize bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, SrcVm
| top 20 by bytes`,
  },
  {
    name: "Denied, by rule",
    text: `NTANetAnalytics
| where FlowStatus == "Denied"
| summarize flows = sum(DeniedInFlows + DeniedOutFlows) by AclRule
| top 10 by flows
| render barchart`,
  },
  {
    name: "Types of flows",
    text: `NTANetAnalytics
| summarize rows = count() by FlowType
| render piechart`,
  },
  {
    name: "Ports that were answered",
    text: `NTANetAnalytics
| where FlowStatus == "Allowed"
| summarize flows = sum(AllowedInFlows + AllowedOutFlows), hosts = dcount(DestIp) by DestPort, L4Protocol
| top 25 by flows`,
  },
  {
    name: "Malicious addresses, and where they are",
    text: `NTAIpDetails
| where FlowType == "MaliciousFlow"
| summarize last = max(FlowIntervalEndTime) by Ip, Location, ThreatType
| sort by last`,
  },
];
