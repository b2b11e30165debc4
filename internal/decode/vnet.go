package decode

import (
	"bytes"
	"strings"

	"weir/internal/flow"
)

// A record of a VNet flow log (category FlowLogFlowEvent) has its flows in
// "flowRecords": access lists (an NSG, or an admin configuration) with their
// rules, and under each rule its tuples:
//
//	{"time":"...","flowLogVersion":4,"macAddress":"112233445566","flowLogResourceID":"/SUBSCRIPTIONS/.../FLOWLOGS/F",
//	 "targetResourceID":"/subscriptions/.../virtualNetworks/v","flowRecords":{"flows":[{"aclID":"...","flowGroups":[
//	 {"rule":"DefaultRule_AllowInternetOutBound","flowTuples":["1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0"]}]}]}}
//
// A tuple is: milliseconds, source, destination, their ports, the number of
// the protocol, I or O, the state (B, C, E or, where it was denied, D), the
// encryption, and packets and bytes forward, packets and bytes back.
// https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview

// vnetNesting is the text around access list and rule as Azure writes it.
var vnetNesting = nesting{`{"aclID":"`, `","flowGroups":[`, `{"rule":"`, `","flowTuples":[`}

// vnetVersion tells whether a version of VNet flow logs is known.
func vnetVersion(text string) bool { return text == "4" }

// vnetState reads state and encryption of a tuple that is not denied.
func vnetState(f *[maxFields][]byte, t *flow.Tuple) Reason {
	switch string(f[7]) {
	case "B":
		t.State = flow.Begin
	case "C":
		t.State = flow.Continue
	case "E":
		t.State = flow.End
	}
	var ok bool
	if t.Encryption, ok = parseEncryption(string(f[8])); !ok {
		return BadEncryption
	}
	return ""
}

func parseEncryption(code string) (flow.Encryption, bool) {
	for e := flow.Encrypted; int(e) < len(flow.EncryptionCodes); e++ {
		if flow.EncryptionCodes[e] == code {
			return e, true
		}
	}
	return 0, false
}

// isFlowLog tells whether an id is that of a flow log. Some VNet records have
// it as resourceId, where others have the resource that is logged.
func isFlowLog(id []byte) bool {
	name := bytes.LastIndexByte(id, '/')
	if name < 0 {
		return false
	}
	kind := bytes.LastIndexByte(id[:name], '/')
	return strings.EqualFold(string(id[kind+1:name]), "flowLogs")
}
