package topology

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mac(m string) Capture { return Capture{MAC: m} }

// hubAndSpokes is a hub with a VPN gateway and two spokes, one of which
// overlaps with a VNet that is connected with nothing.
func hubAndSpokes() *build {
	b := &build{}
	hub := b.vnet("hub", "10.0.0.0/16", "fd00::/48")
	b.subnet(hub, "gatewaysubnet", "10.0.255.0/27")
	shared := b.subnet(hub, "shared", "10.0.1.0/24", "fd00::/64")
	b.nic("dns", "0000000000D0", shared, "10.0.1.4", "fd00::4")
	one := b.vnet("one", "10.1.0.0/16")
	web := b.subnet(one, "web", "10.1.1.0/24")
	b.nic("web", "0000000000A1", web, "10.1.1.4", "10.1.1.5")
	two := b.vnet("two", "10.2.0.0/16")
	app := b.subnet(two, "app", "10.2.1.0/24")
	b.nic("app", "0000000000A2", app, "10.2.1.4")
	b.peer(one, hub, true)
	b.peer(two, hub, false)
	island := b.vnet("s2/island", "10.2.0.0/16")
	b.nic("s2/alone", "0000000000B1", b.subnet(island, "all", "10.2.1.0/24"), "10.2.1.4", "10.2.1.9")
	gw := b.gateway("vpn", "Vpn", hub, "172.20.0.0/24")
	b.connect("to-office", gw, b.site("office", "203.0.113.9", "192.168.0.0/16", "10.2.0.0/15"))
	b.site("closed", "203.0.113.8", "192.168.77.0/24")
	return b
}

func TestOwnerScopes(t *testing.T) {
	x := NewIndex(hubAndSpokes().at(1))
	f := func(from Capture, address, want string) {
		t.Helper()
		ask(t, x, 2, from, address, want)
	}
	one, two, hub, island := mac("0000000000A1"), mac("0000000000A2"), mac("0000000000D0"), mac("0000000000B1")

	// the captured VNet
	f(one, "10.1.1.4", "nic s1/rg/web, the captured VNet")
	f(one, "10.1.1.5", "nic s1/rg/web, the captured VNet")
	f(one, "10.1.1.77", "subnet s1/rg/one/web, the captured VNet")
	f(one, "10.1.200.1", "vnet s1/rg/one, the captured VNet")
	f(hub, "fd00::4", "nic s1/rg/dns, the captured VNet")
	f(hub, "fd00::5", "subnet s1/rg/hub/shared, the captured VNet")
	f(hub, "10.0.255.4", "gateway s1/rg/vpn, the captured VNet")
	// its peers
	f(one, "10.0.1.4", "nic s1/rg/dns, a peered VNet")
	f(hub, "10.2.1.4", "nic s1/rg/app, a peered VNet")
	f(hub, "10.2.1.9", "subnet s1/rg/two/app, a peered VNet")
	// overlapping address spaces: everybody sees its own
	f(two, "10.2.1.4", "nic s1/rg/app, the captured VNet")
	f(island, "10.2.1.4", "nic s2/rg/alone, the captured VNet")
	f(island, "10.2.1.9", "nic s2/rg/alone, the captured VNet")
	// behind the hub; its prefix is narrower than that of the site
	f(one, "10.2.1.4", "nic s1/rg/app, a VNet behind a common hub")
	f(two, "10.1.1.4", "nic s1/rg/web, a VNet behind a common hub")
	// sites, for those whom the gateway serves
	f(hub, "192.168.3.4", "site (S2S) s1/rg/office, a site behind a gateway")
	f(one, "192.168.3.4", "site (S2S) s1/rg/office, a site behind a gateway")
	f(one, "10.3.0.1", "site (S2S) s1/rg/office, a site behind a gateway")
	f(two, "192.168.3.4", "site (S2S) s1/rg/office, the whole inventory")
	f(one, "172.20.0.9", "site (P2S) s1/rg/vpn, a site behind a gateway")
	f(one, "192.168.77.1", "site (S2S) s1/rg/office, a site behind a gateway") // the closer one has no connection
	f(two, "192.168.77.1", "site (S2S) s1/rg/closed, the whole inventory")
	// everything
	f(island, "10.1.1.4", "nic s1/rg/web, the whole inventory")
	f(Capture{}, "10.1.1.4", "nic s1/rg/web, the whole inventory")
	f(Capture{}, "10.2.1.9", "nic s2/rg/alone, the whole inventory")          // only one has the interface
	f(Capture{}, "10.2.1.4", "nic s1/rg/app, the whole inventory, ambiguous") // both have
	f(Capture{}, "10.2.7.1", "vnet s1/rg/two, the whole inventory, ambiguous")
	// nothing: pods of kubenet, the internet
	f(one, "10.244.0.9", "none, nowhere")
	f(one, "8.8.8.8", "none, nowhere")
	f(Capture{}, "2001:db8::1", "none, nowhere")
}

