package simulate

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The truth is what an independent reader counts, for several seeds and for
// the smallest estate, one with all spokes and one without much traffic.
func TestTruthEqualsFiles(t *testing.T) {
	f := func(seed uint64, hours, vms int, rate float64) {
		t.Helper()
		c := DefaultConfig()
		c.Seed, c.Hours, c.VMs, c.Rate = seed, hours, vms, rate
		s := write(t, c)
		name := fmt.Sprintf("seed %d, %d h, %d vms, rate %v", seed, hours, vms, rate)
		s.checkTotals(t, name)
		s.checkCaptures(t, name)
		s.checkConversations(t, name)
	}
	f(1, 2, 16, 0.5)
	f(2, 1, 60, 0.3)
	f(3, 3, minVMs, 0.2)
	f(4, 1, 130, 0.1)
	f(5, 26, minVMs, 0.02) // over midnight
}

func (s *simulation) checkTotals(t *testing.T, name string) {
	t.Helper()
	var want [2]FamilyTotals
	for object, records := range s.records {
		family := &want[0]
		if records[0].Properties == nil {
			family = &want[1]
		}
		family.Objects++
		family.Bytes += int64(len(s.objects[object]))
		family.Records += int64(len(records))
	}
	for i := range s.entries {
		e := &s.entries[i]
		family := &want[1]
		if e.nsg {
			family = &want[0]
		}
		if family.Tuples == 0 || e.time < family.First {
			family.First = e.time
		}
		family.Last = max(family.Last, e.time)
		family.Tuples++
		switch e.state {
		case "B":
			family.Started++
		case "D":
			family.Denied++
		case "E":
			family.Ended++
		}
		family.PacketsFwd += e.pf
		family.BytesFwd += e.bf
		family.PacketsBack += e.pb
		family.BytesBack += e.bb
	}
	if diff := cmp.Diff(want[0], s.truth.NSG); diff != "" {
		t.Errorf("%s: NSG totals (-counted +truth):\n%s", name, diff)
	}
	if diff := cmp.Diff(want[1], s.truth.VNet); diff != "" {
		t.Errorf("%s: VNet totals (-counted +truth):\n%s", name, diff)
	}
	sum := want[0]
	sum.add(&want[1])
	if diff := cmp.Diff(sum, s.truth.Total); diff != "" {
		t.Errorf("%s: totals (-counted +truth):\n%s", name, diff)
	}
}

func (s *simulation) checkCaptures(t *testing.T, name string) {
	t.Helper()
	type key struct {
		src, dst, direction, status, encryption, acl, rule, mac, target, flowLog string
		port                                                                     uint16
		proto                                                                    uint8
	}
	want, got := map[key]CaptureTotals{}, map[key]CaptureTotals{}
	for i := range s.entries {
		e := &s.entries[i]
		k := key{e.src, e.dst, map[string]string{"I": "Inbound", "O": "Outbound"}[e.direction], "Allowed", e.encryption, e.acl, e.rule, e.mac, e.target, e.flowLog, uint16(e.port), uint8(e.proto)}
		if e.state == "D" {
			k.status = "Denied"
		}
		c := want[k]
		if c.Records == 0 || e.time < c.First {
			c.First = e.time
		}
		c.Last = max(c.Last, e.time)
		c.Records++
		switch e.state {
		case "B", "D":
			c.Started++
		case "E":
			c.Ended++
		}
		c.PacketsFwd += e.pf
		c.BytesFwd += e.bf
		c.PacketsBack += e.pb
		c.BytesBack += e.bb
		want[k] = c
	}
	lines := int64(0)
	err := s.truth.ReadCaptures(s.dir, func(c CaptureTotals) error {
		lines++
		k := key{c.Initiator, c.Responder, c.Direction, c.Status, c.Encryption, c.Rule.ACL, c.Rule.Name, c.Log.MAC, c.Log.Target, c.Log.FlowLog, c.Port, c.Protocol}
		if _, twice := got[k]; twice {
			t.Errorf("%s: the truth has two lines for %+v", name, k)
		}
		got[k] = CaptureTotals{
			Started: c.Started, Ended: c.Ended, PacketsFwd: c.PacketsFwd, BytesFwd: c.BytesFwd, PacketsBack: c.PacketsBack,
			BytesBack: c.BytesBack, Records: c.Records, First: c.First, Last: c.Last,
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: captures (-counted +truth):\n%.3000s", name, diff)
	}
	if lines != s.truth.Captures {
		t.Errorf("%s: %d lines of captures, the truth says %d", name, lines, s.truth.Captures)
	}
}

func (s *simulation) checkConversations(t *testing.T, name string) {
	t.Helper()
	type key struct {
		src, dst string
		port     uint16
		proto    uint8
	}
	type end struct {
		seen, counts bool
		ConversationTotals
	}
	ends := map[key]*[2]end{}
	for i := range s.entries {
		e := &s.entries[i]
		k := key{e.src, e.dst, uint16(e.port), uint8(e.proto)}
		if ends[k] == nil {
			ends[k] = &[2]end{}
		}
		x := &ends[k][map[string]int{"O": 0, "I": 1}[e.direction]]
		if !x.seen || e.time < x.First {
			x.First = e.time
		}
		x.Last = max(x.Last, e.time)
		x.seen = true
		switch e.state {
		case "B":
			x.Started++
		case "D":
			x.Denied++
		case "E":
			x.Ended++
		}
		x.counts = x.counts || e.state == "C" || e.state == "E"
		x.PacketsFwd += e.pf
		x.BytesFwd += e.bf
		x.PacketsBack += e.pb
		x.BytesBack += e.bb
	}
	want, got := map[key]ConversationTotals{}, map[key]ConversationTotals{}
	for k, v := range ends {
		out, in := v[0], v[1]
		c := ConversationTotals{Initiator: k.src, Responder: k.dst, Port: k.port, Protocol: k.proto, Denied: out.Denied + in.Denied}
		switch {
		case out.seen && in.seen:
			c.Captures, c.First, c.Last = 2, min(out.First, in.First), max(out.Last, in.Last)
		case out.seen:
			c.Captures, c.First, c.Last = 1, out.First, out.Last
		default:
			c.Captures, c.First, c.Last = 1, in.First, in.Last
		}
		c.Started, c.Ended = in.Started, in.Ended
		if out.seen {
			c.Started, c.Ended = out.Started, out.Ended
		}
		c.PacketsFwd, c.BytesFwd = in.PacketsFwd, in.BytesFwd
		if out.counts {
			c.PacketsFwd, c.BytesFwd = out.PacketsFwd, out.BytesFwd
		}
		c.PacketsBack, c.BytesBack = out.PacketsBack, out.BytesBack
		if in.counts {
			c.PacketsBack, c.BytesBack = in.PacketsBack, in.BytesBack
		}
		want[k] = c
	}
	lines := int64(0)
	err := s.truth.ReadConversations(s.dir, func(c ConversationTotals) error {
		lines++
		got[key{c.Initiator, c.Responder, c.Port, c.Protocol}] = c
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: conversations (-counted +truth):\n%.3000s", name, diff)
	}
	if lines != s.truth.Conversations || int(lines) != len(want) {
		t.Errorf("%s: %d lines of conversations, the truth says %d, the files have %d", name, lines, s.truth.Conversations, len(want))
	}
}
