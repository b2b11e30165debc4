package simulate

import (
	"fmt"
	"net/netip"
	"time"
)

// aside adds, beyond the machines that the configuration asks for, a few of
// what is rare and hard: an appliance on the way, a NIC with groups on two
// levels, NICs with two logs, a private endpoint, an address that is used
// again, and two networks with the same addresses.
func (b *builder) aside(hub *VNet) {
	before := len(b.e.NICs)
	spokes := b.e.spokes()
	b.appliance(hub)
	b.batch(hub, spokes)
	b.tools(spokes[1])
	b.ops(spokes[2])
	b.endpoint(spokes[0])
	b.lab("vnet-lab-a", "rg-lab-a", "westeurope", LogVNet)
	b.lab("vnet-lab-b", "rg-lab-b", "eastus2", LogNSG)
	for _, n := range b.e.NICs[before:] {
		n.Aside = true
	}
}

// labPrefix is the address space of both labs.
const labPrefix = "10.50.0.0/24"

func outbound(name string, priority int, source, destination []string) Rule {
	return Rule{Name: name, Priority: priority, Access: Allow, Source: source, Destination: destination}
}

// appliance adds a firewall to the hub that forwards between spokes and sites
// and translates what goes to the internet.
func (b *builder) appliance(hub *VNet) {
	s := b.subnet(hub, TierAppliance, "snet-appliance", "10.0.3.0/24", "")
	inside, anywhere := []string{"10.0.0.0/8"}, []string{TagAny}
	in := Rule{Name: "AllowForwardedInBound", Priority: 100, Inbound: true, Access: Allow, Source: inside, Destination: anywhere}
	s.NSG = b.nsg(hub, "nsg-hub-appliance", in, outbound("AllowForwardedOutBound", 100, inside, anywhere))
	n := b.vm(s, "vm-nva-01", "Standard_F4s_v2", "Linux", b.flowLog(LogVNet, hub, s.ID, s.Name, false))
	n.Forwards = true
	b.publicIP(hub, "pip-nva-01", n.ID, publicRange(hub.Region.Name))
}

// batch adds machines whose way leads over the appliance: two that are logged,
// and one that is not, so that the appliance's log is all there is of it.
func (b *builder) batch(hub *VNet, spokes []*VNet) {
	v := spokes[1]
	nva := b.e.tier(hub, TierAppliance)[0]
	group := b.nsg(v, "nsg-batch", outbound("AllowSpokesOutBound", 100, []string{TagAny}, []string{"10.0.0.0/8"}))
	quiet := b.nsg(v, "nsg-quiet", outbound("AllowSpokesOutBound", 100, []string{TagAny}, []string{"10.0.0.0/8"}))
	table := b.routes(v, "rt-batch", nva.Addr,
		netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix(circuitPrefix), spokes[0].Prefixes[0], spokes[2].Prefixes[0])
	one := b.subnet(v, TierBatch, "snet-batch", b.net(v, 16), "")
	one.NSG, one.Routes = group, table
	two := b.subnet(v, TierQuiet, "snet-quiet", b.net(v, 17), "")
	two.NSG, two.Routes = quiet, table
	log := b.nsgLog(v, group)
	for k := range 2 {
		b.vm(one, fmt.Sprintf("vm-batch-%02d", k+1), "Standard_D2s_v5", "Linux", log)
	}
	b.vm(two, "vm-quiet-01", "Standard_D2s_v5", "Linux", nil)
	// What answers goes back the same way.
	spokes[2].subnet(TierData).Routes = b.routes(spokes[2], "rt-data-back", nva.Addr, one.Prefix, two.Prefix)
}

// net is the n-th network of 256 addresses of a spoke.
func (b *builder) net(v *VNet, n uint64) string {
	return netip.PrefixFrom(addToPrefix(v.Prefixes[0], n<<8), 24).String()
}