func TestNoInventory(t *testing.T) {
	ask(t, NewIndex(), 1, mac("0000000000A1"), "10.0.0.4", "none, nowhere")
	if _, ok := NewIndex().CaptureNIC(mac("0000000000A1"), 0); ok {
		t.Error("CaptureNIC() of no inventory says ok")
	}
}

func TestCaptureByTarget(t *testing.T) {
	b := hubAndSpokes()
	nsg := rid("networksecuritygroups", "web")
	everywhere := rid("networksecuritygroups", "everywhere")
	for i := range b.inv.Subnets {
		if b.inv.Subnets[i].ID.Name() == "web" {
			b.inv.Subnets[i].NSG = nsg
		} else {
			b.inv.Subnets[i].NSG = everywhere
		}
	}
	x := NewIndex(b.at(1))
	island, two := rid("virtualnetworks", "s2/island"), rid("virtualnetworks", "two")
	f := func(from Capture, address, want string) {
		t.Helper()
		ask(t, x, 2, from, address, want)
	}
	f(Capture{Target: string(island)}, "10.2.1.4", "nic s2/rg/alone, the captured VNet")
	f(Capture{Target: string(two + "/subnets/app")}, "10.2.1.4", "nic s1/rg/app, the captured VNet")
	f(Capture{Target: string(rid("networkinterfaces", "s2/alone"))}, "10.2.1.4", "nic s2/rg/alone, the captured VNet")
	f(Capture{Target: string(nsg)}, "10.1.1.9", "subnet s1/rg/one/web, the captured VNet")
	f(Capture{Target: string(everywhere)}, "10.2.1.4", "nic s1/rg/app, the whole inventory, ambiguous")
	f(Capture{MAC: "FFFFFFFFFFFF", Target: string(island)}, "10.2.1.4", "nic s2/rg/alone, the captured VNet")
	f(Capture{MAC: "not a mac", Target: "/elsewhere"}, "10.1.1.4", "nic s1/rg/web, the whole inventory")
	// a MAC that was used again: the target was written with the log
	f(Capture{MAC: "0000000000A2", Target: string(island)}, "10.2.1.4", "nic s2/rg/alone, the captured VNet")
	f(Capture{MAC: "0000000000A2", Target: string(two)}, "10.2.1.4", "nic s1/rg/app, the captured VNet")

	nic, ok := x.CaptureNIC(Capture{MAC: "0000000000A2"}, ms(2))
	if !ok || nic.NIC != "rg/app" || nic.VM != "rg/app-vm" || nic.Subnet != "rg/two/app" {
		t.Errorf("CaptureNIC() = %+v, %t", nic, ok)
	}
	vnet, ok := x.CaptureNIC(Capture{Target: string(island)}, ms(2))
	if !ok || vnet.VNet != "s2/rg/island" || vnet.NIC != "" {
		t.Errorf("CaptureNIC() = %+v, %t", vnet, ok)
	}
}

