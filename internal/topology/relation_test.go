package topology

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twoRegions is two hubs with a spoke each. How the hubs are joined is up to
// the test.
func twoRegions() (b *build, gateways [2]ID) {
	b = &build{}
	for i, r := range []string{"a", "b"} {
		n := string(rune('1' + i))
		hub := b.vnet("hub-"+r, "10."+n+"0.0.0/16")
		b.subnet(hub, "gatewaysubnet", "10."+n+"0.255.0/27")
		spoke := b.vnet("spoke-"+r, "10."+n+"1.0.0/16")
		b.nic("vm-"+r, "00000000000"+strings.ToUpper(r), b.subnet(spoke, "s", "10."+n+"1.0.0/24"), "10."+n+"1.0.4")
		b.peer(spoke, hub, true)
		b.public("gw-"+r+"-pip", "20.0.0."+n)
		gateways[i] = b.gateway("gw-"+r, "Vpn", hub)
	}
	return b, gateways
}

func vnetID(name string) ID { return rid("virtualnetworks", name) }

func TestRelation(t *testing.T) {
	f := func(what string, b *build, one, other string, want Relation) {
		t.Helper()
		got := NewIndex(b.at(1)).Relation(vnetID(one), vnetID(other), ms(1))
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s: Relation(%s, %s) (-got +want):\n%s", what, one, other, diff)
		}
	}
	b := hubAndSpokes()
	f("itself", b, "one", "one", Relation{Kind: RelationSame})
	f("spoke and hub", b, "one", "hub", Relation{Kind: RelationPeered, ConnectionType: ConnectionPeering})
	f("spokes", b, "one", "two", Relation{Kind: RelationHubs, Hubs: []string{"s1/rg/hub"}, ConnectionType: ConnectionPeering})
	for i := range b.inv.Peerings {
		if b.inv.Peerings[i].ID.Parent() == vnetID("two") || b.inv.Peerings[i].Remote == vnetID("two") {
			b.inv.Peerings[i].State = "Disconnected"
		}
	}
	f("a peering that is no more", b, "hub", "two", Relation{})
	f("an island", b, "one", "s2/island", Relation{})
	f("unknown", b, "one", "nowhere", Relation{})

	b, gw := twoRegions()
	f("not joined", b, "spoke-a", "spoke-b", Relation{})
	b.peer(vnetID("hub-a"), vnetID("hub-b"), false)
	f("by peered hubs", b, "spoke-b", "spoke-a", Relation{
		Kind: RelationHubs, Hubs: []string{"s1/rg/hub-b", "s1/rg/hub-a"}, ConnectionType: ConnectionPeering,
	})
	gateways := Relation{
		Kind: RelationGateways, ConnectionType: ConnectionVPN, Connection: "s1/rg/a-b",
		Hubs: []string{"s1/rg/hub-a", "s1/rg/hub-b"}, Gateways: []string{"s1/rg/gw-a", "s1/rg/gw-b"},
	}
	b, gw = twoRegions()
	b.connect("a-b", gw[0], gw[1])
	f("by a connection of gateways", b, "spoke-a", "spoke-b", gateways)
	b, gw = twoRegions()
	b.connect("a-b", gw[0], b.site("stands-for-b", "20.0.0.2", "10.20.0.0/15"))
	f("by a local network gateway that is one of ours", b, "spoke-a", "spoke-b", gateways)
	if got := gateways.ConnectingVNets(); got != "s1/rg/hub-a s1/rg/hub-b" {
		t.Errorf("ConnectingVNets() = %q", got)
	}
	b, gw = twoRegions()
	circuit := rid("expressroutecircuits", "c")
	b.connect("c-a", gw[0], circuit)
	b.connect("c-b", gw[1], circuit)
	f("by a circuit", b, "hub-b", "spoke-a", Relation{
		Kind: RelationGateways, ConnectionType: ConnectionER, Connection: "s1/rg/c-b", Circuit: "s1/rg/c",
		Hubs: []string{"s1/rg/hub-a"}, Gateways: []string{"s1/rg/gw-b", "s1/rg/gw-a"},
	})
}

