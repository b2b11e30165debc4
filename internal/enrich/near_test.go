package enrich

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weir/internal/flow"
	"weir/internal/topology"
)

// What a question does not say about the capture follows from the addresses.
func TestExplainWithoutDirection(t *testing.T) {
	k := knowledge(t)
	none := New(Sources{})
	f := func(k *Knowledge, capture, initiator, responder string, want flow.Type, says string) {
		t.Helper()
		l := captures[capture]
		x := k.Explain(FlowQuestion{
			Initiator: addr(initiator), Responder: addr(responder), At: day(11), From: topology.Capture{MAC: l.MAC, Target: l.Target},
		}, hour)
		if x.FlowType != want.String() || !strings.Contains(x.Reason, says) {
			t.Errorf("%s to %s from %s is %s, want %s (%s): %s", initiator, responder, capture, x.FlowType, want, says, x.Reason)
		}
	}
	// The end that is in a virtual network logged it.
	f(k, "nobody", "9.9.9.9", "10.1.1.4", flow.ExternalPublic, "a NIC of 10.1.1.4 in a virtual network is assumed")
	f(k, "nobody", "10.1.1.4", "9.9.9.9", flow.ExternalPublic, "a NIC of 10.1.1.4 in a virtual network is assumed")
	f(k, "nobody", "192.168.4.4", "10.1.1.4", flow.S2S, "a NIC of 10.1.1.4")
	f(k, "nobody", "172.20.0.7", "10.1.1.4", flow.P2S, "a NIC of 10.1.1.4")
	f(k, "nobody", "168.63.129.16", "10.1.1.4", flow.AzurePublic, "a NIC of 10.1.1.4")
	f(k, "nobody", "2a00::1", "fd00:1::4", flow.MaliciousFlow, "a NIC of fd00:1::4")
	f(k, "nobody", "10.99.0.1", "10.1.1.4", flow.UnknownPrivate, "a NIC of 10.1.1.4")
	// Where nothing is known to be, a private address may be in one, a public one not.
	f(none, "nobody", "8.8.8.8", "10.0.0.4", flow.ExternalPublic, "a NIC of 10.0.0.4")
	f(none, "nobody", "10.0.0.4", "10.0.0.5", flow.UnknownPrivate, "a NIC of 10.0.0.4")
	f(none, "nobody", "8.8.8.8", "9.9.9.9", flow.TypeUnknown, "does not say where it was captured")
	f(k, "nobody", "192.168.4.4", "9.9.9.9", flow.TypeUnknown, "does not say where it was captured")
	// The NIC that logged it says more than networks that hold an equal address.
	f(k, "lone", "10.222.0.4", "10.1.1.4", flow.InterVNet, "captured at the NIC rg/lone of 10.1.1.4")
	f(k, "newOne", "9.9.9.9", "10.1.1.9", flow.ExternalPublic, "but the captured network")
	f(k, "newVNet", "9.9.9.9", "10.99.0.1", flow.ExternalPublic, "a NIC of 10.99.0.1")
	f(k, "nva", "10.1.1.4", "9.9.9.9", flow.ExternalPublic, "captured on its way")
}

// A NIC that has one end, but not the other, says by itself in which direction
// it saw a flow.
func TestTheCaptureTellsTheDirection(t *testing.T) {
	known := outside(t)
	rapid.Check(t, func(rt *rapid.T) {
		k := drawKnowledge(rt, known)
		log := drawLog(rt)
		q := FlowQuestion{Initiator: drawAddress(rt), Responder: drawAddress(rt), At: day(rapid.IntRange(4, 14).Draw(rt, "day")), From: topology.Capture{MAC: log.MAC, Target: log.Target}}
		in, out := q, q
		in.Direction, out.Direction = new(flow.Inbound), new(flow.Outbound)
		byIn, byOut := k.weigh(in, hour), k.weigh(out, hour)
		if byIn.capture.nic == nil || byIn.atHop == byOut.atHop {
			return
		}
		want := byIn
		if byIn.atHop {
			want = byOut
		}
		if got := k.weigh(q, hour); got.rule != want.rule || got.atHop || got.near.role != want.near.role {
			rt.Fatalf("%s to %s from %+v: rule %d at the %s, want rule %d at the %s", q.Initiator, q.Responder, log, got.rule, got.near.role, want.rule, want.near.role)
		}
	})
}
