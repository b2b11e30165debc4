package enrich

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"weir/internal/enrich/geo"
	"weir/internal/enrich/service"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/topology"
)

// estate gathers an inventory in few words. Ids are made of a subscription,
// the group rg and a name.
type estate struct{ inv topology.Inventory }

func rid(kind, name string) topology.ID {
	provider := "microsoft.network/"
	if strings.HasPrefix(kind, "virtualmachine") {
		provider = "microsoft.compute/"
	}
	return topology.ID("/subscriptions/s1/resourcegroups/rg/providers/" + provider + kind + "/" + name)
}

func vnetID(name string) topology.ID { return rid("virtualnetworks", name) }

func (b *estate) vnet(name string, prefixes ...string) topology.ID {
	id := vnetID(name)
	b.inv.VNets = append(b.inv.VNets, topology.VNet{Head: topology.Head{ID: id, Location: "westeurope"}, Prefixes: pfx(prefixes...)})
	return id
}

func (b *estate) subnet(vnet topology.ID, name string, prefixes ...string) topology.ID {
	id := vnet + "/subnets/" + topology.ID(name)
	b.inv.Subnets = append(b.inv.Subnets, topology.Subnet{Head: topology.Head{ID: id}, Prefixes: pfx(prefixes...)})
	return id
}

func (b *estate) nic(name, mac string, subnet topology.ID, addrs ...string) *topology.NIC {
	n := topology.NIC{
		Head: topology.Head{ID: rid("networkinterfaces", name), Location: "westeurope"}, MAC: mac, VM: rid("virtualmachines", name+"-vm"),
	}
	for i, a := range addrs {
		n.Configs = append(n.Configs, topology.IPConfig{Name: fmt.Sprint("c", i), Primary: i == 0, Private: netip.MustParseAddr(a), Subnet: subnet})
	}
	b.inv.NICs = append(b.inv.NICs, n)
	return &b.inv.NICs[len(b.inv.NICs)-1]
}

// peer peers two VNets in both directions; spoke uses the gateways of hub if it is to.
func (b *estate) peer(spoke, hub topology.ID, remoteGateways bool) {
	b.inv.Peerings = append(b.inv.Peerings,
		topology.Peering{Head: topology.Head{ID: spoke + "/virtualnetworkpeerings/to-" + topology.ID(hub.Name())}, Remote: hub, State: "Connected", Access: true, RemoteGateways: remoteGateways},
		topology.Peering{Head: topology.Head{ID: hub + "/virtualnetworkpeerings/to-" + topology.ID(spoke.Name())}, Remote: spoke, State: "Connected", Access: true, GatewayTransit: remoteGateways})
}

func (b *estate) gateway(name, kind string, vnet topology.ID, clients ...string) *topology.Gateway {
	b.inv.Gateways = append(b.inv.Gateways, topology.Gateway{
		Head: topology.Head{ID: rid("virtualnetworkgateways", name), Location: "westeurope"}, Type: kind, ClientPrefixes: pfx(clients...),
		Configs: []topology.Frontend{{Subnet: vnet + "/subnets/gatewaysubnet"}},
	})
	return &b.inv.Gateways[len(b.inv.Gateways)-1]
}

func (b *estate) public(name, addr string) topology.ID {
	id := rid("publicipaddresses", name)
	b.inv.PublicIPs = append(b.inv.PublicIPs, topology.PublicIP{Head: topology.Head{ID: id, Location: "westeurope"}, Addr: netip.MustParseAddr(addr)})
	return id
}

// at makes a snapshot of a time.
func (b *estate) at(t time.Time) topology.Snapshot {
	inv := b.inv
	inv.Sort()
	return topology.Snapshot{Time: t, Inventory: &inv}
}

