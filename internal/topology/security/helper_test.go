package security

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weir/internal/topology"
)

const (
	base   = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"
	netID  = topology.ID(base + "virtualnetworks/v")
	subID  = netID + "/subnets/a"
	nicID  = topology.ID(base + "networkinterfaces/n")
	nsgSub = topology.ID(base + "networksecuritygroups/subnet")
	nsgNIC = topology.ID(base + "networksecuritygroups/nic")
	asgWeb = topology.ID(base + "applicationsecuritygroups/web")
)

// rule reads "100 in allow tcp 10.0.0.0/8 * > * 22,80-90": priority, direction,
// access, protocol, source, its ports, destination, its ports.
func rule(text string) topology.Rule {
	w := strings.Fields(text)
	r := topology.Rule{Priority: func() int64 { n, _ := strconv.ParseInt(w[0], 10, 64); return n }(), Direction: "Inbound", Access: w[2], Protocol: w[3]}
	r.Name = "r" + w[0]
	if w[1] == "out" {
		r.Direction = "Outbound"
	}
	side := func(text string) (list []string, groups []topology.ID) {
		for word := range strings.SplitSeq(text, ",") {
			if name, ok := strings.CutPrefix(word, "asg:"); ok {
				groups = append(groups, topology.ID(base+"applicationsecuritygroups/"+name))
			} else {
				list = append(list, word)
			}
		}
		return list, groups
	}
	r.SourcePrefixes, r.SourceASGs = side(w[4])
	r.SourcePorts = strings.Split(w[5], ",")
	r.DestPrefixes, r.DestASGs = side(w[7])
	r.DestPorts = strings.Split(w[8], ",")
	return r
}

func rules(texts ...string) []topology.Rule {
	list := []topology.Rule{}
	for _, t := range texts {
		list = append(list, rule(t))
	}
	return list
}

// small is an inventory with one interface at 10.1.0.4, behind two groups.
func small(subnet, nic []topology.Rule) *topology.Inventory {
	inv := &topology.Inventory{
		VNets:   []topology.VNet{{Head: topology.Head{ID: netID}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}},
		Subnets: []topology.Subnet{{Head: topology.Head{ID: subID}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24")}}},
		NICs: []topology.NIC{{Head: topology.Head{ID: nicID}, Configs: []topology.IPConfig{{
			Name: "c", Private: netip.MustParseAddr("10.1.0.4"), Subnet: subID, ASGs: []topology.ID{asgWeb},
		}}}},
	}
	if subnet != nil {
		inv.NSGs = append(inv.NSGs, topology.NSG{Head: topology.Head{ID: nsgSub}, Rules: subnet})
		inv.Subnets[0].NSG = nsgSub
	}
	if nic != nil {
		inv.NSGs = append(inv.NSGs, topology.NSG{Head: topology.Head{ID: nsgNIC}, Rules: nic})
		inv.NICs[0].NSG = nsgNIC
	}
	return inv
}

// flowOf reads "in tcp 203.0.113.1:5000 > 10.1.0.4:22".
func flowOf(t *testing.T, text string) Flow {
	t.Helper()
	w := strings.Fields(text)
	from, err := netip.ParseAddrPort(w[2])
	to, err2 := netip.ParseAddrPort(w[4])
	if err != nil || err2 != nil {
		t.Fatalf("cannot read %q: %v, %v", text, err, err2)
	}
	f := Flow{Inbound: w[0] == "in", Source: from.Addr(), SourcePort: from.Port(), Dest: to.Addr(), DestPort: to.Port()}
	f.Protocol = map[string]uint8{"tcp": 6, "udp": 17, "icmp": 1}[w[1]]
	return f
}

// The naive reading of a rule, by which the sets are checked.
func naive(r *topology.Rule, f Flow) bool {
	port := func(list []string, p uint16) bool {
		return slices.ContainsFunc(list, func(text string) bool {
			from, to, isRange := strings.Cut(text, "-")
			if !isRange {
				to = from
			}
			first, _ := strconv.Atoi(from)
			last, _ := strconv.Atoi(to)
			return text == "*" || first <= int(p) && int(p) <= last
		})
	}
	at := func(list []string, a netip.Addr) bool {
		return slices.ContainsFunc(list, func(text string) bool {
			return text == "*" || netip.MustParsePrefix(text).Contains(a)
		})
	}
	proto := map[string]uint8{"tcp": 6, "udp": 17, "icmp": 1}
	if r.Protocol != "*" && proto[r.Protocol] != f.Protocol {
		return false
	}
	if f.Protocol != 6 && f.Protocol != 17 && (!slices.Contains(r.SourcePorts, "*") || !slices.Contains(r.DestPorts, "*")) {
		return false
	}
	return Inbound(r) == f.Inbound && port(r.SourcePorts, f.SourcePort) && port(r.DestPorts, f.DestPort) &&
		at(r.SourcePrefixes, f.Source) && at(r.DestPrefixes, f.Dest)
}

// drawRules draws rules over few values, so that they overlap.
func drawRules(t *rapid.T, name string) []topology.Rule {
	side := rapid.SampledFrom([]string{"*", "10.1.0.0/24", "10.1.0.0/25", "10.1.0.128/25", "10.1.0.4/32", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0", "::/0", "10.1.0.4/32,10.1.0.0/25"})
	ports := rapid.SampledFrom([]string{"*", "0-99", "100-65535", "22", "22,80", "20-25", "0-22,23-98"})
	var list []topology.Rule
	for i := range rapid.IntRange(1, 8).Draw(t, name) {
		list = append(list, rule(fmt.Sprintf("%d %s %s %s %s %s > %s %s", 100+i,
			rapid.SampledFrom([]string{"in", "in", "out"}).Draw(t, "direction"), rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "access"),
			rapid.SampledFrom([]string{"*", "*", "tcp", "udp", "icmp"}).Draw(t, "protocol"),
			side.Draw(t, "source"), rapid.SampledFrom([]string{"*", "*", "1000-2000"}).Draw(t, "source port"), side.Draw(t, "destination"), ports.Draw(t, "port"))))
	}
	return list
}

// drawFlow draws a flow at the borders of what rules are drawn from.
func drawFlow(t *rapid.T) Flow {
	address := rapid.SampledFrom([]string{"10.1.0.0", "10.1.0.4", "10.1.0.5", "10.1.0.127", "10.1.0.128", "10.1.0.255", "10.1.1.0", "0.0.0.0", "127.255.255.255", "128.0.0.0", "203.0.113.9", "255.255.255.255"})
	if rapid.Bool().Draw(t, "IPv6") {
		address = rapid.SampledFrom([]string{"2001:db8::1", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
	}
	port := rapid.SampledFrom([]uint16{0, 19, 20, 22, 23, 25, 26, 80, 99, 100, 999, 1000, 2000, 2001, 65535})
	f := Flow{
		Inbound: rapid.Bool().Draw(t, "inbound"), Protocol: rapid.SampledFrom([]uint8{6, 17, 1}).Draw(t, "protocol"),
		Source: netip.MustParseAddr(address.Draw(t, "source")), Dest: netip.MustParseAddr(address.Draw(t, "destination")),
		SourcePort: port.Draw(t, "source port"), DestPort: port.Draw(t, "port"),
	}
	if f.Protocol == 1 {
		f.SourcePort, f.DestPort = 0, 0
	}
	return f
}
