package topology

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// Whatever ids an inventory holds, an index of it is built and answers.
func TestWildInventory(t *testing.T) {
	for _, id := range []ID{"", "x", "/subscriptions/s", "/subscriptions/s/resourcegroups/g/providers/a/b/c", vnetID("v"), vnetID("v") + "/subnets"} {
		h := Head{ID: id}
		inv := &Inventory{
			VNets: []VNet{{Head: h, Prefixes: pfx("10.0.0.0/8")}}, Subnets: []Subnet{{Head: h, Prefixes: pfx("10.0.0.0/8")}},
			Peerings: []Peering{{Head: h, Remote: id, RemoteGateways: true}, {Head: Head{ID: "y"}, Remote: id}},
			NICs:     []NIC{{Head: h, Configs: []IPConfig{{Subnet: id, PublicIP: id}}}},
			VMs:      []VM{{Head: h, NICs: []ID{id}}}, PublicIPs: []PublicIP{{Head: h}}, PublicIPPrefixes: []PublicIPPrefix{{Head: h}},
			NSGs: []NSG{{Head: h, Rules: []Rule{{}}}}, RouteTables: []RouteTable{{Head: h, Routes: []Route{{}}}},
			LoadBalancers: []LoadBalancer{{Head: h, Frontends: []Frontend{{Subnet: id}}, Pools: []Pool{{}}, NATRules: []NATRule{{}}}},
			AppGateways:   []AppGateway{{Head: h, Subnets: []ID{id}}}, Gateways: []Gateway{{Head: h, Configs: []Frontend{{Subnet: id}}, Learned: []LearnedRoute{{}}}},
			Connections: []Connection{{Head: h, Gateway1: id, Gateway2: id, LocalGateway: id, Circuit: id}}, LocalGateways: []LocalGateway{{Head: h}},
			Circuits: []Circuit{{Head: h, Peerings: []CircuitPeering{{}}, Learned: []LearnedRoute{{}}}}, PrivateEndpoints: []PrivateEndpoint{{Head: h, Links: []PrivateLink{{Service: id}}}},
			FlowLogs: []FlowLog{{Head: h, Target: id}},
		}
		x := NewIndex(Snapshot{Time: onDay(1), Inventory: inv}, Snapshot{Time: onDay(2), Inventory: inv, Partial: true})
		for _, from := range []Capture{{}, {Target: string(id)}} {
			x.Explain(addr("10.0.0.4"), ms(1), from)
		}
		x.Relation(id, vnetID("v"), ms(1))
		x.Gateways(id, ms(1))
		for range Details(Snapshot{Time: onDay(1), Inventory: inv}) {
		}
		if changes := Diff(inv, inv); changes != nil {
			t.Errorf("an inventory with id %q differs from itself: %v", id, changes)
		}
	}
}

// However many prefixes an address space has, the time for it grows with them
// and not with their square, which here is minutes.
func TestManyPrefixes(t *testing.T) {
	space := make([]netip.Prefix, 400_000)
	for i := range space {
		var ip [4]byte
		binary.BigEndian.PutUint32(ip[:], 10<<24+uint32(i))
		space[i] = netip.PrefixFrom(netip.AddrFrom4(ip), 32)
	}
	begun := time.Now()
	x := NewIndex(Snapshot{Time: onDay(1), Inventory: &Inventory{VNets: []VNet{{Head: Head{ID: vnetID("v")}, Prefixes: space}}}})
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("%d prefixes took %v", len(space), took)
	}
	ask(t, x, 1, Capture{}, "10.6.26.127", "vnet s1/rg/v, the whole inventory")
}
