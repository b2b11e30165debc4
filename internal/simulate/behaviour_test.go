package simulate

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// life is all tuples of one flow at one NIC, in the order of the log.
type life struct {
	nsg     bool
	entries []*entry
}

// lives groups tuples into flows; a source port that is used again begins a new one.
func (s *simulation) lives() map[string][]*life {
	open := map[string][]*life{}
	for i := range s.entries {
		e := &s.entries[i]
		k := e.mac + " " + e.direction + " " + e.flow()
		list := open[k]
		// A begin starts a new life, unless its end was written just before it.
		fresh := len(list) == 0 || e.state == "D"
		if !fresh && e.state == "B" {
			last := list[len(list)-1].entries
			fresh = len(last) > 1 || last[0].state != "E" || last[0].time != e.time
		}
		if fresh {
			list = append(list, &life{nsg: e.nsg})
		}
		l := list[len(list)-1]
		l.entries = append(l.entries, e)
		open[k] = list
	}
	return open
}

func (l *life) states() string {
	var b strings.Builder
	for _, e := range l.entries {
		b.WriteString(e.state)
	}
	return b.String()
}

// Flows begin, continue every 300 seconds and end; some run before the log
// begins and some after it ends; stateless NSG flows only begin.
func TestLivesOfFlows(t *testing.T) {
	c := small(1)
	c.Hours = 3
	s := write(t, c)
	s.dropAside()
	kinds := map[string]int{}
	for _, list := range s.lives() {
		if len(list) > 1 {
			continue // a port used again: not worth telling apart here
		}
		l := list[0]
		all := l.states()
		states := strings.ReplaceAll(all, "C", "")
		var before *entry
		for _, e := range l.entries {
			if before != nil && e.state == "C" {
				if gap := e.time - before.time; gap != 300_000 {
					t.Fatalf("%s: %d ms between two tuples of %s", e.object, gap, e.flow())
				}
			}
			if before != nil && before.state != "E" && e.state == "E" && e.time-before.time > 300_000 {
				t.Fatalf("%s: an end %d ms after the tuple before it", e.object, e.time-before.time)
			}
			before = e
		}
		first, last := l.entries[0], l.entries[len(l.entries)-1]
		switch {
		case states == "D":
			kinds["denied"]++
		case states == "EB":
			kinds["end before begin"]++
			if l.nsg || first.record != last.record || first.time != last.time {
				t.Errorf("end before begin of %s: %+v, %+v", first.flow(), first, last)
			}
		case states == "B" && l.nsg && first.direction == "I" && strings.HasPrefix(first.rule, "UserRule_") && first.proto == 6:
			kinds["stateless"]++
		case states == "BE":
			kinds["whole"]++
			if first.record == last.record {
				kinds["whole in one record"]++
			}
		case states == "E" || states == "":
			kinds["ran before the log"]++
			if first.time > s.truth.Start.UnixMilli()+300_000 {
				t.Fatalf("%s: the first tuple of %s is %s at %d", first.object, first.flow(), first.state, first.time)
			}
		case states == "B":
			kinds["runs on"]++
			if last.time < s.truth.End.UnixMilli()-300_000-unwritten-1000 {
				t.Fatalf("%s: %s never ends", last.object, first.flow())
			}
		default:
			t.Fatalf("%s: tuples %s of %s", first.object, all, first.flow())
		}
		if strings.Contains(all, "C") {
			kinds["continued"]++
		}
	}
	for _, k := range []string{"denied", "end before begin", "stateless", "whole", "whole in one record", "ran before the log", "runs on", "continued"} {
		if kinds[k] == 0 {
			t.Errorf("no flow is %q: %v", k, kinds)
		}
	}
}

// A conversation between two logged NICs is in both logs, with the same
// packets, and the receiving NIC counts 40 to 65 bytes a packet more.
func TestReceiverCountsMore(t *testing.T) {
	c := small(2)
	c.VMs = 40
	s := write(t, c)
	s.dropAside()
	type totals struct{ pf, bf, pb, bb uint64 }
	sum := func(l *life) (v totals) {
		for _, e := range l.entries {
			v.pf += e.pf
			v.bf += e.bf
			v.pb += e.pb
			v.bb += e.bb
		}
		return v
	}
	at := map[string]totals{}
	ends := map[string]string{}
	for _, list := range s.lives() {
		states := strings.ReplaceAll(list[0].states(), "C", "")
		if len(list) != 1 || states != "BE" && states != "EB" {
			continue
		}
		e := list[0].entries[0]
		at[e.direction+e.flow()] = sum(list[0])
		ends[e.flow()] += e.direction
	}
	pairs := 0
	for f, seen := range ends {
		if len(seen) != 2 {
			continue
		}
		pairs++
		out, in := at["O"+f], at["I"+f]
		if out.pf != in.pf || out.pb != in.pb {
			t.Fatalf("%s: packets %+v at the initiator, %+v at the responder", f, out, in)
		}
		within := func(more, less, packets uint64) bool {
			return more >= less+packets*overheadLow && more <= less+packets*overheadHigh
		}
		if !within(in.bf, out.bf, out.pf) || !within(out.bb, in.bb, in.pb) {
			t.Fatalf("%s: bytes %+v at the initiator, %+v at the responder", f, out, in)
		}
	}
	if pairs < 500 {
		t.Errorf("only %d flows are whole in both logs", pairs)
	}
}

