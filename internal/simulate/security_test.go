package simulate

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/internal/topology"
	"weir/internal/topology/security"
)

// What the rules of the imported inventory decide is what the simulator, which
// has its own reading of rules, decides: with the same rule of the same group.
func TestRulesDecideAsSimulated(t *testing.T) {
	c := small(1)
	c.VMs, c.Hours, c.Rate = 60, 1, 0.02
	s := write(t, c)
	inv := s.imported(t, inventoryFolder)
	inv.Sort()
	at := c.Start.Add(-time.Hour)
	x := topology.NewIndex(topology.Snapshot{Time: at, Inventory: inv})
	known := security.New(inv, security.Known{Space: func(v topology.ID) []netip.Prefix { return x.Space(v, at.UnixMilli()) }})
	e := NewEstate(c)
	outside := []string{clientOffice, "198.51.100.7/32", "52.239.1.2/32", "192.168.77.1/32", "168.63.129.16/32"}
	for _, p := range onPremisesPrefixes() {
		outside = append(outside, p.String())
	}
	asked, denied, admin := 0, 0, 0
	for i, n := range e.NICs {
		place, ok := known.PlaceOf(topology.NewID(n.vnet().ID), n.Addr)
		if !ok || !n.there(at) {
			continue
		}
		var others []netip.Addr
		for _, text := range outside {
			others = append(others, netip.MustParsePrefix(text).Addr().Next())
		}
		others[4] = platformAddr
		for _, m := range []int{0, i / 2, i + 1, len(e.NICs) - 1} {
			others = append(others, e.NICs[m%len(e.NICs)].Addr)
		}
		for _, other := range others {
			for _, port := range []uint16{22, 23, 25, 53, 80, 443, 445, 1433, 3389, 5022, 8080, 8443, 65300} {
				for _, proto := range []uint8{tcp, udp} {
					for _, in := range []bool{true, false} {
						h := packetHeader{src: other, dst: n.Addr, port: port, proto: proto}
						if !in {
							h.src, h.dst = h.dst, h.src
						}
						if !in && other == platformAddr || routed(n, other) { // the platform's own; the simulator counts no routes
							continue
						}
						want := e.decide(n, nil, in, h, at)
						got := known.Decide(place, security.Flow{Inbound: in, Protocol: proto, Source: h.src, SourcePort: 50000, Dest: h.dst, DestPort: port})
						asked++
						acl, rule := zeroGUID, platformRule
						if len(got.Steps) > 0 {
							last := got.Steps[len(got.Steps)-1]
							acl, rule = string(last.ACL), last.Rule.Name
							if last.Level == security.LevelAdmin {
								admin++
							}
						}
						want.rule = strings.TrimPrefix(strings.TrimPrefix(want.rule, "UserRule_"), "DefaultRule_")
						if !got.Allowed {
							denied++
						}
						if got.Allowed != want.allowed || !strings.EqualFold(acl, want.acl) || rule != want.rule {
							t.Fatalf("%s: %+v inbound %v: %v by %s of %s, want %+v", n.Name, h, in, got.Allowed, rule, acl, want)
						}
					}
				}
			}
		}
	}
	if asked < 10_000 || denied < 1000 || admin < 100 {
		t.Errorf("%d flows, %d denied, %d by admin rules: too few to tell", asked, denied, admin)
	}
}

// routed tells whether an address is in the tag VirtualNetwork by a route.
func routed(n *NIC, a netip.Addr) bool {
	if n.Subnet.Routes == nil {
		return false
	}
	return slices.ContainsFunc(n.Subnet.Routes.Routes, func(r Route) bool { return r.Prefix.Bits() > 1 && r.Prefix.Contains(a) })
}

// What the inventory opens to the internet is what the estate was made with.
func TestOpeningsAsSimulated(t *testing.T) {
	c := small(1)
	c.VMs, c.Hours, c.Rate = 60, 1, 0.02
	s := write(t, c)
	inv := s.imported(t, inventoryFolder)
	e := NewEstate(c)
	open := map[string]int{}
	for _, o := range security.New(inv, security.Known{}).Openings() {
		open[string(o.Way.Kind)]++
		switch o.Way.Kind {
		case security.WayOwn:
			rule, port := o.Steps[0].Rule.Name, uint16(22)
			if rule == "AllowRdpFromOffice" {
				port = 3389
			}
			if o.First != port || o.Last != port || o.Protocol != tcp || o.Anyone != (rule == "temp-ssh-any") {
				t.Errorf("%s: port %d-%d by %s, anyone %v", o.NIC.Name(), o.First, o.Last, rule, o.Anyone)
			}
		case security.WayAppGateway:
			if (o.First != 80 && o.First != 443) || o.First != o.Last || !o.Anyone || o.Steps[0].Rule.Name != "AllowHttpFromInternet" {
				t.Errorf("%s: port %d-%d, anyone %v", o.Way.ID.Name(), o.First, o.Last, o.Anyone)
			}
		case security.WayBalancer:
			if (o.First != 80 && o.First != 443) || o.First != o.Last || !o.Anyone || !o.Way.Address.IsValid() {
				t.Errorf("%s: port %d-%d, anyone %v by %s", o.NIC.Name(), o.First, o.Last, o.Anyone, o.Way.Address)
			}
		}
	}
	behind := 0
	for _, lb := range e.LoadBalancers {
		if lb.Public {
			behind += len(lb.Backends) * len(lb.Ports)
		}
	}
	if open[string(security.WayOwn)] != 3 || open[string(security.WayAppGateway)] != 2*len(e.AppGateways) || open[string(security.WayBalancer)] != behind || behind == 0 {
		t.Errorf("open: %v, want 3 of the jump host, two of each of %d gateways, %d behind load balancers", open, len(e.AppGateways), behind)
	}
}