// services is a VNet with one of every service that has addresses.
func services() *build {
	b := &build{}
	v := b.vnet("v", "10.0.0.0/16")
	s := b.subnet(v, "s", "10.0.1.0/24")
	n := b.nic("n", "000D3A9882CE", s, "10.0.1.4")
	n.Forwarding, n.Configs[0].PublicIP = true, b.public("pip", "20.1.1.1")
	set := rid("virtualmachinescalesets", "pool")
	b.inv.NICs = append(b.inv.NICs, NIC{
		Head: Head{ID: set + "/virtualmachines/88/networkinterfaces/nic"}, MAC: "000D3A000088",
		Configs: []IPConfig{{Primary: true, Private: netip.MustParseAddr("10.0.1.88"), Subnet: s}},
	})
	pe := rid("privateendpoints", "pe")
	b.inv.PrivateEndpoints = append(b.inv.PrivateEndpoints, PrivateEndpoint{
		Head: Head{ID: pe}, Subnet: s, Addrs: []netip.Addr{netip.MustParseAddr("10.0.1.50"), netip.MustParseAddr("10.0.1.51")},
		NICs:  []ID{rid("networkinterfaces", "pe-nic")},
		Links: []PrivateLink{{Service: "/subscriptions/s9/resourcegroups/data/providers/microsoft.storage/storageaccounts/logs"}},
	})
	b.nic("pe-nic", "", s, "10.0.1.50").VM = ""
	b.inv.LoadBalancers = append(b.inv.LoadBalancers, LoadBalancer{
		Head:      Head{ID: rid("loadbalancers", "lb"), Location: "westeurope"},
		Frontends: []Frontend{{Private: netip.MustParseAddr("10.0.1.100"), Subnet: s}, {PublicIP: b.public("lb-pip", "20.1.1.2")}},
	})
	gwSubnet := b.subnet(v, "agw", "10.0.2.0/24")
	b.inv.AppGateways = append(b.inv.AppGateways, AppGateway{
		Head: Head{ID: rid("applicationgateways", "agw")}, Subnets: []ID{gwSubnet}, Frontends: []Frontend{{PublicIP: b.public("agw-pip", "20.1.1.3")}},
	})
	b.inv.Bastions = append(b.inv.Bastions, Bastion{
		Head:    Head{ID: rid("bastionhosts", "b")},
		Configs: []Frontend{{Subnet: b.subnet(v, "azurebastionsubnet", "10.0.3.0/26"), PublicIP: b.public("b-pip", "20.1.1.4")}},
	})
	b.inv.Firewalls = append(b.inv.Firewalls, Firewall{
		Head:    Head{ID: rid("azurefirewalls", "fw")},
		Configs: []Frontend{{Private: netip.MustParseAddr("10.0.4.4"), Subnet: b.subnet(v, "azurefirewallsubnet", "10.0.4.0/26"), PublicIP: b.public("fw-pip", "20.1.1.5")}},
		Public:  []netip.Addr{netip.MustParseAddr("20.1.1.9")},
	})
	b.inv.NATGateways = append(b.inv.NATGateways, NATGateway{
		Head: Head{ID: rid("natgateways", "nat")}, PublicIPs: []ID{b.public("nat-pip", "20.1.1.6")}, PublicIPPrefixes: []ID{rid("publicipprefixes", "block")},
	})
	b.inv.PublicIPPrefixes = append(b.inv.PublicIPPrefixes,
		PublicIPPrefix{Head: Head{ID: rid("publicipprefixes", "block")}, Prefix: netip.MustParsePrefix("20.2.0.0/28")},
		PublicIPPrefix{Head: Head{ID: rid("publicipprefixes", "spare")}, Prefix: netip.MustParsePrefix("20.3.0.0/28")})
	b.public("free", "20.1.1.7")
	b.public("elsewhere", "20.1.1.8")
	b.inv.PublicIPs[len(b.inv.PublicIPs)-1].Config = rid("azurefirewalls", "s7/far") + "/azurefirewallipconfigurations/c"
	return b
}

