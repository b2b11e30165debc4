package enrich

import (
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/topology"
)

const hour = time.Hour

// captures by a short name.
var captures = map[string]flow.Log{
	"nobody":  {},
	"web":     {Family: flow.VNet, MAC: "0000000000A1", Target: string(vnetID("one"))},
	"webNIC":  {Family: flow.VNet, MAC: "0000000000A1", Target: string(rid("networkinterfaces", "web"))},
	"webNSG":  {Family: flow.NSG, MAC: "0000000000A1", Target: string(rid("networksecuritygroups", "g"))},
	"api":     {Family: flow.VNet, MAC: "0000000000A2", Target: string(vnetID("one"))},
	"db":      {Family: flow.VNet, MAC: "0000000000B1", Target: string(vnetID("two"))},
	"lone":    {Family: flow.VNet, MAC: "0000000000C1", Target: string(vnetID("lone"))},
	"nva":     {Family: flow.VNet, MAC: "0000000000F0", Target: string(vnetID("hub"))},
	"node1":   {Family: flow.VNet, MAC: "0000000000E1", Target: string(vnetID("aks"))},
	"late":    {Family: flow.VNet, MAC: "0000000000A9", Target: string(vnetID("one") + "/subnets/web")},
	"newNSG":  {Family: flow.NSG, MAC: "00000000FFFF", Target: string(rid("networksecuritygroups", "g"))},
	"newVNet": {Family: flow.VNet, MAC: "00000000FFFF", Target: string(vnetID("unlisted") + "/subnets/s")},
	"newOne":  {Family: flow.VNet, MAC: "00000000FFFF", Target: string(vnetID("one"))},
}

// question is a flow in the table: what it is when the capture saw it.
type question struct {
	capture   string
	direction flow.Direction
	initiator string
	responder string
	at        time.Time
}

func (q question) log() *flow.Log {
	l := captures[q.capture]
	return &l
}

func (q question) explain(k *Knowledge) Explanation {
	l := q.log()
	return k.Explain(FlowQuestion{
		Initiator: addr(q.initiator), Responder: addr(q.responder), Port: 443, Protocol: 6, At: q.at,
		Direction: &q.direction, From: topology.Capture{MAC: l.MAC, Target: l.Target},
	}, hour)
}

