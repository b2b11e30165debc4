package simulate

import (
	"fmt"
	"slices"
	"strings"
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
		atHop                                                                    bool
	}
	nics := s.nics()
	want, got := map[key]CaptureTotals{}, map[key]CaptureTotals{}
	for i := range s.entries {
		e := &s.entries[i]
		k := key{e.src, e.dst, map[string]string{"I": "Inbound", "O": "Outbound"}[e.direction], "Allowed", e.encryption, e.acl, e.rule, e.mac, e.target, e.flowLog, uint16(e.port), uint8(e.proto), false}
		n := nics[e.mac]
		k.atHop = !slices.Contains([]string{n.Addr.String(), n.Addr6.String()}, map[string]string{"I": e.dst, "O": e.src}[e.direction])
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
		k := key{c.Initiator, c.Responder, c.Direction, c.Status, c.Encryption, c.Rule.ACL, c.Rule.Name, c.Log.MAC, c.Log.Target, c.Log.FlowLog, c.Port, c.Protocol, c.AtHop}
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
		src, dst, srcNet, dstNet string
		port                     uint16
		proto                    uint8
	}
	type end struct {
		seen, counts bool
		ConversationTotals
	}
	type recorded struct {
		ends [4]end // initiator, responder, coming in at a hop, going out there
		macs map[string]bool
	}
	nics, once := s.nics(), s.once()
	convs := map[key]*recorded{}
	for i := range s.entries {
		e := &s.entries[i]
		n := nics[e.mac]
		k := key{e.src, e.dst, s.netOf(n, e.src), s.netOf(n, e.dst), uint16(e.port), uint8(e.proto)}
		if convs[k] == nil {
			convs[k] = &recorded{macs: map[string]bool{}}
		}
		c := convs[k]
		c.macs[e.mac] = true
		place := map[string]int{"O": 0, "I": 1}[e.direction]
		if own := map[string]string{"O": e.src, "I": e.dst}[e.direction]; own != n.Addr.String() && own != n.Addr6.String() {
			place = map[string]int{"O": 3, "I": 2}[e.direction]
		}
		x := &c.ends[place]
		if !x.seen || e.time < x.First {
			x.First = e.time
		}
		x.Last = max(x.Last, e.time)
		x.seen = true
		if !once[i] {
			continue
		}
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
	for k, r := range convs {
		first := func(counts bool, order ...int) end {
			for _, i := range order {
				if x := r.ends[i]; x.seen && (x.counts || !counts) {
					return x
				}
			}
			return end{}
		}
		starts, forward, back := first(false, 0, 1, 2, 3), first(true, 0, 1, 2, 3), first(true, 1, 0, 3, 2)
		c := ConversationTotals{
			Initiator: k.src, Responder: k.dst, InitiatorVNet: k.srcNet, ResponderVNet: k.dstNet, Port: k.port, Protocol: k.proto,
			Captures: len(r.macs), Started: starts.Started, Ended: starts.Ended,
			PacketsFwd: forward.PacketsFwd, BytesFwd: forward.BytesFwd, PacketsBack: back.PacketsBack, BytesBack: back.BytesBack,
		}
		for _, x := range r.ends {
			if x.seen && (c.First == 0 || x.First < c.First) {
				c.First = x.First
			}
			c.Last = max(c.Last, x.Last)
			c.Denied += x.Denied
		}
		want[k] = c
	}
	lines := int64(0)
	err := s.truth.ReadConversations(s.dir, func(c ConversationTotals) error {
		lines++
		c.FlowType = "" // see TestFlowTypes
		got[key{c.Initiator, c.Responder, c.InitiatorVNet, c.ResponderVNet, c.Port, c.Protocol}] = c
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

// netOf returns the VNet of an address as a NIC sees it: its own before others,
// and from a network that is connected with nothing none but its own.
func (s *simulation) netOf(n *NIC, addr string) string {
	out := ""
	for _, m := range s.byAddr()[addr] {
		if m.vnet() == n.vnet() {
			return m.vnet().fullName()
		}
		if !n.vnet().Island && !m.vnet().Island {
			out = m.vnet().fullName()
		}
	}
	return out
}

// byAddr returns the NICs with an address.
func (s *simulation) byAddr() map[string][]*NIC {
	if s.owners == nil {
		s.owners = map[string][]*NIC{}
		for _, n := range s.estate.NICs {
			for _, a := range []string{n.Addr.String(), n.Addr6.String()} {
				s.owners[a] = append(s.owners[a], n)
			}
		}
	}
	return s.owners
}

// once tells of each tuple whether it counts: not where a better log of the
// same NIC has it too.
func (s *simulation) once() []bool {
	type place struct {
		mac, flow, direction, state string
		second                      int64
	}
	rank := func(e *entry) int {
		switch {
		case e.nsg:
			return 3
		case strings.Contains(e.target, "/networkinterfaces/"):
			return 0
		case strings.Contains(e.target, "/subnets/"):
			return 1
		}
		return 2
	}
	of := func(e *entry) place { return place{e.mac, e.flow(), e.direction, e.state, e.time / 1000} }
	best := map[place]int{}
	several := s.nics()
	for i := range s.entries {
		e := &s.entries[i]
		if len(several[e.mac].Logs) < 2 {
			continue
		}
		p := of(e)
		if r, seen := best[p]; !seen || rank(e) < r {
			best[p] = rank(e)
		}
	}
	out := make([]bool, len(s.entries))
	for i := range s.entries {
		e := &s.entries[i]
		r, some := best[of(e)]
		out[i] = !some || r == rank(e)
	}
	return out
}