func TestEndpointNames(t *testing.T) {
	x := NewIndex(services().at(1))
	f := func(address string, want Endpoint) {
		t.Helper()
		o := x.Owner(addr(address), ms(1), mac("000D3A9882CE"))
		got := *o.Endpoint
		want.ID, want.Kind = got.ID, got.Kind
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s is %s (-got +want):\n%s", address, got.Kind, diff)
		}
		ask(t, x, 1, mac("000D3A9882CE"), address, brief(o))
	}
	v := vnetID("v")
	in := func(e Endpoint, subnet string) Endpoint {
		e.Subscription, e.VNetID, e.VNet, e.Subnet, e.Region = "s1", v, "s1/rg/v", "rg/v/"+subnet, "westeurope"
		return e
	}
	nic := in(Endpoint{NIC: "rg/n", VM: "rg/n-vm", MAC: "000D3A9882CE", Forwards: true}, "s")
	f("10.0.1.4", nic)
	nic.PublicIP = "s1/rg/pip"
	f("20.1.1.1", nic)
	f("10.0.1.88", in(Endpoint{NIC: "rg/pool", VM: "rg/pool_88", ScaleSet: "rg/pool", MAC: "000D3A000088"}, "s"))
	link := Endpoint{PrivateEndpoint: "rg/pe", PrivateLink: "data/storageaccounts/logs", PrivateLinkName: "logs"}
	f("10.0.1.51", in(link, "s"))
	link.NIC = "rg/pe-nic"
	f("10.0.1.50", in(link, "s"))
	f("10.0.1.100", in(Endpoint{LoadBalancer: "s1/rg/lb"}, "s"))
	f("20.1.1.2", Endpoint{LoadBalancer: "s1/rg/lb", PublicIP: "s1/rg/lb-pip", Subscription: "s1", Region: "westeurope"})
	f("10.0.2.7", in(Endpoint{AppGateway: "s1/rg/agw"}, "agw"))
	f("20.1.1.3", Endpoint{AppGateway: "s1/rg/agw", PublicIP: "s1/rg/agw-pip", Subscription: "s1"})
	f("10.0.3.9", in(Endpoint{Bastion: "s1/rg/b"}, "azurebastionsubnet"))
	f("10.0.4.4", in(Endpoint{Firewall: "s1/rg/fw"}, "azurefirewallsubnet"))
	f("10.0.4.9", in(Endpoint{Firewall: "s1/rg/fw"}, "azurefirewallsubnet"))
	f("20.1.1.5", in(Endpoint{Firewall: "s1/rg/fw", PublicIP: "s1/rg/fw-pip"}, "azurefirewallsubnet"))
	f("20.1.1.6", Endpoint{NATGateway: "s1/rg/nat", PublicIP: "s1/rg/nat-pip", Subscription: "s1"})
	f("20.2.0.3", Endpoint{NATGateway: "s1/rg/nat", PublicIPPrefix: "s1/rg/block", Subscription: "s1"})
	f("20.3.0.3", Endpoint{PublicIPPrefix: "s1/rg/spare", Subscription: "s1"})
	f("20.1.1.7", Endpoint{PublicIP: "s1/rg/free", Subscription: "s1", Region: "westeurope"})
	f("20.1.1.8", Endpoint{Firewall: "s7/rg/far", PublicIP: "s1/rg/elsewhere", Subscription: "s1", Region: "westeurope"})
	f("20.1.1.9", Endpoint{Firewall: "s1/rg/fw", Subscription: "s1"})
}

