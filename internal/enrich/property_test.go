package enrich

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/topology"
)

// drawEstate draws VNets out of few address spaces, so that many overlap, with
// interfaces, peerings, a gateway with clients, and public addresses.
func drawEstate(t *rapid.T) *estate {
	b := &estate{}
	var ids []topology.ID
	for i := range rapid.IntRange(1, 4).Draw(t, "vnets") {
		space := rapid.IntRange(0, 1).Draw(t, "space")
		id := b.vnet(fmt.Sprint("v", i), fmt.Sprintf("10.%d.0.0/16", space))
		ids = append(ids, id)
		s := b.subnet(id, "s", fmt.Sprintf("10.%d.1.0/24", space))
		for n := range rapid.IntRange(0, 2).Draw(t, "nics") {
			nic := b.nic(fmt.Sprint("n", i, n), fmt.Sprintf("0000000000%d%d", i, n), s, fmt.Sprintf("10.%d.1.%d", space, rapid.IntRange(4, 6).Draw(t, "host")))
			nic.Forwarding = rapid.Bool().Draw(t, "forwards")
			if rapid.IntRange(0, 3).Draw(t, "public") == 0 {
				nic.Configs[0].PublicIP = b.public(fmt.Sprint("p", i, n), fmt.Sprintf("20.0.0.%d", rapid.IntRange(1, 3).Draw(t, "public address")))
			}
		}
	}
	for i := range ids {
		for j := range i {
			if rapid.Bool().Draw(t, "peered") {
				b.peer(ids[i], ids[j], rapid.Bool().Draw(t, "remote gateways"))
			}
		}
	}
	if rapid.Bool().Draw(t, "gateway") {
		b.subnet(ids[0], "gatewaysubnet", "10.0.255.0/27")
		b.gateway("g", "Vpn", ids[0], "172.20.0.0/24").Learned = []topology.LearnedRoute{{Network: pfx("192.168.0.0/16")[0], Peer: "9.9.9.9"}}
	}
	return b
}

// outside are the service tags and feeds that are drawn from.
func outside(t *testing.T) []Sources {
	var out []Sources
	for _, v := range []*service.Versions{versions(t), versions(t, tags(t, "20260804"), tags(t, "20260808", `"30.0.0.0/30"`))} {
		s := threats(t, v, nil, reading{day(6), "30.0.0.1\n20.0.0.1\n30.0.0.4\n"}, reading{day(7).Add(90 * time.Minute), "30.0.0.1\n30.0.0.5\n10.0.1.4\n"})
		out = append(out, Sources{Services: v, Threats: s})
	}
	return out
}

func drawKnowledge(t *rapid.T, outside []Sources) *Knowledge {
	var snapshots []topology.Snapshot
	e := drawEstate(t)
	for i := range rapid.IntRange(0, 4).Draw(t, "snapshots") {
		if rapid.Bool().Draw(t, "changed") {
			e = drawEstate(t)
		}
		snapshots = append(snapshots, e.at(day(5+2*i)))
	}
	s := rapid.SampledFrom(outside).Draw(t, "outside")
	s.Topology = topology.NewIndex(snapshots...)
	return New(s)
}

func drawAddress(t *rapid.T) flow.Addr {
	return addr(rapid.SampledFrom([]string{
		"10.0.1.4", "10.0.1.5", "10.0.1.6", "10.1.1.4", "10.1.1.5", "10.0.9.9", "10.9.9.9", "20.0.0.1", "20.0.0.2", "20.1.0.5",
		"30.0.0.1", "30.0.0.4", "30.0.0.5", "30.0.0.9", "168.63.129.16", "172.20.0.5", "192.168.1.1", "fd00::1", "2603:1000::1", "2a00::9",
	}).Draw(t, "address"))
}

func drawLog(t *rapid.T) flow.Log {
	l := flow.Log{Family: flow.Family(rapid.IntRange(0, 1).Draw(t, "family")), Target: rapid.SampledFrom([]string{
		"", string(vnetID("v0")), string(vnetID("v1")) + "/subnets/s", string(vnetID("v7")), string(rid("networkinterfaces", "n00")),
	}).Draw(t, "target")}
	l.MAC = rapid.SampledFrom([]string{"", "000000000000", "000000000001", "000000000010", "000000000020", "00000000FFFF"}).Draw(t, "mac")
	return l
}