func TestDecision(t *testing.T) {
	k := knowledge(t)
	none := New(Sources{})
	f := func(k *Knowledge, q question, want flow.Type, wantHop bool) {
		t.Helper()
		if q.at.IsZero() {
			q.at = day(11)
		}
		g := k.NewJudge(hour).Flow(addr(q.initiator), addr(q.responder), q.log(), q.direction, q.at.Unix())
		got, hop := g.Type, g.AtHop
		if got != want || hop != wantHop {
			t.Errorf("%+v: %s, at hop %t; want %s, %t\n%s", q, got, hop, want, wantHop, q.explain(k).Reason)
		}
		if x := q.explain(k); x.FlowType != want.String() || x.AtHop != wantHop || len(x.Steps) != x.Rule-1 || x.Reason == "" {
			t.Errorf("Explain(%+v) says %s by rule %d, at hop %t: %s %q", q, x.FlowType, x.Rule, x.AtHop, x.Reason, x.Steps)
		}
	}
	in, out := flow.Inbound, flow.Outbound

	// Rule 1: one VNet, whoever of it captures, and by any of a NIC's addresses.
	f(k, question{"web", out, "10.1.1.4", "10.1.1.6", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"web", in, "10.1.1.6", "10.1.1.5", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"api", in, "10.1.1.4", "10.1.1.6", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"webNIC", out, "10.1.1.4", "10.1.1.6", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"webNSG", out, "10.1.1.4", "10.1.1.6", time.Time{}}, flow.IntraVNet, false)
	// An address of which only the subnet, or only the VNet, is known.
	f(k, question{"web", out, "10.1.1.4", "10.1.1.77", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"web", out, "10.1.1.4", "10.1.200.1", time.Time{}}, flow.IntraVNet, false)
	// IPv6, also between the families.
	f(k, question{"web", out, "fd00:1::4", "fd00:1::99", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"web", out, "fd00:1::4", "fd00:2::1", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"web", out, "fd00:1::4", "2603:1000::1", time.Time{}}, flow.AzurePublic, false)
	f(k, question{"web", in, "2a00::1", "fd00:1::4", time.Time{}}, flow.MaliciousFlow, false)
	f(k, question{"web", in, "2a00::2", "fd00:1::4", time.Time{}}, flow.ExternalPublic, false)
	f(k, question{"web", in, "fe80::1", "fd00:1::4", time.Time{}}, flow.UnknownPrivate, false)

	// Rule 2: two VNets, peered or behind one hub, and private endpoints.
	f(k, question{"web", out, "10.1.1.4", "10.0.1.4", time.Time{}}, flow.InterVNet, false)
	f(k, question{"web", out, "10.1.1.4", "10.2.1.4", time.Time{}}, flow.InterVNet, false)
	f(k, question{"db", in, "10.1.1.4", "10.2.1.4", time.Time{}}, flow.InterVNet, false)
	f(k, question{"web", out, "10.1.1.4", "10.2.1.9", time.Time{}}, flow.InterVNet, false)
	f(k, question{"db", out, "10.2.1.4", "10.2.1.9", time.Time{}}, flow.IntraVNet, false)
	// Public addresses of the customer, though Azure's tags hold them and feeds list them.
	f(k, question{"db", out, "10.2.1.4", "20.0.0.10", time.Time{}}, flow.InterVNet, false)
	f(k, question{"api", out, "10.1.1.6", "20.0.0.10", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"db", out, "10.2.1.4", "20.0.0.20", time.Time{}}, flow.InterVNet, false)
	// Overlapping address spaces: the captured VNet first, then what it is connected with.
	f(k, question{"lone", in, "10.1.1.9", "10.1.1.4", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"lone", out, "10.1.1.4", "10.2.1.4", time.Time{}}, flow.InterVNet, false)
	f(k, question{"lone", out, "10.1.1.4", "10.222.0.4", time.Time{}}, flow.InterVNet, false)

	// Rules 3 and 4: sites.
	f(k, question{"web", in, "172.20.0.7", "10.1.1.4", time.Time{}}, flow.P2S, false)
	f(k, question{"web", out, "10.1.1.4", "172.20.0.7", time.Time{}}, flow.P2S, false)
	f(k, question{"web", out, "10.1.1.4", "192.168.4.4", time.Time{}}, flow.S2S, false)
	f(k, question{"web", in, "172.30.1.1", "10.1.1.4", time.Time{}}, flow.S2S, false)

	// Addresses for documentation stand for public ones in logs made anonymous.
	for _, a := range []string{"192.0.2.1", "198.51.100.255", "203.0.113.9", "2001:db8::1"} {
		f(k, question{"web", in, a, "10.1.1.4", time.Time{}}, flow.ExternalPublic, false)
		f(none, question{"nobody", out, "10.0.0.4", a, time.Time{}}, flow.ExternalPublic, false)
	}
	f(none, question{"nobody", out, "10.0.0.4", "198.18.0.1", time.Time{}}, flow.UnknownPrivate, false)
	f(none, question{"nobody", out, "10.0.0.4", "100.64.0.1", time.Time{}}, flow.UnknownPrivate, false)
	// Rule 5: Azure's own, on a threat list or not.
	f(k, question{"web", out, "10.1.1.4", "168.63.129.16", time.Time{}}, flow.AzurePublic, false)
	f(k, question{"web", in, "168.63.129.16", "10.1.1.4", time.Time{}}, flow.AzurePublic, false)
	f(k, question{"web", out, "10.1.1.4", "20.1.0.4", time.Time{}}, flow.AzurePublic, false)
	f(k, question{"web", out, "10.1.1.4", "20.1.0.5", time.Time{}}, flow.AzurePublic, false)

	// Rules 6 and 7: the times of verdicts, of allow-lists and of Azure's growth.
	f(k, question{"web", in, "30.0.0.1", "10.1.1.4", time.Time{}}, flow.MaliciousFlow, false)
	f(k, question{"web", in, "30.0.0.1", "10.1.1.4", day(1)}, flow.MaliciousFlow, false) // as the feed was first read later
	f(k, question{"web", in, "30.0.0.8", "10.1.1.4", time.Time{}}, flow.ExternalPublic, false)
	f(k, question{"web", in, "30.0.0.9", "10.1.1.4", time.Time{}}, flow.ExternalPublic, false)           // allow-listed
	f(k, question{"web", in, "30.0.0.3", "10.1.1.4", day(11)}, flow.ExternalPublic, false)               // allow-listed until the 12th
	f(k, question{"web", in, "30.0.0.3", "10.1.1.4", day(12)}, flow.MaliciousFlow, false)                // no more
	f(k, question{"web", in, "30.0.0.3", "10.1.1.4", day(12).Add(-hour)}, flow.ExternalPublic, false)    // the interval ends with it
	f(k, question{"web", in, "30.0.0.2", "10.1.1.4", day(11)}, flow.ExternalPublic, false)               // listed at 01:30
	f(k, question{"web", in, "30.0.0.2", "10.1.1.4", day(11).Add(hour)}, flow.MaliciousFlow, false)      // begins within
	f(k, question{"web", in, "30.0.0.2", "10.1.1.4", day(12).Add(hour)}, flow.MaliciousFlow, false)      // ends within
	f(k, question{"web", in, "30.0.0.2", "10.1.1.4", day(12).Add(2 * hour)}, flow.ExternalPublic, false) // gone
	f(k, question{"web", in, "40.0.0.7", "10.1.1.4", day(11)}, flow.MaliciousFlow, false)                // not yet Azure's
	f(k, question{"web", in, "40.0.0.7", "10.1.1.4", day(15)}, flow.AzurePublic, false)                  // Azure's
	f(k, question{"web", in, "40.0.0.7", "10.1.1.4", day(15).Add(-hour)}, flow.MaliciousFlow, false)     // by what was known at the start
	f(k, question{"web", out, "10.1.1.4", "40.0.0.8", day(1)}, flow.ExternalPublic, false)               // before the first tags
	f(k, question{"web", out, "10.1.1.4", "20.1.0.4", day(1)}, flow.AzurePublic, false)                  // which count for it

	// Rule 8: private and unknown, on a threat list or not.
	f(k, question{"web", out, "10.1.1.4", "10.99.0.1", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"web", out, "10.1.1.4", "100.64.0.1", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"web", out, "10.1.1.4", "169.254.169.254", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"web", out, "10.1.1.4", "224.0.0.251", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"web", out, "10.1.1.4", "255.255.255.255", time.Time{}}, flow.UnknownPrivate, false)

	// Captured at a hop: an appliance, and a node that forwards for its pods.
	f(k, question{"nva", in, "10.1.1.4", "30.0.0.8", time.Time{}}, flow.ExternalPublic, true)
	f(k, question{"nva", in, "10.1.1.4", "30.0.0.1", time.Time{}}, flow.MaliciousFlow, true)
	f(k, question{"nva", out, "10.1.1.4", "10.2.1.4", time.Time{}}, flow.InterVNet, true)
	f(k, question{"nva", in, "10.1.1.4", "192.168.4.4", time.Time{}}, flow.S2S, true)
	f(k, question{"nva", out, "10.0.2.4", "30.0.0.8", time.Time{}}, flow.ExternalPublic, false) // its own, translated
	f(k, question{"node1", in, "10.244.4.2", "10.244.3.12", time.Time{}}, flow.TypeUnknown, true)
	f(k, question{"node1", out, "10.244.3.12", "10.222.0.5", time.Time{}}, flow.UnknownPrivate, true)
	f(k, question{"node1", out, "10.244.3.12", "30.0.0.1", time.Time{}}, flow.TypeUnknown, true)
	f(k, question{"node1", out, "10.222.0.40", "10.222.0.5", time.Time{}}, flow.IntraVNet, true) // a pod with an address of the subnet
	f(k, question{"nva", in, "192.168.4.4", "172.20.0.7", time.Time{}}, flow.TypeUnknown, true)  // two sites
	// A backend answers as its load balancer: it is an end.
	f(k, question{"web", in, "10.1.1.6", "10.1.1.100", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"web", in, "30.0.0.8", "20.0.0.20", time.Time{}}, flow.ExternalPublic, false)

	// A NIC that the inventory does not know: its own side is in a VNet.
	f(k, question{"newOne", out, "10.1.1.50", "10.1.1.4", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"newOne", in, "10.1.1.4", "30.0.0.8", time.Time{}}, flow.ExternalPublic, true) // not in the captured VNet: an appliance that was not listed
	f(k, question{"newVNet", out, "10.50.0.4", "10.1.1.4", time.Time{}}, flow.InterVNet, false)
	f(k, question{"newVNet", out, "10.1.1.4", "30.0.0.8", time.Time{}}, flow.ExternalPublic, false)
	f(k, question{"newVNet", out, "10.50.0.4", "10.50.0.5", time.Time{}}, flow.UnknownPrivate, false)
	f(k, question{"newVNet", out, "10.1.1.5", "10.1.1.6", time.Time{}}, flow.InterVNet, false) // the logged network, though another has the address
	f(k, question{"newNSG", in, "30.0.0.1", "10.50.0.4", time.Time{}}, flow.MaliciousFlow, false)
	f(k, question{"newNSG", in, "10.222.0.4", "10.222.0.9", time.Time{}}, flow.IntraVNet, false)
	f(k, question{"newNSG", in, "10.222.0.4", "10.50.0.4", time.Time{}}, flow.InterVNet, false) // in a VNet, but of unknown name
	// The inventory learned of the NIC on the 20th; before it knew the network.
	f(k, question{"late", out, "10.1.1.9", "10.1.1.4", day(11)}, flow.IntraVNet, false)
	f(k, question{"late", out, "10.1.1.9", "10.1.1.4", day(21)}, flow.IntraVNet, false)
	f(k, question{"late", out, "10.244.0.1", "10.1.1.4", day(21)}, flow.UnknownPrivate, true)
	// Before the first snapshot, that one counts.
	f(k, question{"web", out, "10.1.1.4", "10.2.1.4", day(1)}, flow.InterVNet, false)

	// Without any inventory.
	f(none, question{"web", out, "10.1.1.4", "10.1.1.6", time.Time{}}, flow.UnknownPrivate, false)
	f(none, question{"nobody", out, "10.1.1.4", "30.0.0.8", time.Time{}}, flow.ExternalPublic, false)
	f(none, question{"nobody", in, "10.0.0.5", "30.0.0.8", time.Time{}}, flow.UnknownPrivate, false)
	f(none, question{"webNSG", in, "30.0.0.8", "10.1.1.4", time.Time{}}, flow.ExternalPublic, false)
	f(none, question{"webNSG", out, "10.1.1.4", "168.63.129.16", time.Time{}}, flow.AzurePublic, false)
	f(none, question{"web", out, "fd00::4", "2a02::1", time.Time{}}, flow.ExternalPublic, false)
}