// Where only interfaces were listed, their addresses are known all the same.
func TestInterfacesOnly(t *testing.T) {
	b := &build{}
	b.nic("a", "0000000000A1", rid("virtualnetworks", "one")+"/subnets/s", "10.0.0.4")
	b.nic("b", "0000000000A2", rid("virtualnetworks", "two")+"/subnets/s", "10.0.0.4", "10.0.0.5")
	x := NewIndex(b.at(1))
	ask(t, x, 1, mac("0000000000A1"), "10.0.0.4", "nic s1/rg/a, the captured VNet")
	ask(t, x, 1, mac("0000000000A2"), "10.0.0.4", "nic s1/rg/b, the captured VNet")
	ask(t, x, 1, mac("0000000000A1"), "10.0.0.5", "nic s1/rg/b, the whole inventory")
	ask(t, x, 1, Capture{}, "10.0.0.4", "nic s1/rg/a, the whole inventory, ambiguous")
	ask(t, x, 1, mac("0000000000A1"), "10.0.0.6", "none, nowhere")
}

// Two interfaces of one VNet with one address: a stale listing. The lowest id
// is named and the answer marked.
func TestTwoOwners(t *testing.T) {
	b := &build{}
	s := b.subnet(b.vnet("v", "10.0.0.0/16"), "s", "10.0.0.0/24")
	b.nic("b", "0000000000A2", s, "10.0.0.4")
	b.nic("a", "0000000000A1", s, "10.0.0.4")
	ask(t, NewIndex(b.at(1)), 1, mac("0000000000A2"), "10.0.0.4", "nic s1/rg/a, the captured VNet, ambiguous")
}

// A machine gives its zone to the addresses of its NIC, a public address has its
// own where its owner has none, and what is in several zones is in none.
func TestZones(t *testing.T) {
	b := &build{}
	s := b.subnet(b.vnet("v", "10.0.0.0/16"), "s", "10.0.0.0/24")
	machine := func(name, mac, address string, zones ...string) *NIC {
		n := b.nic(name, mac, s, address)
		b.inv.VMs = append(b.inv.VMs, VM{Head: Head{ID: rid("virtualmachines", name+"-vm"), Zones: zones}, NICs: []ID{n.ID}})
		return n
	}
	machine("one", "0000000000A1", "10.0.0.4", "1").Configs[0].PublicIP = b.public("pip", "20.1.1.1")
	machine("spread", "0000000000A2", "10.0.0.5", "1", "2")
	machine("somewhere", "0000000000A3", "10.0.0.6")
	b.inv.LoadBalancers = append(b.inv.LoadBalancers, LoadBalancer{
		Head:      Head{ID: rid("loadbalancers", "lb"), Location: "westeurope"},
		Frontends: []Frontend{{PublicIP: b.public("zonal", "20.1.1.2")}, {PublicIP: b.public("redundant", "20.1.1.3")}},
	})
	b.inv.PublicIPs[1].Zones = []string{"3"}
	b.inv.PublicIPs[2].Zones = []string{"1", "2", "3"}
	x := NewIndex(b.at(1))
	for address, want := range map[string]string{
		"10.0.0.4": "westeurope/1", "10.0.0.5": "", "10.0.0.6": "", "20.1.1.1": "westeurope/1", "20.1.1.2": "westeurope/3", "20.1.1.3": "",
	} {
		if o := x.Owner(addr(address), ms(1), mac("0000000000A1")); o.Zone != want {
			t.Errorf("%s is in zone %q, want %q", address, o.Zone, want)
		}
	}
	// It moved to another zone: from then on it is there.
	later := b.at(2)
	later.Inventory.VMs = slices.Clone(later.Inventory.VMs)
	later.Inventory.VMs[0].Zones = []string{"2"}
	x = NewIndex(b.at(1), later)
	for day, want := range map[int]string{1: "westeurope/1", 2: "westeurope/2"} {
		if o := x.Owner(addr("10.0.0.4"), ms(day), mac("0000000000A1")); o.Zone != want {
			t.Errorf("on day %d it is in zone %q, want %q", day, o.Zone, want)
		}
	}
}
