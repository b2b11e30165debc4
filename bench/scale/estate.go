package scale

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"

	"weir/internal/flow"
	"weir/internal/topology"
)

// Sizes of the estate.
const (
	Machines    = 2000
	Networks    = 20
	Days        = 30
	Interval    = 10 * time.Minute
	perNetwork  = Machines / Networks
	perSubnet   = 25
	replaced    = 100 // machines that another one follows at the same address, in the middle of the month
	frontEnds   = 200 // machines that are open to the world; the first ones of each network
	listedHosts = 20_000
)

// Start is when the month begins: a Monday.
var Start = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// End is when the month ends.
var End = Start.Add(Days * 24 * time.Hour)

// The rules of each security group, by place.
const (
	allowVNetIn = iota
	allowWebIn
	allowAdminIn
	denyAllIn
	allowVNetOut
	allowInternetOut
	denyOut
	platformIn // of the platform, not of the group
	rulesPerGroup
)

var ruleNames = [rulesPerGroup]string{
	"DefaultRule_AllowVnetInBound", "UserRule_AllowWebInbound", "UserRule_AllowAdminInbound", "DefaultRule_DenyAllInBound",
	"DefaultRule_AllowVnetOutBound", "DefaultRule_AllowInternetOutBound", "UserRule_DenyLegacyOutbound", "PlatformRule",
}

func id(format string, a ...any) topology.ID {
	return topology.NewID("/subscriptions/00000000-0000-0000-0000-0000000005ca/resourceGroups/rg/providers/Microsoft.Network/" + fmt.Sprintf(format, a...))
}

func network(n int) topology.ID   { return id("virtualNetworks/vnet-%02d", n) }
func group(n, subnet int) string  { return string(id("networkSecurityGroups/nsg-%02d-%d", n, subnet)) }
func subnet(n, s int) topology.ID { return id("virtualNetworks/vnet-%02d/subnets/snet-%d", n, s) }

// machine is the address of a machine: it never changes, who has it may.
func machine(i int) flow.Addr {
	n, at := i/perNetwork, i%perNetwork
	return flow.AddrFrom4(10<<24 | uint32(n)<<16 | uint32(at/perSubnet)<<8 | uint32(4+at%perSubnet))
}

func mac(i int) string { return fmt.Sprintf("6045BD%06X", i) }

// Logs returns the flow logs: one for each machine in their order, then those
// of the machines that follow others.
func Logs() []flow.Log {
	logs := make([]flow.Log, 0, Machines+replaced)
	add := func(i int, mac string) {
		logs = append(logs, flow.Log{
			Family: flow.VNet, MAC: mac, Target: string(network(i / perNetwork)),
			FlowLog: string(id("networkWatchers/nw/flowLogs/fl-%02d", i/perNetwork)),
		})
	}
	for i := range Machines {
		add(i, mac(i))
	}
	for i := range replaced {
		add(i*Machines/replaced, mac(Machines+i))
	}
	return logs
}

// log is the place of a machine's log in Logs, before or after the middle of
// the month.
func log(i int, after bool) uint32 {
	if after && isReplaced(i) {
		return uint32(Machines + i*replaced/Machines)
	}
	return uint32(i)
}

func isReplaced(i int) bool { return i%(Machines/replaced) == 0 }

// Rules returns the security rules: those of each subnet's group in turn.
func Rules() []flow.Rule {
	var rules []flow.Rule
	for n := range Networks {
		for s := range perNetwork / perSubnet {
			for _, name := range ruleNames {
				rules = append(rules, flow.Rule{ACL: group(n, s), Name: name})
			}
		}
	}
	return rules
}

// rule is the place of a machine's rule in Rules.
func rule(i, which int) uint32 {
	n, at := i/perNetwork, i%perNetwork
	return uint32((n*(perNetwork/perSubnet)+at/perSubnet)*rulesPerGroup + which)
}

// Inventory is what a listing shows of the estate before or after the middle
// of the month, when some machines are replaced.
func Inventory(after bool) *topology.Inventory {
	inv := &topology.Inventory{}
	for n := range Networks {
		inv.VNets = append(inv.VNets, topology.VNet{
			Head:     topology.Head{ID: network(n), Location: []string{"westeurope", "northeurope"}[n%2]},
			Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n), 0, 0}), 16)},
		})
		for s := range perNetwork / perSubnet {
			inv.Subnets = append(inv.Subnets, topology.Subnet{
				Head:     topology.Head{ID: subnet(n, s)},
				Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n), byte(s), 0}), 24)},
			})
		}
		if n > 0 { // all are peered with the first
			inv.Peerings = append(inv.Peerings, peering(n, 0), peering(0, n))
		}
	}
	for i := range Machines {
		name, who := fmt.Sprintf("vm-%04d", i), int(log(i, after))
		if who >= Machines {
			name += "b"
		}
		n, at := i/perNetwork, i%perNetwork
		inv.NICs = append(inv.NICs, topology.NIC{
			Head: topology.Head{ID: id("networkInterfaces/%s-nic", name), Location: inv.VNets[n].Location}, MAC: mac(who),
			VM: id("virtualMachines/%s", name),
			Configs: []topology.IPConfig{{
				Name: "ipconfig1", Primary: true, Private: machine(i).Netip(), Subnet: subnet(n, at/perSubnet),
			}},
		})
	}
	inv.Sort()
	return inv
}

func peering(from, to int) topology.Peering {
	return topology.Peering{
		Head:   topology.Head{ID: id("virtualNetworks/vnet-%02d/virtualNetworkPeerings/to-%02d", from, to)},
		Remote: network(to), State: "Connected", Access: true, Forwarded: true,
	}
}

// Indicators is a list of addresses that scan: a feed of threats.
func Indicators() []byte {
	var b bytes.Buffer
	for i := range uint64(listedHosts) {
		fmt.Fprintln(&b, outside(scanners+i*7))
	}
	return b.Bytes()
}

// Outside addresses are numbered; these are the first ones of each kind.
const (
	services = 0             // that machines call
	partners = 1 << 20       // that call front ends, again and again
	scanners = 1 << 21       // that try ports
	visitors = 1<<32 + 1<<31 // that call a front end, most of them once
	sites    = 1<<33 + 1<<32 // that machines call, most of them once
)

// outside is the n-th address outside: every sixteenth beyond the services is
// an IPv6 one, and different numbers of a kind are different addresses.
func outside(n uint64) flow.Addr {
	h := n * 0x9e3779b97f4a7c15
	if n >= partners && h>>60 == 0 {
		return flow.Addr{Hi: 0x2a02<<48 | n>>32<<32 | h>>36&0xffff, Lo: n}
	}
	v := uint32(n)*0x9e3779b1 ^ uint32(n>>32)*0x85ebca6b
	switch first := v >> 24; {
	case first == 0, first == 10, first == 100, first == 127, first == 169, first == 172, first == 192, first == 198, first >= 203:
		v = v&0x00ffffff | (20+v>>3%40)<<24
	}
	return flow.AddrFrom4(v)
}