func (b *builder) routes(v *VNet, name string, hop netip.Addr, prefixes ...netip.Prefix) *RouteTable {
	t := &RouteTable{ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/routeTables", name), Name: name, VNet: v}
	for i, p := range prefixes {
		t.Routes = append(t.Routes, Route{Name: fmt.Sprintf("by-appliance-%d", i+1), Prefix: p, NextHop: hop})
	}
	b.e.RouteTables = append(b.e.RouteTables, t)
	return t
}

// The ports of the tools: the group of the subnet allows both, that of the NIC the first.
const (
	toolsPort  = 9443
	toolsPort2 = 9444
)

// tools adds a NIC with groups on both levels, and one with an NSG and a VNet
// flow log at the same time.
func (b *builder) tools(v *VNet) {
	s := b.subnet(v, TierTools, "snet-tools", b.net(v, 18), "")
	from := texts(v.subnet(TierApp).Prefix, s.Prefix)
	s.NSG = b.nsg(v, "nsg-tools",
		inbound("AllowTools", 100, Allow, from, toolsPort, toolsPort2),
		inbound("DenyOtherVnetInBound", 4000, Deny, []string{TagVNet}),
		Rule{Name: "DenySmtpOutBound", Priority: 4000, Access: Deny, Protocol: tcp, Source: []string{TagAny}, Destination: []string{TagInternet}, Ports: ports(25)},
	)
	log := b.nsgLog(v, s.NSG)
	twice := b.vm(s, "vm-tools-01", "Standard_D2s_v5", "Linux", log)
	twice.NSG = b.nsg(v, "nsg-tools-01",
		inbound("AllowTools", 100, Allow, from, toolsPort),
		inbound("DenyOtherVnetInBound", 4000, Deny, []string{TagVNet}),
	)
	twice.logBy(b.nsgLog(v, twice.NSG))
	twice.MovesAt = b.e.when.moved
	both := b.vm(s, "vm-tools-02", "Standard_D2s_v5", "Linux", log)
	both.logBy(b.flowLog(LogVNet, v, both.ID, both.Name, false))
}

// ops adds a subnet with a log of its own; for some minutes the log of one of
// its NICs overlaps with it. One machine goes and leaves its address to another.
func (b *builder) ops(v *VNet) {
	s := b.subnet(v, TierOps, "snet-ops", b.net(v, 16), "")
	s.NSG = b.nsg(v, "nsg-ops", inbound("AllowOps", 100, Allow, texts(s.Prefix), 8080))
	log, when := b.flowLog(LogVNet, v, s.ID, s.Name, true), b.e.when
	one := b.vm(s, "vm-ops-01", "Standard_D2s_v5", "Linux", log)
	one.Logs[0].Until = when.widened
	one.Logs = append(one.Logs, Logging{FlowLog: b.flowLog(LogVNet, v, one.ID, one.Name, true), From: when.narrowed})
	b.vm(s, "vm-ops-02", "Standard_D2s_v5", "Linux", log)
	gone := b.vm(s, "vm-ops-03", "Standard_D2s_v5", "Linux", log)
	if when.reused.IsZero() {
		return
	}
	next := b.vm(s, "vm-ops-04", "Standard_D2s_v5", "Linux", log)
	next.Addr = gone.Addr
	gone.Until, next.Since = when.reused, when.reused
}

// endpoint adds a private endpoint of a storage account.
func (b *builder) endpoint(v *VNet) {
	s := b.subnet(v, TierEndpoint, "snet-endpoints", b.net(v, 16), "")
	pe := &PrivateEndpoint{
		ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/privateEndpoints", "pe-storage"), Name: "pe-storage",
		Service: armID(v.Subscription, "rg-storage", "Microsoft.Storage/storageAccounts", "stcontosoorders"), Group: "blob",
	}
	pe.NIC = b.nic(s, armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/networkInterfaces", "pe-storage-nic"), pe.ID, nil)
	b.e.Endpoints = append(b.e.Endpoints, pe)
}

// lab adds a network that is connected with nothing and has the addresses of
// the other lab.
func (b *builder) lab(name, group, region string, kind LogKind) {
	v := b.vnet(b.e.Subscriptions[2], group, name, b.region(region), labPrefix)
	v.Island, v.onPremises = true, false
	s := b.subnet(v, TierLab, "snet-lab", labPrefix, "")
	s.NSG = b.nsg(v, "nsg-"+name[len("vnet-"):], inbound("AllowSql", 100, Allow, texts(s.Prefix), 5432))
	var log *FlowLog
	if kind == LogNSG {
		log = b.nsgLog(v, s.NSG)
	} else {
		log = b.flowLog(LogVNet, v, v.ID, v.Name, false)
	}
	for k := range 3 {
		b.vm(s, fmt.Sprintf("vm-%s-%02d", name[len("vnet-"):], k+1), "Standard_B2ms", "Linux", log)
	}
}

// there tells whether the NIC is there at a time.
func (n *NIC) there(t time.Time) bool {
	return !t.Before(n.Since) && (n.Until.IsZero() || t.Before(n.Until))
}
