package simulate

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// minVMs is the smallest estate that has every tier in three regions.
const minVMs = 12

// spokePlan is a kind of spoke; an estate has as many as its size asks for.
type spokePlan struct {
	name, region string
	sub          int
	kind         LogKind
	shortPath    bool
	encrypted    bool
	managed      bool // under the network manager
	appGateway   bool
	six          bool
	timeout      time.Duration
	perNIC       bool // data NICs have flow logs of their own, which win over the VNet's
}

func spokePlans() []spokePlan {
	return []spokePlan{
		{name: "shop-weu", region: "westeurope", sub: 1, kind: LogVNet, encrypted: true, managed: true, six: true},
		{name: "shop-eus", region: "eastus2", sub: 1, kind: LogNSG, six: true},
		{name: "shop-sea", region: "southeastasia", sub: 1, kind: LogVNet, shortPath: true, encrypted: true, appGateway: true, perNIC: true},
		{name: "erp-weu", region: "westeurope", sub: 2, kind: LogNSG, timeout: 10 * time.Minute},
		{name: "data-eus", region: "eastus2", sub: 2, kind: LogVNet, shortPath: true, managed: true, appGateway: true},
	}
}

// builder makes the estate; every id is drawn from its stream in a fixed order.
type builder struct {
	e    *Estate
	rand stream
	seed uint64
	macs int
}

// buildEstate makes the estate of a seed and a number of VMs.
func buildEstate(seed uint64, vms int, when calendar) *Estate {
	b := &builder{e: &Estate{when: when}, rand: newStream(seed, "estate"), seed: seed}
	b.e.TenantID = b.rand.guid()
	for _, n := range []string{"contoso-connectivity", "contoso-retail", "contoso-business"} {
		b.e.Subscriptions = append(b.e.Subscriptions, Subscription{ID: b.rand.guid(), Name: n})
	}
	for _, r := range []Region{
		{Name: "westeurope", Country: "nl", UTCOffset: time.Hour, tagName: "WestEurope", place: place{"West Europe", "Europe", "northeurope", "52.3667", "4.9"}},
		{Name: "eastus2", Country: "us", UTCOffset: -5 * time.Hour, tagName: "EastUS2", place: place{"East US 2", "United States", "centralus", "36.6681", "-78.3889"}},
		{Name: "southeastasia", Country: "sg", UTCOffset: 8 * time.Hour, tagName: "SoutheastAsia", place: place{"Southeast Asia", "Asia Pacific", "eastasia", "1.283", "103.833"}},
	} {
		r.azure = azureByRegion(r.Name)
		b.e.Regions = append(b.e.Regions, r)
	}
	b.networkManager()
	dns := 1 + vms/100
	hub := b.hub(dns)
	spokes := vms - dns - 1
	count := min(max(spokes/10, 3), 5)
	if spokes/60 > count {
		count = min(spokes/60, 200)
	}
	plans := spokePlans()
	for i := range count {
		p := plans[i%len(plans)]
		if i >= len(plans) {
			p.name = fmt.Sprintf("%s-%d", p.name, i/len(plans)+1)
		}
		n := spokes / count
		if i < spokes%count {
			n++
		}
		b.spoke(hub, i, n, p)
	}
	b.peerings()
	b.brokenRule(when.broken)
	b.gateways(hub)
	b.aside(hub)
	for i, n := range b.e.NICs {
		n.index = i
	}
	return b.e
}

func (b *builder) region(name string) *Region {
	for i := range b.e.Regions {
		if b.e.Regions[i].Name == name {
			return &b.e.Regions[i]
		}
	}
	panic("BUG: no region " + name)
}