func pfx(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func day(n int) time.Time { return time.Date(2026, 8, n, 0, 0, 0, 0, time.UTC) }

func addr(s string) flow.Addr { return flow.MustParseAddr(s) }

// world is an estate with everything that the decision tells apart:
// a hub with both kinds of gateway, an appliance and two spokes; VNets that
// overlap with the spokes; a cluster whose pods have addresses of no VNet.
func world() *estate {
	b := &estate{}
	hub := b.vnet("hub", "10.0.0.0/16")
	b.subnet(hub, "gatewaysubnet", "10.0.255.0/27")
	b.nic("nva", "0000000000F0", b.subnet(hub, "nva", "10.0.2.0/24"), "10.0.2.4").Forwarding = true
	b.nic("dns", "0000000000D0", b.subnet(hub, "shared", "10.0.1.0/24"), "10.0.1.4")
	vpn := b.gateway("vpn", "Vpn", hub, "172.20.0.0/24")
	er := b.gateway("er", "ExpressRoute", hub)
	er.Learned = []topology.LearnedRoute{{Network: netip.MustParsePrefix("172.30.0.0/16"), Origin: "EBgp", Peer: "10.9.9.9"}}
	local, circuit := rid("localnetworkgateways", "office"), rid("expressroutecircuits", "line")
	b.inv.LocalGateways = append(b.inv.LocalGateways, topology.LocalGateway{Head: topology.Head{ID: local}, Prefixes: pfx("192.168.0.0/16")})
	b.inv.Circuits = append(b.inv.Circuits, topology.Circuit{Head: topology.Head{ID: circuit}})
	b.inv.Connections = append(b.inv.Connections,
		topology.Connection{Head: topology.Head{ID: rid("connections", "to-office")}, Type: "IPsec", Gateway1: vpn.ID, LocalGateway: local},
		topology.Connection{Head: topology.Head{ID: rid("connections", "to-line")}, Type: "ExpressRoute", Gateway1: er.ID, Circuit: circuit})

	one, two := b.vnet("one", "10.1.0.0/16", "fd00:1::/48"), b.vnet("two", "10.2.0.0/16")
	b.peer(one, hub, true)
	b.peer(two, hub, true)
	web := b.subnet(one, "web", "10.1.1.0/24", "fd00:1::/64")
	n := b.nic("web", "0000000000A1", web, "10.1.1.4", "10.1.1.5", "fd00:1::4")
	n.Configs[0].PublicIP = b.public("web-ip", "20.0.0.10")
	b.nic("api", "0000000000A2", web, "10.1.1.6")
	db := b.subnet(two, "db", "10.2.1.0/24")
	b.nic("db", "0000000000B1", db, "10.2.1.4")
	b.inv.PrivateEndpoints = append(b.inv.PrivateEndpoints, topology.PrivateEndpoint{
		Head: topology.Head{ID: rid("privateendpoints", "blob")}, Subnet: db, Addrs: []netip.Addr{netip.MustParseAddr("10.2.1.9")},
		Links: []topology.PrivateLink{{Service: "/subscriptions/s1/resourcegroups/rg/providers/microsoft.storage/storageaccounts/store"}},
	})
	b.inv.LoadBalancers = append(b.inv.LoadBalancers, topology.LoadBalancer{
		Head: topology.Head{ID: rid("loadbalancers", "lb")}, Frontends: []topology.Frontend{
			{PublicIP: b.public("lb-ip", "20.0.0.20")}, {Private: netip.MustParseAddr("10.1.1.100"), Subnet: web},
		},
	})

	lone := b.vnet("lone", "10.1.0.0/16")
	b.nic("lone", "0000000000C1", b.subnet(lone, "s", "10.1.1.0/24"), "10.1.1.4")
	twin := b.vnet("twin", "10.2.0.0/16", "10.7.0.0/16")
	b.nic("twin", "0000000000C2", b.subnet(twin, "s", "10.2.1.0/24"), "10.2.1.4")
	b.peer(lone, twin, false)

	aks := b.vnet("aks", "10.222.0.0/16")
	nodes := b.subnet(aks, "nodes", "10.222.0.0/24")
	b.nic("node1", "0000000000E1", nodes, "10.222.0.4").Forwarding = true
	b.nic("node2", "0000000000E2", nodes, "10.222.0.5").Forwarding = true
	return b
}

// tags is a file of service tags with a storage account in westeurope.
func tags(t testing.TB, date string, more ...string) *service.Snapshot {
	t.Helper()
	text := fmt.Sprintf(`{"changeNumber":%s,"cloud":"Public","values":[
		{"name":"AzureCloud","properties":{"addressPrefixes":["20.0.0.0/12","2603:1000::/24"%s]}},
		{"name":"Storage.WestEurope","properties":{"region":"westeurope","systemService":"AzureStorage","addressPrefixes":["20.1.0.0/24"]}}]}`,
		date, strings.Join(append([]string{""}, more...), ","))
	s, err := service.Read("ServiceTags_Public_"+date+".json", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func versions(t testing.TB, all ...*service.Snapshot) *service.Versions {
	t.Helper()
	v := service.NewVersions()
	for _, s := range all {
		var err error
		if v, _, err = v.With(s); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// reading is what a feed held at a time.
type reading struct {
	at   time.Time
	text string
}

func threats(t testing.TB, v *service.Versions, allows []threat.Allow, readings ...reading) *threat.Set {
	t.Helper()
	h := &threat.History{}
	for _, r := range readings {
		l, err := threat.Parse(strings.NewReader(r.text), threat.Options{Category: threat.Botnet, Confidence: 80})
		if err != nil {
			t.Fatal(err)
		}
		h.Add(l, r.at)
	}
	s, err := threat.NewSet(threat.SetConfig{Feeds: []threat.Feed{{Name: "bots", History: h}}, Allows: allows, IsAzure: v.IsAzure}, day(30))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// places is a database of countries and autonomous systems that knows one network.
func places(t testing.TB) *geo.Set {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "ipinfo standard_location.mmdb", IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, fields := range map[string]mmdbtype.Map{
		"30.0.0.0/24": {"country": mmdbtype.String("NL"), "asn": mmdbtype.String("AS64500"), "as_name": mmdbtype.String("Example Carrier")},
		"20.0.0.0/24": {"country": mmdbtype.String("IE")},
	} {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, fields); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	d, err := geo.Read("test.mmdb", &b)
	if err != nil {
		t.Fatal(err)
	}
	d.Attribution = "Places by test"
	return geo.NewSet(d)
}

// knowledge is what is known in most tests: the world on two days, service
// tags of two weeks and a feed with what may and may not count.
func knowledge(t testing.TB) *Knowledge {
	t.Helper()
	v := versions(t, tags(t, "20260802"), tags(t, "20260815", `"40.0.0.0/24"`))
	later := world()
	later.nic("late", "0000000000A9", vnetID("one")+"/subnets/web", "10.1.1.9")
	later.inv.NICs = deleteNIC(later.inv.NICs, "dns")
	later.nic("mail", "0000000000DA", vnetID("hub")+"/subnets/shared", "10.0.1.4")
	always := "30.0.0.1\n30.0.0.3\n30.0.0.9\n20.1.0.5\n10.0.0.0/8\n40.0.0.7\n20.0.0.10\n2a00::1\n168.63.129.16\n"
	s := threats(t, v,
		[]threat.Allow{{Text: "30.0.0.9", Who: "ann", Why: "our scanner"}, {Text: "30.0.0.3", Who: "bob", Until: day(12)}},
		reading{day(10), always}, reading{day(11).Add(90 * time.Minute), always + "30.0.0.2\n"}, reading{day(12).Add(90 * time.Minute), always})
	return New(Sources{
		Topology: topology.NewIndex(world().at(day(5)), later.at(day(20))), Services: v, Threats: s, Geo: places(t), Hash: 1,
	})
}

func deleteNIC(all []topology.NIC, name string) []topology.NIC {
	var out []topology.NIC
	for _, n := range all {
		if n.ID != rid("networkinterfaces", name) {
			out = append(out, n)
		}
	}
	return out
}
