package decode

import "weir/internal/flow"

// A record of an NSG flow log (category NetworkSecurityGroupFlowEvent) says
// its version in "properties"; rules stand in a list, and under each the NICs
// with their tuples:
//
//	{"time":"...","macAddress":"000D3AF87856","resourceId":"/SUBSCRIPTIONS/.../NETWORKSECURITYGROUPS/WEB",
//	 "properties":{"Version":2,"flows":[{"rule":"UserRule_SSH","flows":[{"mac":"000D3AF87856","flowTuples":[
//	 "1542110437,192.168.0.2,10.0.0.4,44931,443,T,I,A,C,1,66,1,66"]}]}]}}
//
// A tuple is: seconds, source, destination, their ports, T or U, I or O, A or
// D (allowed or denied). Version 2 goes on with the state (B, C, E) and
// packets and bytes forward, packets and bytes back, which may be empty.
// https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview

// nsgNesting is the text around rule and MAC as Azure writes it.
var nsgNesting = nesting{`{"rule":"`, `","flows":[`, `{"mac":"`, `","flowTuples":[`}

// nsgVersion tells whether a version of NSG flow logs is known.
func nsgVersion(text string) bool { return text == "1" || text == "2" }

// nsgState reads what follows the decision: nothing in version 1, else the state.
func nsgState(f *[maxFields][]byte, t *flow.Tuple) Reason {
	switch string(f[8]) {
	case "B":
		t.State = flow.Begin
	case "C":
		t.State = flow.Continue
	case "E":
		t.State = flow.End
	case "":
		for _, c := range f[9:] {
			if len(c) > 0 {
				return BadState
			}
		}
		t.State = flow.NoState
	default:
		return BadState
	}
	return ""
}
