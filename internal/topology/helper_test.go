package topology

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"weir/internal/flow"
)

// build gathers an inventory in few words. Ids are made of a subscription,
// the group rg and a name.
type build struct{ inv Inventory }

func rid(kind, name string) ID {
	sub, name, ok := strings.Cut(name, "/")
	if !ok {
		sub, name = "s1", sub
	}
	provider := "microsoft.network/"
	if strings.HasPrefix(kind, "virtualmachine") {
		provider = "microsoft.compute/"
	}
	return ID("/subscriptions/" + sub + "/resourcegroups/rg/providers/" + provider + kind + "/" + name)
}

func (b *build) vnet(name string, prefixes ...string) ID {
	id := rid("virtualnetworks", name)
	b.inv.VNets = append(b.inv.VNets, VNet{Head: Head{ID: id, Location: "westeurope"}, Prefixes: pfx(prefixes...)})
	return id
}

func (b *build) subnet(vnet ID, name string, prefixes ...string) ID {
	id := vnet + "/subnets/" + ID(name)
	b.inv.Subnets = append(b.inv.Subnets, Subnet{Head: Head{ID: id}, Prefixes: pfx(prefixes...)})
	return id
}

func (b *build) nic(name, mac string, subnet ID, addrs ...string) *NIC {
	n := NIC{Head: Head{ID: rid("networkinterfaces", name), Location: "westeurope"}, MAC: mac, VM: rid("virtualmachines", name+"-vm")}
	for i, a := range addrs {
		n.Configs = append(n.Configs, IPConfig{Name: fmt.Sprintf("c%d", i), Primary: i == 0, Private: netip.MustParseAddr(a), Subnet: subnet})
	}
	b.inv.NICs = append(b.inv.NICs, n)
	return &b.inv.NICs[len(b.inv.NICs)-1]
}

// peer peers two VNets in both directions; spoke uses the gateways of hub if it is to.
func (b *build) peer(spoke, hub ID, remoteGateways bool) {
	b.inv.Peerings = append(b.inv.Peerings,
		Peering{Head: Head{ID: spoke + "/virtualnetworkpeerings/to-" + ID(hub.Name())}, Remote: hub, State: "Connected", Access: true, RemoteGateways: remoteGateways},
		Peering{Head: Head{ID: hub + "/virtualnetworkpeerings/to-" + ID(spoke.Name())}, Remote: spoke, State: "Connected", Access: true, GatewayTransit: remoteGateways})
}

func (b *build) gateway(name, kind string, vnet ID, clients ...string) ID {
	id := rid("virtualnetworkgateways", name)
	b.inv.Gateways = append(b.inv.Gateways, Gateway{
		Head: Head{ID: id, Location: "westeurope"}, Type: kind, SKU: "VpnGw1", Generation: "Generation1", ClientPrefixes: pfx(clients...),
		Configs: []Frontend{{Subnet: vnet + "/subnets/gatewaysubnet", PublicIP: rid("publicipaddresses", name+"-pip")}},
	})
	return id
}

func (b *build) site(name, device string, prefixes ...string) ID {
	id := rid("localnetworkgateways", name)
	b.inv.LocalGateways = append(b.inv.LocalGateways, LocalGateway{Head: Head{ID: id}, Device: device, Prefixes: pfx(prefixes...)})
	return id
}

func (b *build) connect(name string, gateway, to ID) {
	c := Connection{Head: Head{ID: rid("connections", name)}, Gateway1: gateway}
	switch {
	case to.Of("localnetworkgateways") != "":
		c.Type, c.LocalGateway = "IPsec", to
	case to.Of("expressroutecircuits") != "":
		c.Type, c.Circuit = "ExpressRoute", to
	default:
		c.Type, c.Gateway2 = "Vnet2Vnet", to
	}
	b.inv.Connections = append(b.inv.Connections, c)
}

func (b *build) public(name, addr string) ID {
	id := rid("publicipaddresses", name)
	b.inv.PublicIPs = append(b.inv.PublicIPs, PublicIP{Head: Head{ID: id, Location: "westeurope"}, Addr: netip.MustParseAddr(addr)})
	return id
}

// at makes a snapshot of day n.
func (b *build) at(day int) Snapshot {
	inv := b.inv
	inv.Sort()
	return Snapshot{Time: onDay(day), Inventory: &inv}
}

func onDay(day int) time.Time { return time.Date(2026, 8, day, 0, 0, 0, 0, time.UTC) }

func ms(day int) int64 { return onDay(day).UnixMilli() }

func pfx(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// brief writes an owner on one line: kind, resource, scope and marks.
func brief(o Owner) string {
	s := o.Kind.String()
	if o.ID != "" {
		s += " " + o.ID.Full()
	}
	s += ", " + o.Scope.String()
	if o.Ambiguous {
		s += ", ambiguous"
	}
	if o.BeforeFirstSnapshot {
		s += ", before the first snapshot"
	}
	return s
}

func addr(s string) flow.Addr { return flow.MustParseAddr(s) }

// ask checks one answer, and that the explanation explains the same.
func ask(t *testing.T, x *Index, day int, from Capture, address, want string) {
	t.Helper()
	o := x.Owner(addr(address), ms(day), from)
	if got := brief(o); got != want {
		t.Errorf("Owner(%s, day %d, from %v)\n got %s\nwant %s", address, day, from, got, want)
	}
	explained, steps := x.Explain(addr(address), ms(day), from)
	if explained != o || len(steps) == 0 {
		t.Errorf("Explain(%s) says %s by %q, Owner says %s", address, brief(explained), steps, brief(o))
	}
}