func TestOwnerByGateways(t *testing.T) {
	b, gw := twoRegions()
	b.connect("a-b", gw[0], gw[1])
	b.connect("office", gw[0], b.site("office", "203.0.113.1", "10.0.0.0/8"))
	// the same space again, connected with nothing
	other := b.vnet("zz-copy", "10.21.0.0/16")
	b.nic("copy", "0000000000CC", b.subnet(other, "s", "10.21.0.0/24"), "10.21.0.4")
	x := NewIndex(b.at(1))
	ask(t, x, 1, mac("00000000000A"), "10.21.0.4", "nic s1/rg/vm-b, a VNet connected by gateways")
	ask(t, x, 1, mac("00000000000A"), "10.20.9.9", "vnet s1/rg/hub-b, a VNet connected by gateways")
	ask(t, x, 1, mac("00000000000A"), "10.77.0.1", "site (S2S) s1/rg/office, a site behind a gateway")
	ask(t, x, 1, mac("00000000000B"), "10.77.0.1", "site (S2S) s1/rg/office, the whole inventory")
}

// A local network gateway that stands for a gateway of ours: its VNets are
// known better, what else it announces is a site.
func TestLocalGatewayOfOurs(t *testing.T) {
	b, gw := twoRegions()
	b.connect("a-b", gw[0], b.site("stands-for-b", "20.0.0.2", "10.20.0.0/16", "10.21.0.0/16", "192.168.0.0/16"))
	x := NewIndex(b.at(1))
	ask(t, x, 1, mac("00000000000A"), "10.21.0.4", "nic s1/rg/vm-b, a VNet connected by gateways")
	ask(t, x, 1, mac("00000000000A"), "10.20.9.9", "vnet s1/rg/hub-b, a VNet connected by gateways")
	ask(t, x, 1, mac("00000000000A"), "192.168.1.1", "site (S2S) s1/rg/stands-for-b, a site behind a gateway")
}

func TestGateways(t *testing.T) {
	x := NewIndex(hubAndSpokes().at(1))
	f := func(vnet string, want ...string) {
		t.Helper()
		var got []string
		for _, g := range x.Gateways(vnetID(vnet), ms(1)) {
			got = append(got, g.Name+" "+g.Gateway.SKU+" "+g.Gateway.Generation+" lent by "+g.Hub)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("Gateways(%s) (-got +want):\n%s", vnet, diff)
		}
	}
	f("hub", "s1/rg/vpn VpnGw1 Generation1 lent by ")
	f("one", "s1/rg/vpn VpnGw1 Generation1 lent by s1/rg/hub")
	f("two")
	f("nowhere")
}