// A judge of many rows, of one flow, and the explanation say the same.
func TestJudgesAgree(t *testing.T) {
	known := outside(t)
	rapid.Check(t, func(rt *rapid.T) {
		k := drawKnowledge(rt, known)
		logs := rapid.SliceOfN(rapid.Custom(drawLog), 1, 4).Draw(rt, "logs")
		var rows []flow.Row
		for range rapid.IntRange(1, 40).Draw(rt, "rows") {
			rows = append(rows, flow.Row{Key: flow.Key{
				Initiator: drawAddress(rt), Responder: drawAddress(rt), Log: uint32(rapid.IntRange(0, len(logs)-1).Draw(rt, "log")),
				Direction: flow.Direction(rapid.IntRange(0, 1).Draw(rt, "direction")),
				Interval:  day(4).Unix() + 3600*int64(rapid.IntRange(0, 24*10).Draw(rt, "hour")),
			}, Marks: flow.Marks(rapid.IntRange(0, 7).Draw(rt, "marks"))})
		}
		before := slices.Clone(rows)
		j := k.NewJudge(hour)
		j.Rows(rows, logs)
		want := map[pair]bool{}
		for i, r := range rows {
			if got := r.Marks &^ flow.AtHop; got != before[i].Marks {
				rt.Fatalf("the other marks of %+v were changed to %d", before[i], got)
			}
			log := logs[r.Log]
			g := k.NewJudge(hour).Flow(r.Initiator, r.Responder, &log, r.Direction, r.Interval)
			kind, hop := g.Type, g.AtHop
			from := ScopeOf(&log)
			if want := (Judgement{kind, hop, identityAt(k, r.Initiator, from, r.Interval), identityAt(k, r.Responder, from, r.Interval)}); g != want || r.From != g.From || r.To != g.To {
				rt.Fatalf("%s to %s from %+v at %d: judged %+v, the row %+v %+v, the tenures say %+v", r.Initiator, r.Responder, log, r.Interval, g, r.From, r.To, want)
			}
			x := k.Explain(FlowQuestion{
				Initiator: r.Initiator, Responder: r.Responder, Direction: &r.Direction,
				At:   time.Unix(r.Interval+int64(rapid.IntRange(0, 3599).Draw(rt, "second")), 0),
				From: topology.Capture{MAC: log.MAC, Target: log.Target},
			}, hour)
			if rowHop := r.Marks&flow.AtHop != 0; r.Type != kind || rowHop != hop || x.FlowType != kind.String() || x.AtHop != hop || typeOf(x.Rule) != kind {
				rt.Fatalf("%+v from %+v: Rows says %s, %t; Flow %s, %t; Explain %s, %t: %s", r.Key, log, r.Type, rowHop, kind, hop, x.FlowType, x.AtHop, x.Reason)
			}
			if malicious := x.Initiator.Malicious || x.Responder.Malicious; kind == flow.MaliciousFlow && !malicious {
				rt.Fatalf("%+v is malicious, and neither side is: %+v", r.Key, x)
			}
			if c := k.weigh(FlowQuestion{
				Initiator: r.Initiator, Responder: r.Responder, Direction: &r.Direction, At: time.Unix(r.Interval, 0),
				From: topology.Capture{MAC: log.MAC, Target: log.Target},
			}, hour); kind == flow.InterVNet && c.initiator.vnet != "" && c.responder.vnet != "" {
				want[pair{c.initiator.vnet, c.responder.vnet}] = true
			}
		}
		got := map[pair]bool{}
		for _, r := range j.Relations() {
			got[pair{r.VNet1, r.VNet2}] = true
		}
		if len(got) != len(want) {
			rt.Fatalf("Relations() of %v, want of %v", got, want)
		}
		for p := range want {
			if !got[p] {
				rt.Fatalf("Relations() lacks %v", p)
			}
		}
		if again := j.Relations(); again != nil {
			rt.Fatalf("Relations() again: %v", again)
		}
	})
}