// A judge remembers addresses, and that they were something else before.
func TestJudgeOverTime(t *testing.T) {
	j := knowledge(t).NewJudge(hour)
	log := captures["web"]
	for _, want := range []struct {
		at   time.Time
		kind flow.Type
	}{{day(11), flow.MaliciousFlow}, {day(15), flow.AzurePublic}, {day(11), flow.MaliciousFlow}} {
		if got := j.Flow(addr("40.0.0.7"), addr("10.1.1.4"), &log, flow.Inbound, want.at.Unix()).Type; got != want.kind {
			t.Errorf("on %s: %s, want %s", want.at, got, want.kind)
		}
	}
}

// Two NICs of a network may be listed with one address: neither forwards.
func TestNICsWithOneAddress(t *testing.T) {
	b := world()
	b.nic("api-again", "0000000000A3", vnetID("one")+"/subnets/web", "10.1.1.6")
	j := New(Sources{Topology: topology.NewIndex(b.at(day(5)))}).NewJudge(hour)
	for _, mac := range []string{"0000000000A2", "0000000000A3"} {
		log := flow.Log{Family: flow.VNet, MAC: mac, Target: string(vnetID("one"))}
		if g := j.Flow(addr("10.1.1.6"), addr("10.1.1.4"), &log, flow.Outbound, day(6).Unix()); g.Type != flow.IntraVNet || g.AtHop {
			t.Errorf("at %s: %s, at hop %t", mac, g.Type, g.AtHop)
		}
	}
}

func TestCaptureHash(t *testing.T) {
	named, spaced := &estate{}, &estate{}
	named.vnet("one")
	spaced.vnet("one", "10.1.0.0/16")
	from := topology.Capture{MAC: "0000000000A1", Target: string(vnetID("one"))}
	seen := map[uint64]int{}
	for i, snapshots := range [][]topology.Snapshot{
		nil, {named.at(day(5))}, {spaced.at(day(5))}, {world().at(day(5))}, {spaced.at(day(5)), world().at(day(6))}, {spaced.at(day(5)), world().at(day(7))},
	} {
		h := New(Sources{Topology: topology.NewIndex(snapshots...)}).CaptureHash(from)
		if other, taken := seen[h]; taken {
			t.Errorf("captures %d and %d have one hash", other, i)
		}
		seen[h] = i
	}
	twice := New(Sources{Topology: topology.NewIndex(world().at(day(5)), world().at(day(9)))})
	if seen[twice.CaptureHash(from)] != 3 {
		t.Error("a snapshot that changes nothing changes the hash")
	}
}