// Both captures see the same flows but for those at the edges of the log.
func TestBothCapturesSeeTheSameStarts(t *testing.T) {
	s := write(t, small(3))
	edge := func(e *entry) bool {
		return e.time < s.truth.Start.UnixMilli()+1000 || e.time > s.truth.End.UnixMilli()-120_000
	}
	logged := map[string]bool{}
	for _, n := range NewEstate(small(3)).NICs {
		if n.logged() && !n.Aside {
			logged[n.Addr.String()] = true
			if n.Addr6.IsValid() {
				logged[n.Addr6.String()] = true
			}
		}
	}
	starts := map[string][2]int{}
	for i := range s.entries {
		e := &s.entries[i]
		if (e.state == "B" || e.state == "D") && logged[e.src] && logged[e.dst] && !edge(e) {
			v := starts[e.flow()]
			v[strings.Index("OI", e.direction)]++
			starts[e.flow()] = v
		}
	}
	if len(starts) < 500 {
		t.Fatalf("only %d flows lie between two logged NICs", len(starts))
	}
	missing := 0
	for _, v := range starts {
		if v[0] != v[1] {
			missing++
		}
	}
	if missing > 3 {
		t.Errorf("%d of %d flows are not in both logs", missing, len(starts))
	}
}

// What the spec says occurs, occurs.
func TestVariety(t *testing.T) {
	c := small(1)
	c.VMs = 60
	s := write(t, c)
	found := map[string]bool{}
	saw := func(what string, yes bool) { found[what] = found[what] || yes }
	for i := range s.entries {
		e := &s.entries[i]
		saw("encrypted", e.encryption == "X")
		saw("not encrypted", e.encryption == "NX")
		saw("platform rule", e.acl == zeroGUID && e.rule == platformRule && e.src == platformAddr.String())
		saw("admin rule denies", strings.Contains(e.acl, "/securityadminconfigurations/") && e.state == "D" && e.rule == "BlockHighRiskTCPPortsFromInternet")
		saw("admin rule allows", strings.Contains(e.acl, "/securityadminconfigurations/") && e.state == "B")
		saw("user rule denies outbound", e.state == "D" && e.direction == "O" && strings.HasPrefix(e.rule, "UserRule_"))
		saw("scan denied", e.state == "D" && e.rule == "DefaultRule_DenyAllInBound")
		saw("IPv6 in an NSG log", e.nsg && strings.Contains(e.src, ":") && strings.Contains(e.dst, ":"))
		saw("IPv6 in a VNet log", !e.nsg && strings.Contains(e.src, ":"))
		saw("target subnet", strings.Contains(e.target, "/subnets/"))
		saw("target NIC", strings.Contains(e.target, "/networkinterfaces/"))
		saw("target VNet", strings.HasSuffix(e.target, "/virtualnetworks/vnet-shop-weu"))
		saw("DNS", e.proto == 17 && e.port == 53)
		saw("NTP", e.proto == 17 && e.port == 123 && e.srcPort == 123)
		saw("database", e.port == 5432)
		saw("site", strings.HasPrefix(e.src, "192.168.20."))
		saw("point to site", strings.HasPrefix(e.src, "172.16.200."))
		saw("circuit", strings.HasPrefix(e.src, "172.20."))
		saw("replication across regions", e.port == 5022 && strings.HasPrefix(e.src, "10.1.") && strings.HasPrefix(e.dst, "10.3."))
		saw("application gateway", strings.HasPrefix(e.src, "10.3.1.") && e.direction == "O")
	}
	for what, yes := range found {
		if !yes {
			t.Errorf("nothing is %q", what)
		}
	}
}

// Web sites, which are visited from the internet only, are busy in the evening of their region and quiet at night.
func TestDayAndNight(t *testing.T) {
	c := small(1)
	c.Hours, c.Rate = 24, 0.1
	s := write(t, c)
	for _, f := range []struct {
		region string
		prefix string
		offset time.Duration
	}{
		{"westeurope", "10.1.4.0/22", time.Hour}, {"eastus2", "10.2.4.0/22", -5 * time.Hour}, {"southeastasia", "10.3.1.0/24", 8 * time.Hour},
	} {
		var hours [24]int
		fronts := netip.MustParsePrefix(f.prefix)
		for i := range s.entries {
			e := &s.entries[i]
			if e.state == "B" && e.direction == "I" && e.port == 443 && !strings.Contains(e.dst, ":") && fronts.Contains(netip.MustParseAddr(e.dst)) && e.src != platformAddr.String() {
				hours[time.UnixMilli(e.time).UTC().Add(f.offset).Hour()]++
			}
		}
		night, evening := hours[2]+hours[3]+hours[4], hours[18]+hours[19]+hours[20]
		if evening < 4*night || night == 0 {
			t.Errorf("%s: %d visits between 2 and 5, %d between 18 and 21; by hour %v", f.region, night, evening, hours)
		}
	}
}