// What an address was over all time is what a look-up says at any time.
func TestAttributionIsWhatLookupsSay(t *testing.T) {
	known := outside(t)
	rapid.Check(t, func(rt *rapid.T) {
		k := drawKnowledge(rt, known)
		a, log := drawAddress(rt), drawLog(rt)
		from := topology.Capture{MAC: log.MAC, Target: log.Target}
		got := k.Attribute(a, from)
		last := Tenure{}
		for i, tn := range got.Tenures {
			if i > 0 && (last.Until != tn.From || last.EndpointID == tn.EndpointID) || tn.EndpointID != EndpointID(tn.Endpoint) {
				rt.Fatalf("tenure %d of %s: %+v after %+v", i, a, tn, last)
			}
			last = tn
		}
		if first := got.Tenures[0]; pointer(first.From) != nil || pointer(last.Until) != nil {
			rt.Fatalf("the tenures of %s do not cover all time: %+v", a, got.Tenures)
		}
		for range 10 {
			at := day(1).Add(time.Duration(rapid.IntRange(0, 24*60*16).Draw(rt, "minute")) * time.Minute)
			f := k.Lookup(a, at, from)
			e := got.at(at.UnixMilli())
			malicious := slices.ContainsFunc(got.Verdicts, func(v Verdict) bool {
				since, until := bounds(v.From, v.Until)
				return since <= at.UnixMilli() && at.UnixMilli() < until && f.Category == v.Category
			})
			if f.Class != e.Class.String() || f.Resource != string(e.ID) || f.VNet != e.VNet || f.Ambiguous != e.Ambiguous || f.Service != e.Service ||
				e.Class == External && f.Malicious != malicious {
				rt.Fatalf("%s at %s: Lookup says %+v, Attribute %+v, verdicts %+v", a, at, f, e, got.Verdicts)
			}
		}
	})
}

func (a *Attribution) at(ms int64) *Endpoint {
	for _, t := range a.Tenures {
		if t.From <= ms && ms < t.Until {
			return t.Endpoint
		}
	}
	return nil
}

// Where neither what is known of the capture nor what the addresses were is
// another, no flow is.
func TestCaptureHashAndAttributionsTellTheType(t *testing.T) {
	known := outside(t)
	rapid.Check(t, func(rt *rapid.T) {
		one, two := drawKnowledge(rt, known), drawKnowledge(rt, known)
		log := drawLog(rt)
		from := topology.Capture{MAC: log.MAC, Target: log.Target}
		scope := ScopeOf(&log) // from which flows say who their ends were
		if one.CaptureHash(from) != two.CaptureHash(from) {
			return
		}
		for range 20 {
			a, b := drawAddress(rt), drawAddress(rt)
			if !alike(one, two, a, from, scope) || !alike(one, two, b, from, scope) {
				continue
			}
			at := day(4).Unix() + 3600*int64(rapid.IntRange(0, 24*10).Draw(rt, "hour"))
			x := one.NewJudge(hour).Flow(a, b, &log, flow.Outbound, at)
			y := two.NewJudge(hour).Flow(a, b, &log, flow.Outbound, at)
			if x != y {
				rt.Fatalf("%s to %s from %+v: %+v by one, %+v by the other", a, b, log, x, y)
			}
		}
	})
}

// alike tells whether an address was the same by both, from all of these places.
func alike(one, two *Knowledge, a flow.Addr, from ...topology.Capture) bool {
	return !slices.ContainsFunc(from, func(c topology.Capture) bool { return one.Attribute(a, c).Hash != two.Attribute(a, c).Hash })
}

// identityAt returns what an address was by its tenures.
func identityAt(k *Knowledge, a flow.Addr, from topology.Capture, second int64) flow.Identity {
	for _, t := range k.Attribute(a, from).Tenures {
		if t.From <= second*1000 && second*1000 < t.Until {
			return flow.Identity{Host: t.Host, Endpoint: t.EndpointID}
		}
	}
	return flow.Identity{}
}