func (b *builder) networkManager() {
	id := armID(b.e.Subscriptions[0], "rg-connectivity", "Microsoft.Network/networkManagers", "avnm-contoso")
	internet, anywhere := []string{TagInternet}, []string{TagAny}
	b.e.NetworkManager = &NetworkManager{
		ID: id, ConfigID: id + "/securityAdminConfigurations/baseline",
		Rules: []Rule{
			{Name: "AlwaysAllowHubDns", Priority: 10, Access: AlwaysAllow, Protocol: udp, Source: anywhere, Destination: []string{"10.0.1.0/24"}, Ports: ports(53)},
			{
				Name: "BlockHighRiskTCPPortsFromInternet", Priority: 20, Inbound: true, Access: Deny, Protocol: tcp, Source: internet, Destination: anywhere,
				Ports: ports(20, 21, 23, 69, 111, 119, 135, 137, 138, 139, 161, 445, 512, 513, 514, 873, 2049, 5900, 11211),
			},
		},
	}
}

func (b *builder) vnet(sub Subscription, group, name string, r *Region, prefixes ...string) *VNet {
	v := &VNet{ID: armID(sub, group, "Microsoft.Network/virtualNetworks", name), Name: name, ResourceGroup: group, Subscription: sub, Region: r, onPremises: true}
	for _, p := range prefixes {
		v.Prefixes = append(v.Prefixes, netip.MustParsePrefix(p))
	}
	b.e.VNets = append(b.e.VNets, v)
	return v
}

func (b *builder) subnet(v *VNet, t Tier, name, prefix, six string) *Subnet {
	s := &Subnet{ID: v.ID + "/subnets/" + name, Name: name, Tier: t, VNet: v, Prefix: netip.MustParsePrefix(prefix)}
	if six != "" {
		s.Prefix6 = netip.MustParsePrefix(six)
	}
	v.Subnets = append(v.Subnets, s)
	return s
}

func (b *builder) nsg(v *VNet, name string, rules ...Rule) *NSG {
	g := &NSG{
		ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/networkSecurityGroups", name), Name: name,
		ResourceGUID: b.rand.guid(), Subscription: v.Subscription, ResourceGroup: v.ResourceGroup, Rules: rules,
	}
	b.e.NSGs = append(b.e.NSGs, g)
	return g
}

// flowLog makes a flow log of a target; its name follows the portal's default.
func (b *builder) flowLog(kind LogKind, v *VNet, target, targetName string, short bool) *FlowLog {
	f := &FlowLog{Kind: kind, Target: target, ShortPath: short, Region: v.Region, GUID: b.rand.guid()}
	f.Name = targetName + "-" + v.ResourceGroup + "-flowlog"
	f.ID = "/subscriptions/" + v.Subscription.ID + "/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_" +
		v.Region.Name + "/flowLogs/" + f.Name
	b.e.FlowLogs = append(b.e.FlowLogs, f)
	return f
}

// nsgLog makes the NSG flow log of a group.
func (b *builder) nsgLog(v *VNet, g *NSG) *FlowLog {
	f := b.flowLog(LogNSG, v, g.ID, g.Name, false)
	f.GUID = g.ResourceGUID
	return f
}

func (b *builder) nic(s *Subnet, id, owner string, log *FlowLog) *NIC {
	n := &NIC{ID: id, Name: id[strings.LastIndexByte(id, '/')+1:], Subnet: s, Owner: owner}
	n.logBy(log)
	n.Addr, n.Addr6 = s.add()
	vendors := []string{"000D3A", "6045BD", "002248", "7C1E52"}
	b.macs++
	n.MAC = fmt.Sprintf("%s%06X", vendors[b.macs%len(vendors)], (uint64(b.macs)*0x9e3779+keyOf("mac", b.seed))&0xffffff)
	b.e.NICs = append(b.e.NICs, n)
	return n
}

// logBy lets a flow log record the NIC all the time.
func (n *NIC) logBy(log *FlowLog) {
	if log != nil {
		n.Logs = append(n.Logs, Logging{FlowLog: log})
	}
}

