package simulate

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each planted event is in the files exactly as the truth states it.
func TestEvents(t *testing.T) {
	for _, c := range []Config{small(1), {Start: DefaultConfig().Start, Hours: 1, VMs: 60, Seed: 9, Rate: 0.2}} {
		s := write(t, c)
		kinds := map[string]int{}
		for _, ev := range s.truth.Events {
			kinds[ev.Kind]++
			out, in := s.recount(ev)
			if diff := cmp.Diff(out, ev.AtInitiator); diff != "" {
				t.Errorf("%s, at the initiator (-counted +truth):\n%s", ev.Name, diff)
			}
			if diff := cmp.Diff(in, ev.AtResponder); diff != "" {
				t.Errorf("%s, at the responder (-counted +truth):\n%s", ev.Name, diff)
			}
			if out.Records+in.Records == 0 {
				t.Errorf("%s is not in the files", ev.Name)
			}
		}
		want := map[string]int{EventBruteForce: 2, EventBeacon: 1, EventExfiltration: 1, EventBrokenRule: 1, EventBackup: 1}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("planted events (-want +got):\n%s", diff)
		}
	}
}

// recount sums the tuples of an event. Flows that were running when a broken
// rule came go on and are not part of it.
func (s *simulation) recount(ev *Event) (out, in EventCounters) {
	mine := map[string]bool{}
	for i := range s.entries {
		e := &s.entries[i]
		if uint16(e.port) != ev.Port || uint8(e.proto) != ev.Protocol || !slices.Contains(ev.Initiators, e.src) || !slices.Contains(ev.Responders, e.dst) {
			continue
		}
		if ev.Kind == EventBrokenRule {
			key := e.mac + e.flow()
			if e.state == "B" || e.state == "D" {
				mine[key] = e.time >= ev.From.UnixMilli()
			}
			if !mine[key] {
				continue
			}
		}
		v := &out
		if e.direction == "I" {
			v = &in
		}
		switch e.state {
		case "B":
			v.Started++
		case "D":
			v.Denied++
		case "E":
			v.Ended++
		}
		v.PacketsFwd += e.pf
		v.BytesFwd += e.bf
		v.PacketsBack += e.pb
		v.BytesBack += e.bb
		v.Records++
	}
	return out, in
}

func (s *simulation) event(t *testing.T, kind string) *Event {
	t.Helper()
	for _, e := range s.truth.Events {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no event of kind %s", kind)
	return nil
}

// Before the broken rule the application reaches its database, after it never.
func TestBrokenRule(t *testing.T) {
	s := write(t, small(4))
	ev := s.event(t, EventBrokenRule)
	allowed, denied := 0, 0
	for i := range s.entries {
		e := &s.entries[i]
		if e.direction != "I" || uint16(e.port) != ev.Port || !slices.Contains(ev.Initiators, e.src) || !slices.Contains(ev.Responders, e.dst) {
			continue
		}
		late := e.time >= ev.From.UnixMilli()
		switch {
		case e.state == "B" && !late:
			allowed++
		case e.state == "B":
			t.Errorf("a flow is let in at %d, after the rule", e.time)
		case e.state == "D":
			denied++
			if !late || e.rule != ev.Rule || e.acl != ev.ACL {
				t.Errorf("denied at %d by %s of %s; want from %d by %s of %s", e.time, e.rule, e.acl, ev.From.UnixMilli(), ev.Rule, ev.ACL)
			}
		}
	}
	if allowed == 0 || denied == 0 {
		t.Errorf("%d allowed before, %d denied after; want some of both", allowed, denied)
	}
	if ev.From.Second() != 0 || !ev.From.After(s.truth.Start) || !ev.From.Before(s.truth.End) {
		t.Errorf("the rule comes at %s, want a full minute within the log", ev.From)
	}
}

// The beacon beats regularly.
func TestBeaconPeriod(t *testing.T) {
	s := write(t, small(5))
	ev := s.event(t, EventBeacon)
	var times []int64
	for i := range s.entries {
		e := &s.entries[i]
		if e.state == "B" && e.dst == ev.Responders[0] {
			times = append(times, e.time)
		}
	}
	slices.Sort(times)
	if len(times) < 60 {
		t.Fatalf("%d beats in two hours", len(times))
	}
	for i := 1; i < len(times); i++ {
		off := times[i] - times[i-1] - int64(ev.PeriodSeconds)*1000
		if off < -int64(ev.JitterMillis) || off > int64(ev.JitterMillis) {
			t.Errorf("beats %d ms apart, want %d s within %d ms", times[i]-times[i-1], ev.PeriodSeconds, ev.JitterMillis)
		}
	}
}

// The backup fills the gateway to more than 85 % and not above its capacity.
func TestBackupNearlyFillsTheGateway(t *testing.T) {
	s := write(t, small(6))
	ev := s.event(t, EventBackup)
	if ev.RateBPS < ev.CapacityBPS*85/100 || ev.RateBPS > ev.CapacityBPS {
		t.Errorf("%d bit/s over a gateway of %d", ev.RateBPS, ev.CapacityBPS)
	}
	// The initiator is the sender of forward bytes; back bytes carry the receiver's overhead.
	c := ev.AtInitiator
	low := c.BytesFwd + c.BytesBack - c.PacketsBack*overheadHigh
	high := c.BytesFwd + c.BytesBack - c.PacketsBack*overheadLow
	bytes := uint64(ev.RateBPS) * uint64(ev.To.Sub(ev.From).Seconds()) / 8
	if bytes+1000 < low || bytes > high+1000 {
		t.Errorf("the rate stands for %d bytes, the logs have %d to %d", bytes, low, high)
	}
}

// The threat feed lists what the truth says is listed, an address a line.
func TestThreatFeed(t *testing.T) {
	s := write(t, small(1))
	lines := strings.Split(strings.TrimSpace(readFile(t, s.dir, threatFeedFile)), "\n")
	listed := map[string]bool{}
	for i, l := range lines {
		address, comment, ok := strings.Cut(l, " # ")
		if i == 0 {
			continue
		}
		if !ok || comment == "" || address == "" {
			t.Errorf("line %s of the feed: %q", strconv.Itoa(i+1), l)
		}
		listed[address] = true
	}
	for _, e := range s.truth.Events {
		for _, a := range e.Listed {
			if !listed[a] {
				t.Errorf("%s of the event %q is not in the feed", a, e.Name)
			}
		}
	}
}
