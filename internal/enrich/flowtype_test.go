package enrich

import (
	"testing"

	"weir/internal/flow"
)

func TestFlowType(t *testing.T) {
	f := func(direction flow.Direction, initiator, responder string, want flow.Type) {
		t.Helper()
		rows := []flow.Row{{Key: flow.Key{
			Direction: direction, Initiator: flow.MustParseAddr(initiator), Responder: flow.MustParseAddr(responder),
		}}}
		FlowTypes(rows)
		if got := rows[0].Type; got != want {
			t.Errorf("%s, %s to %s: %s, want %s", direction, initiator, responder, got, want)
		}
	}
	// The side that is not at the capture NIC decides.
	f(flow.Inbound, "203.0.113.9", "10.0.0.4", flow.ExternalPublic)
	f(flow.Outbound, "10.0.0.4", "203.0.113.9", flow.ExternalPublic)
	f(flow.Inbound, "10.0.0.5", "203.0.113.9", flow.UnknownPrivate)
	f(flow.Outbound, "203.0.113.9", "192.168.1.1", flow.UnknownPrivate)
	f(flow.Outbound, "10.0.0.4", "100.64.0.1", flow.UnknownPrivate)
	f(flow.Outbound, "10.0.0.4", "255.255.255.255", flow.UnknownPrivate)
	f(flow.Inbound, "168.63.129.16", "10.0.0.4", flow.AzurePublic)
	f(flow.Outbound, "10.0.0.4", "168.63.129.16", flow.AzurePublic)
	f(flow.Outbound, "fd00::4", "2a02::1", flow.ExternalPublic)
	f(flow.Inbound, "fe80::1", "fd00::4", flow.UnknownPrivate)
}