func (b *builder) vm(s *Subnet, name, size, os string, log *FlowLog) *NIC {
	v := s.VNet
	vm := &VM{ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Compute/virtualMachines", name), Name: name, Size: size, OS: os}
	vm.NIC = b.nic(s, armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/networkInterfaces", name+"-nic"), vm.ID, log)
	vm.NIC.Zone = nextZone(s, len(b.e.VMs))
	b.e.VMs = append(b.e.VMs, vm)
	return vm.NIC
}

// nextZone spreads machines over the zones of their region; those of an island are in none.
func nextZone(s *Subnet, n int) string {
	if s.VNet.Island {
		return ""
	}
	return strconv.Itoa(1 + n%3)
}

func (b *builder) publicIP(v *VNet, name, owner, prefix string) *PublicIP {
	p := &PublicIP{ID: armID(v.Subscription, v.ResourceGroup, "Microsoft.Network/publicIPAddresses", name), Name: name, Owner: owner}
	p.Addr = pickFrom(netip.MustParsePrefix(prefix), &b.rand)
	b.e.PublicIPs = append(b.e.PublicIPs, p)
	return p
}

// publicRange is where a region's public addresses come from.
func publicRange(region string) string {
	switch region {
	case "eastus2":
		return "20.96.0.0/16"
	case "southeastasia":
		return "20.195.0.0/16"
	}
	return "20.105.128.0/17"
}

const (
	tcp uint8 = 6
	udp uint8 = 17
)

func ports(list ...uint16) []PortRange {
	var out []PortRange
	for _, p := range list {
		out = append(out, PortRange{p, p})
	}
	return out
}

func texts(prefixes ...netip.Prefix) []string {
	var out []string
	for _, p := range prefixes {
		if p.IsValid() {
			out = append(out, p.String())
		}
	}
	return out
}

func (b *builder) hub(dns int) *VNet {
	v := b.vnet(b.e.Subscriptions[0], "rg-connectivity", "vnet-hub-weu", b.region("westeurope"), "10.0.0.0/16")
	v.Hub, v.Encrypted, v.FlowTimeout = true, true, 4*time.Minute
	b.subnet(v, TierGateway, "GatewaySubnet", "10.0.0.0/26", "")
	b.subnet(v, TierBastion, "AzureBastionSubnet", "10.0.0.64/26", "")
	shared := b.subnet(v, TierShared, "snet-shared", "10.0.1.0/24", "")
	mgmt := b.subnet(v, TierManagement, "snet-management", "10.0.2.0/24", "")
	anywhere := []string{TagAny}
	shared.NSG = b.nsg(v, "nsg-hub-shared",
		Rule{Name: "AllowDnsInBound", Priority: 100, Inbound: true, Access: Allow, Source: []string{TagVNet}, Destination: anywhere, Ports: ports(53)},
		// It can never decide: the rule before it has all of its flows.
		Rule{Name: "DenyDnsFromManagement", Priority: 150, Inbound: true, Access: Deny, Protocol: udp, Source: texts(mgmt.Prefix), Destination: anywhere, Ports: ports(53)},
		Rule{Name: "AllowSshFromManagement", Priority: 200, Inbound: true, Access: Allow, Protocol: tcp, Source: texts(mgmt.Prefix), Destination: anywhere, Ports: ports(22)},
	)
	mgmt.NSG = b.nsg(v, "nsg-hub-management",
		Rule{Name: "AllowSshFromOffice", Priority: 100, Inbound: true, Access: Allow, Protocol: tcp, Source: []string{clientOffice}, Destination: anywhere, Ports: ports(22)},
		// The forgotten rule through which the brute-force attack comes.
		Rule{Name: "temp-ssh-any", Priority: 110, Inbound: true, Access: Allow, Protocol: tcp, Source: []string{TagInternet}, Destination: anywhere, Ports: ports(22)},
		// Nobody comes through it.
		Rule{Name: "AllowRdpFromOffice", Priority: 120, Inbound: true, Access: Allow, Protocol: tcp, Source: []string{clientOffice}, Destination: anywhere, Ports: ports(3389)},
	)
	// The hub logs by subnet: the gateways' own interfaces are left out.
	sharedLog := b.flowLog(LogVNet, v, shared.ID, "snet-shared", false)
	mgmtLog := b.flowLog(LogVNet, v, mgmt.ID, "snet-management", false)
	for i := range dns {
		b.vm(shared, fmt.Sprintf("vm-dns-%02d", i+1), "Standard_D2s_v5", "Linux", sharedLog)
	}
	b.vm(mgmt, "vm-jump-01", "Standard_B2ms", "Linux", mgmtLog)
	b.publicIP(v, "pip-jump-01", b.e.NICs[len(b.e.NICs)-1].ID, publicRange("westeurope"))
	return v
}

// peerings joins the hub with each spoke and the shops with each other, so
// that their databases can replicate.
func (b *builder) peerings() {
	join := func(a, c *VNet, transit bool) {
		b.e.Peerings = append(b.e.Peerings,
			Peering{ID: a.ID + "/virtualNetworkPeerings/to-" + c.Name, Name: "to-" + c.Name, VNet: a, Remote: c, GatewayTransit: transit},
			Peering{ID: c.ID + "/virtualNetworkPeerings/to-" + a.Name, Name: "to-" + a.Name, VNet: c, Remote: a, UseRemoteGateway: transit})
		a.peers, c.peers = append(a.peers, c), append(c.peers, a)
	}
	spokes := b.e.spokes()
	for _, s := range spokes {
		join(b.e.hub(), s, true)
	}
	for i := 1; i < min(3, len(spokes)); i++ {
		join(spokes[0], spokes[i], false)
	}
}

func (e *Estate) spokes() []*VNet {
	var out []*VNet
	for _, v := range e.VNets {
		if !v.Hub && !v.Island {
			out = append(out, v)
		}
	}
	return out
}

func (b *builder) gateways(hub *VNet) {
	sub, group := hub.Subscription, hub.ResourceGroup
	gw := &VPNGateway{
		ID: armID(sub, group, "Microsoft.Network/virtualNetworkGateways", "vpngw-hub-weu"), Name: "vpngw-hub-weu",
		SKU: "VpnGw1AZ", Generation: 1, CapacityBPS: 650_000_000, Subnet: hub.subnet(TierGateway),
		ClientPool: netip.MustParsePrefix(p2sPool), ClientsLimit: 250,
	}
	gw.PublicIP = b.publicIP(hub, "pip-vpngw-hub-weu", gw.ID, publicRange("westeurope"))
	b.e.VPNGateway = gw
	for _, s := range []struct {
		name, prefix, device string
		offset               time.Duration
	}{
		{"lng-amsterdam", siteAmsterdam, "185.46.212.34", time.Hour},
		{"lng-austin", siteAustin, "71.164.20.14", -6 * time.Hour},
	} {
		b.e.Sites = append(b.e.Sites, &Site{
			ID: armID(sub, group, "Microsoft.Network/localNetworkGateways", s.name), Name: s.name, Kind: SiteToSite,
			Prefixes: []netip.Prefix{netip.MustParsePrefix(s.prefix)}, PublicAddr: netip.MustParseAddr(s.device), UTCOffset: s.offset,
		})
		gw.Connections = append(gw.Connections, armID(sub, group, "Microsoft.Network/connections", "cn-"+s.name))
	}
	b.e.Sites = append(b.e.Sites, &Site{ID: gw.ID, Name: "p2s-users", Kind: PointToSite, Prefixes: []netip.Prefix{gw.ClientPool}, UTCOffset: time.Hour})
	er := &ERGateway{
		ID: armID(sub, group, "Microsoft.Network/virtualNetworkGateways", "ergw-hub-weu"), Name: "ergw-hub-weu", SKU: "ErGw1AZ",
		CapacityBPS: 1_000_000_000, Subnet: hub.subnet(TierGateway), CircuitBPS: 500_000_000, Peering: "AzurePrivatePeering",
		CircuitID:  armID(sub, group, "Microsoft.Network/expressRouteCircuits", "erc-frankfurt"),
		Connection: armID(sub, group, "Microsoft.Network/connections", "cn-erc-frankfurt"),
	}
	b.e.ERGateway = er
	b.e.Sites = append(b.e.Sites, &Site{
		ID: er.CircuitID, Name: "erc-frankfurt", Kind: SiteCircuit,
		Prefixes: []netip.Prefix{netip.MustParsePrefix(circuitPrefix)}, UTCOffset: time.Hour,
	})
}