func TestSites(t *testing.T) {
	b := &build{}
	hub := b.vnet("hub", "10.0.0.0/16")
	b.subnet(hub, "gatewaysubnet", "10.0.255.0/27")
	b.nic("n", "0000000000A1", b.subnet(hub, "s", "10.0.0.0/24"), "10.0.0.4")
	b.public("vpn-pip", "20.0.0.1")
	vpn := b.gateway("vpn", "Vpn", hub, "172.16.0.0/24", "fd00:77::/64")
	er := b.gateway("er", "ExpressRoute", hub)
	office := b.site("office", "203.0.113.1", "192.168.0.0/16", "0.0.0.0/0", "10.0.0.0/8", "172.30.0.0/16")
	b.inv.LocalGateways[0].BGPAddr = netip.MustParseAddr("169.254.21.5")
	b.connect("to-office", vpn, office)
	b.connect("to-branch", vpn, b.site("branch", "203.0.113.2", "192.168.5.0/24", "172.30.0.0/16"))
	circuit := rid("expressroutecircuits", "c")
	b.inv.Circuits = append(b.inv.Circuits, Circuit{Head: Head{ID: circuit}, Peerings: []CircuitPeering{
		{Name: "AzurePrivatePeering", Type: "AzurePrivatePeering", Primary: netip.MustParsePrefix("172.31.0.0/30")},
		{Name: "MicrosoftPeering", Type: "MicrosoftPeering", Primary: netip.MustParsePrefix("198.51.100.0/30"), Advertised: pfx("198.51.100.128/25")},
	}})
	b.connect("to-c", er, circuit)
	for i := range b.inv.Gateways {
		if g := &b.inv.Gateways[i]; g.ID == er {
			g.Learned = []LearnedRoute{
				{Network: netip.MustParsePrefix("10.50.0.0/16"), Origin: "EBgp"},
				{Network: netip.MustParsePrefix("192.168.5.0/24"), Origin: "EBgp"},
				{Network: netip.MustParsePrefix("172.25.0.0/16"), Origin: "Network"}, // a peer that was not listed
			}
		} else {
			g.Learned = []LearnedRoute{
				{Network: netip.MustParsePrefix("10.60.0.0/16"), Origin: "EBgp", Peer: "169.254.21.5"},
				{Network: netip.MustParsePrefix("10.61.0.0/16"), Origin: "EBgp", Peer: "169.254.21.6"},
			}
		}
	}
	x := NewIndex(b.at(1))
	f := func(address, want string, connection string) {
		t.Helper()
		ask(t, x, 1, mac("0000000000A1"), address, want)
		o := x.Owner(addr(address), ms(1), mac("0000000000A1"))
		if got := o.ConnectionType + " " + o.Connection + " by " + o.Gateway; got != connection {
			t.Errorf("%s: %q, want %q", address, got, connection)
		}
	}
	const site, everywhere = ", a site behind a gateway", ", the whole inventory"
	f("192.168.9.9", "site (S2S) s1/rg/office"+site, "VpnGateway s1/rg/to-office by s1/rg/vpn")
	f("10.99.0.1", "site (S2S) s1/rg/office"+site, "VpnGateway s1/rg/to-office by s1/rg/vpn")
	f("169.254.21.5", "site (S2S) s1/rg/office"+site, "VpnGateway s1/rg/to-office by s1/rg/vpn")
	f("10.60.0.1", "site (S2S) s1/rg/office"+site, "VpnGateway s1/rg/to-office by s1/rg/vpn")
	f("10.61.0.1", "site (S2S) s1/rg/vpn"+site, "VpnGateway  by s1/rg/vpn")
	f("172.16.0.7", "site (P2S) s1/rg/vpn"+site, "VpnGateway  by s1/rg/vpn")
	f("fd00:77::9", "site (P2S) s1/rg/vpn"+site, "VpnGateway  by s1/rg/vpn")
	f("172.31.0.1", "site (ExpressRoute) s1/rg/c"+site, "ExpressRoute s1/rg/to-c by s1/rg/er")
	f("10.50.0.1", "site (ExpressRoute) s1/rg/c"+site, "ExpressRoute s1/rg/to-c by s1/rg/er")
	// ExpressRoute is preferred, as the platform does
	f("192.168.5.1", "site (ExpressRoute) s1/rg/c"+site, "ExpressRoute s1/rg/to-c by s1/rg/er")
	// two sites with one prefix
	f("172.30.0.1", "site (S2S) s1/rg/branch"+site+", ambiguous", "VpnGateway s1/rg/to-branch by s1/rg/vpn")
	f("198.51.100.200", "site (ExpressRoute) s1/rg/c"+everywhere, "ExpressRoute  by ")
	// a default route does not make the internet a site
	f("8.8.8.8", "none, nowhere", "  by ")
	f("172.25.0.1", "none, nowhere", "  by ")
	f("10.0.3.3", "vnet s1/rg/hub, the captured VNet", "  by ")
	if got := P2SConnection("s1/rg/vpn", "172.16.0.7"); got != "s1/rg/vpn_172.16.0.7" {
		t.Errorf("P2SConnection() = %q", got)
	}
}
