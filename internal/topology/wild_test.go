package topology

import "testing"

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
