package simulate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

// nic returns the only NIC of a machine.
func (s *simulation) nic(t *testing.T, vm string) *NIC {
	t.Helper()
	for _, m := range s.estate.VMs {
		if m.Name == vm {
			return m.NIC
		}
	}
	t.Fatalf("no machine is %s", vm)
	return nil
}

// at returns the tuples of a NIC.
func (s *simulation) at(n *NIC) []entry {
	var out []entry
	for _, e := range s.entries {
		if e.mac == n.MAC {
			out = append(out, e)
		}
	}
	return out
}

// conversations returns the conversations of an initiator by responder and port.
func (s *simulation) conversations(t *testing.T, initiator string) []ConversationTotals {
	t.Helper()
	var out []ConversationTotals
	err := s.truth.ReadConversations(s.dir, func(c ConversationTotals) error {
		if c.Initiator == initiator {
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What goes by the appliance is recorded there as it comes in and as it goes
// out, with its own addresses, beside the captures at its ends; what goes to
// the internet comes in and leaves as a connection of the appliance.
func TestAppliance(t *testing.T) {
	s := write(t, small(1))
	nva, batch, quiet := s.nic(t, "vm-nva-01"), s.nic(t, "vm-batch-01"), s.nic(t, "vm-quiet-01")
	if !nva.Forwards || batch.Subnet.Routes == nil || batch.Subnet.Routes.Routes[0].NextHop != nva.Addr {
		t.Error("no route leads from the batch machines to the appliance")
	}
	in, out := map[string]int{}, map[string]int{}
	in2, out2 := map[string]uint64{}, map[string]uint64{}
	for _, e := range s.at(nva) {
		if e.state != "B" && e.state != "E" {
			continue
		}
		direction, packets := in, in2
		if e.direction == "O" {
			direction, packets = out, out2
		}
		key := e.src + " " + fmt.Sprint(e.port)
		if e.port == 443 { // each of its own address
			key = e.dst + " " + fmt.Sprint(e.srcPort)
		}
		direction[key+e.state]++
		packets[key] += e.pf + e.pb
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Errorf("what comes in goes out (-in +out):\n%s", diff)
	}
	if diff := cmp.Diff(in2, out2); diff != "" {
		t.Errorf("packets that come in go out (-in +out):\n%s", diff)
	}
	for n, captures := range map[*NIC]map[string]int{
		batch: {"5022": 3, "8443": 3, "445": 2, "443": 2}, // both ends and the appliance, one end and the appliance
		quiet: {"5022": 2, "445": 1, "443": 1},            // the appliance alone, but for what answers
	} {
		got := map[string]int{}
		for _, c := range s.conversations(t, n.Addr.String()) {
			if port := fmt.Sprint(c.Port); captures[port] > 0 {
				got[port] = max(got[port], c.Captures)
			}
			if n == quiet && c.Captures == 1 && (c.Started == 0 || c.BytesFwd == 0) {
				t.Errorf("%+v: seen by the appliance alone, and not counted", c)
			}
		}
		if diff := cmp.Diff(captures, got); diff != "" {
			t.Errorf("captures of what %s says, by port (-want +got):\n%s", n.Name, diff)
		}
	}
}

// Of two groups at one NIC the one that denies logs, and of both that allow
// one, which changes with time; never both.
func TestTwoGroups(t *testing.T) {
	s := write(t, small(1))
	n := s.nic(t, "vm-tools-01")
	own, subnet := lower(n.NSG.ID), lower(n.Subnet.NSG.ID)
	seen, flows := map[string]int{}, map[string]string{}
	for _, e := range s.at(n) {
		if acl := flows[e.flow()+e.direction]; acl != "" && acl != e.acl {
			t.Fatalf("two groups log %s", e.flow())
		}
		flows[e.flow()+e.direction] = e.acl
		by := map[string]string{own: "own", subnet: "subnet"}[e.acl]
		if e.target != e.acl {
			t.Fatalf("a tuple under %s in the log of %s", e.acl, e.target)
		}
		early := e.time < n.MovesAt.UnixMilli()
		switch {
		case e.state == "D":
			seen[fmt.Sprintf("%s denies %d", by, e.port)]++
		case e.state == "B":
			seen[fmt.Sprintf("%s allows %s early %v", by, e.direction, early)]++
		}
	}
	for _, want := range []string{
		"own denies 9444", "subnet denies 9443", "subnet denies 25",
		"own allows I early true", "subnet allows I early false", "subnet allows O early true", "own allows O early false",
	} {
		if seen[want] == 0 {
			t.Errorf("no tuple is %q", want)
		}
		delete(seen, want)
	}
	delete(seen, "own denies 9443") // once the order is the other, the NIC's group refuses first
	if len(seen) > 0 {
		t.Errorf("unexpected: %v", seen)
	}
}

// An NSG and a VNet flow log of one NIC hold the same, as far as an NSG flow
// log can; the conversation counts once, with the bytes of the better one.
func TestTwoFamilies(t *testing.T) {
	s := write(t, small(1))
	n := s.nic(t, "vm-tools-02")
	tuples := [2]map[string]int{{}, {}}
	bytes := [2]uint64{}
	for _, e := range s.at(n) {
		i := map[bool]int{true: 0, false: 1}[e.nsg]
		tuples[i][fmt.Sprint(e.flow(), e.direction, e.state, e.time/1000)]++
		if e.direction == "I" {
			bytes[i] += e.bf
		}
	}
	for tuple := range tuples[0] {
		if tuples[1][tuple] == 0 {
			t.Errorf("the NSG flow log alone holds %s", tuple)
		}
	}
	if len(tuples[0]) < 100 || len(tuples[1]) <= len(tuples[0]) || bytes[0] != 0 || bytes[1] == 0 {
		t.Errorf("%d tuples in the NSG flow log, %d in the VNet flow log; %d and %d bytes of inbound flows", len(tuples[0]), len(tuples[1]), bytes[0], bytes[1])
	}
}

// For ten minutes the log of a subnet and that of one of its NICs hold the same.
func TestOverlappingTargets(t *testing.T) {
	s := write(t, small(1))
	n, when := s.nic(t, "vm-ops-01"), s.estate.when
	if when.widened.Sub(when.narrowed) != 10*time.Minute || when.narrowed.Minute()%10 != 0 {
		t.Errorf("the logs overlap from %s to %s", when.narrowed, when.widened)
	}
	var subnet, own []string
	last, first := int64(0), s.truth.End.UnixMilli()
	for _, e := range s.at(n) {
		text := fmt.Sprint(e.time, e.flow(), e.direction, e.state, e.pf, e.bf, e.pb, e.bb)
		both := e.time >= when.narrowed.UnixMilli() && e.time < when.widened.UnixMilli()
		if strings.Contains(e.target, "/subnets/") {
			last = max(last, e.time)
			if both {
				subnet = append(subnet, text)
			}
		} else {
			first = min(first, e.time)
			if both {
				own = append(own, text)
			}
		}
	}
	slices.Sort(subnet)
	slices.Sort(own)
	if diff := cmp.Diff(subnet, own); diff != "" || len(own) < 10 {
		t.Errorf("%d tuples in both logs (-subnet +nic):\n%s", len(own), diff)
	}
	if last >= when.widened.UnixMilli() || first < when.narrowed.UnixMilli() {
		t.Errorf("the subnet's log ends at %d, the NIC's begins at %d", last, first)
	}
}

// Two networks have the same addresses and talk within; the truth tells them apart.
func TestLabs(t *testing.T) {
	s := write(t, small(1))
	nets := map[string]map[string]bool{}
	for _, a := range []string{"10.50.0.4", "10.50.0.5", "10.50.0.6"} {
		for _, c := range s.conversations(t, a) {
			if nets[c.InitiatorVNet] == nil {
				nets[c.InitiatorVNet] = map[string]bool{}
			}
			nets[c.InitiatorVNet][c.FlowType] = true
			if c.FlowType == "IntraVNet" && (c.ResponderVNet != c.InitiatorVNet || c.Captures != 2) {
				t.Errorf("%+v: not within one lab, at both ends", c)
			}
		}
	}
	if len(nets) != 2 {
		t.Fatalf("labs %v", nets)
	}
	for net, types := range nets {
		if !types["IntraVNet"] || !types["ExternalPublic"] || !types["AzurePublic"] {
			t.Errorf("%s has flows of the types %v", net, types)
		}
	}
}

// What goes to a private endpoint is recorded at the other end only.
func TestPrivateEndpoint(t *testing.T) {
	s := write(t, small(1))
	pe := s.estate.Endpoints[0].NIC.Addr.String()
	types := map[string]int{}
	err := s.truth.ReadConversations(s.dir, func(c ConversationTotals) error {
		if c.Responder == pe {
			types[c.FlowType] += c.Captures
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"IntraVNet": 1, "InterVNet": 1}, types); diff != "" {
		t.Errorf("captures of what goes to the private endpoint (-want +got):\n%s", diff)
	}
}

// An address goes from one machine to another at a full hour, which the later
// inventory shows and nothing else; in a single hour it stays.
func TestReusedAddress(t *testing.T) {
	s := write(t, small(1))
	gone, next := s.nic(t, "vm-ops-03"), s.nic(t, "vm-ops-04")
	at := s.estate.when.reused.UnixMilli()
	if gone.Addr != next.Addr || gone.MAC == next.MAC || at%3_600_000 != 0 {
		t.Errorf("%s %s becomes %s %s at %d", gone.Addr, gone.MAC, next.Addr, next.MAC, at)
	}
	before, after := s.at(gone), s.at(next)
	if len(before) == 0 || len(after) == 0 {
		t.Errorf("%d tuples of the first owner, %d of the second", len(before), len(after))
	}
	for _, e := range s.entries {
		if a := gone.Addr.String(); e.src != a && e.dst != a {
			continue
		}
		if (e.mac == gone.MAC && e.time >= at) || (e.mac == next.MAC && e.time < at) {
			t.Fatalf("%s: a tuple of %s at %d, the address changes hands at %d", e.object, e.mac, e.time, at)
		}
	}
	var changed []string
	for _, c := range topology.Diff(s.imported(t, inventoryFolder), s.imported(t, inventoryLaterFolder)) {
		changed = append(changed, fmt.Sprint(c))
	}
	if len(changed) != 4 || strings.Count(strings.Join(changed, " "), "vm-ops-0") < 4 {
		t.Errorf("the later inventory differs in %q", changed)
	}
	c := small(1)
	c.Hours, c.Out = 1, s.dir // nothing of the longer simulation stays
	if _, err := Write(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	short := load(t, c.Out)
	if _, err := os.Stat(filepath.Join(short.dir, inventoryLaterFolder)); !os.IsNotExist(err) || len(short.truth.Inventories) != 2 {
		t.Errorf("a single hour has inventories %v, %v", short.truth.Inventories, err)
	}
}
