package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func (d *details) networks() {
	for i := range d.inv.VNets {
		v := &d.inv.VNets[i]
		d.row("VirtualNetwork", v.ID.Short(), &v.Head,
			"AddressPrefixes", v.Prefixes, "SubnetPrefixes", d.subnetPrefixes(v.ID),
			"EncryptionEnabled", v.Encrypted, "EncryptionEnforcement", v.Enforcement)
	}
	for i := range d.inv.Subnets {
		s := &d.inv.Subnets[i]
		d.row("VirtualSubnetwork", s.ID.Short(), d.in(&s.Head, s.ID.Parent()),
			"AddressPrefixes", s.Prefixes, "RouteTable", s.RouteTable, "Nsg", s.NSG)
	}
	for i := range d.inv.Peerings {
		p := &d.inv.Peerings[i]
		d.row("VirtualNetworkPeering", p.ID.Short(), d.in(&p.Head, p.ID.Parent()),
			"VirtualNetwork1", p.ID.Parent().Full(), "VirtualNetwork2", p.Remote.Full(),
			"AllowForwardedTraffic", p.Forwarded, "AllowGatewayTransit", p.GatewayTransit,
			"AllowVirtualNetworkAccess", p.Access, "UseRemoteGateways", p.RemoteGateways)
	}
}

// in returns the head with the VNet's region where the part has none itself.
func (d *details) in(h *Head, vnet ID) *Head {
	if h.Location != "" {
		return h
	}
	with := *h
	with.Location = d.regions[vnet]
	return &with
}

func (d *details) subnetPrefixes(vnet ID) []netip.Prefix {
	// the ids of a VNet's subnets follow each other
	i, _ := slices.BinarySearchFunc(d.inv.Subnets, vnet+"/subnets/", func(s Subnet, id ID) int { return cmp.Compare(s.ID, id) })
	var out []netip.Prefix
	for ; i < len(d.inv.Subnets) && d.inv.Subnets[i].ID.Parent() == vnet; i++ {
		out = append(out, d.inv.Subnets[i].Prefixes...)
	}
	return out
}

func (d *details) interfaces() {
	for i := range d.inv.NICs {
		n := &d.inv.NICs[i]
		var private, public, subnets []string
		appliance := false
		for _, c := range n.Configs {
			if c.Private.IsValid() {
				private = append(private, c.Private.String())
				appliance = appliance || n.Forwarding && d.hops[c.Private.String()]
			}
			if a := d.publicIP[c.PublicIP]; a != "" {
				public = append(public, a)
			}
			if s := c.Subnet.Short(); s != "" && !slices.Contains(subnets, s) {
				subnets = append(subnets, s)
			}
		}
		d.row("NetworkInterface", n.ID.Short(), &n.Head,
			"MacAddress", DashedMAC(n.MAC), "PrivateIpAddresses", private, "PublicIpAddresses", public,
			"Subnetwork", subnets, "VirtualMachine", machineOf(n), "Nsg", n.NSG,
			"EnableIpForwarding", n.Forwarding, "IsVirtualAppliance", appliance,
			"VmssName", n.ID.Of("virtualmachinescalesets"))
	}
}

// machines yields each machine with what its interfaces have.
func (d *details) machines() {
	of := map[ID][]*NIC{}
	for i := range d.inv.NICs {
		n := &d.inv.NICs[i]
		if vm := machineOf(n); vm != "" {
			of[vm] = append(of[vm], n)
		}
	}
	for i := range d.inv.VMs {
		m := &d.inv.VMs[i]
		var macs, private, public, subnets []string
		forwards := false
		for _, n := range of[m.ID] {
			if n.MAC != "" {
				macs = append(macs, DashedMAC(n.MAC))
			}
			forwards = forwards || n.Forwarding
			for _, c := range n.Configs {
				if c.Private.IsValid() {
					private = append(private, c.Private.String())
				}
				if a := d.publicIP[c.PublicIP]; a != "" {
					public = append(public, a)
				}
				if s := c.Subnet.Short(); s != "" && !slices.Contains(subnets, s) {
					subnets = append(subnets, s)
				}
			}
		}
		d.row("VirtualMachine", m.ID.Short(), &m.Head, "MacAddress", macs, "PrivateIpAddresses", private,
			"PublicIpAddresses", public, "Subnetwork", subnets, "EnableIpForwarding", forwards, "VmssName", m.ScaleSet)
	}
}

// machineOf returns the machine of an interface.
func machineOf(n *NIC) ID {
	if n.VM == "" && n.ID.Of("virtualmachinescalesets") != "" {
		return n.ID.Of("virtualmachines")
	}
	return n.VM
}

func (d *details) groups() {
	for i := range d.inv.NSGs {
		g := &d.inv.NSGs[i]
		storage, enabled := "", false
		if l := d.logs[g.ID]; l != nil {
			storage, enabled = l.Storage.Short(), l.Enabled
		}
		d.row("NetworkSecurityGroup", g.ID.Short(), &g.Head, "IsFlowEnabled", enabled, "FlowLogStorageAccount", storage)
		for j := range g.Rules {
			r := &g.Rules[j]
			kind := "UserDefined"
			if r.Default {
				kind = "Default"
			}
			d.row("NetworkSecurityGroupRule", g.ID.Short()+"/"+strings.ToLower(r.Name), part(&g.Head),
				"Nsg", g.ID, "Access", r.Access, "Direction", r.Direction, "Priority", r.Priority, "Protocol", r.Protocol,
				"SourceAddressPrefix", withGroups(r.SourcePrefixes, r.SourceASGs), "SourcePortRange", r.SourcePorts,
				"DestinationAddressPrefix", withGroups(r.DestPrefixes, r.DestASGs), "DestinationPortRange", r.DestPorts,
				"RuleType", kind, "Description", r.Description)
		}
	}
}

// part returns the head for a part of a resource, which has no tags of its own.
func part(h *Head) *Head { return &Head{ID: h.ID, Location: h.Location} }

func withGroups(prefixes []string, groups []ID) []string {
	out := slices.Clone(prefixes)
	for _, g := range groups {
		out = append(out, g.Short())
	}
	return out
}

func (d *details) routes() {
	for i := range d.inv.RouteTables {
		t := &d.inv.RouteTables[i]
		d.row("RouteTable", t.ID.Short(), &t.Head)
		for _, r := range t.Routes {
			d.row("Route", t.ID.Short()+"/"+strings.ToLower(r.Name), part(&t.Head), "RouteTable", t.ID,
				"AddressPrefixes", r.Prefix, "NextHopType", r.NextHopType, "NextHopIp", r.NextHopIP)
		}
	}
}

func (d *details) balancers() {
	for i := range d.inv.LoadBalancers {
		l := &d.inv.LoadBalancers[i]
		private, public := d.addresses(l.Frontends)
		kind := "Internal"
		if len(private) == 0 {
			kind = "Public"
		}
		names, subnets := d.backends(l.Pools)
		fronts := subnetsOf(l.Frontends)
		first := ""
		if len(fronts) > 0 {
			first = fronts[0]
		}
		d.row("LoadBalancer", l.ID.Short(), &l.Head, "LoadBalancerType", kind, "Sku", l.SKU,
			"FrontendIps", append(private, public...), "FrontendSubnet", first, "FrontendSubnets", fronts,
			"LoadBalancerBackendPools", names, "BackendSubnets", subnets)
		for _, r := range l.NATRules {
			var front []Frontend
			for _, f := range l.Frontends {
				if f.ID == r.Frontend {
					front = append(front, f)
				}
			}
			private, public := d.addresses(front)
			backend := ""
			if a := d.configs[r.Backend].addr; a.IsValid() {
				backend = a.String()
			}
			d.row("InboundNatRule", r.ID.Short(), part(&l.Head), "Protocol", r.Protocol,
				"FrontendIpAddress", append(private, public...), "FrontendPort", r.FrontendPort,
				"BackendIpAddress", backend, "BackendPort", r.BackendPort, "FloatingIpEnabled", r.FloatingIP)
		}
	}
}

func (d *details) appGateways() {
	for i := range d.inv.AppGateways {
		g := &d.inv.AppGateways[i]
		private, public := d.addresses(g.Frontends)
		kind := "internal"
		for _, f := range g.Frontends {
			if f.PublicIP != "" {
				kind = "internet facing"
			}
		}
		names, subnets := d.backends(g.Pools)
		var own []string
		for _, s := range g.Subnets {
			own = append(own, s.Short())
		}
		d.row("ApplicationGateway", g.ID.Short(), &g.Head, "AppGatewayType", kind, "Sku", g.SKU,
			"GatewaySubnet", own, "PrivateFrontendIps", private, "PublicFrontendIps", public,
			"ApplicationGatewayBackendPools", names, "BackendSubnets", subnets)
	}
}

func (d *details) gateways() {
	for i := range d.inv.Gateways {
		g := &d.inv.Gateways[i]
		_, public := d.addresses(g.Configs)
		d.row("VirtualNetworkGateway", g.ID.Short(), &g.Head, "GatewayType", g.Type, "Sku", g.SKU,
			"VipAddress", public, "VirtualSubnetwork", subnetsOf(g.Configs), "BgpEnabled", g.BGP,
			"VpnClientAddressPrefixes", g.ClientPrefixes)
	}
	for i := range d.inv.LocalGateways {
		l := &d.inv.LocalGateways[i]
		d.row("LocalNetworkGateway", l.ID.Short(), &l.Head, "AddressPrefixes", l.Prefixes, "IpAddress", l.Device)
	}
}

func (d *details) connections() {
	networks := map[ID]string{} // by gateway
	for i := range d.inv.Gateways {
		for _, c := range d.inv.Gateways[i].Configs {
			if c.Subnet != "" {
				networks[d.inv.Gateways[i].ID] = c.Subnet.Parent().Full()
			}
		}
	}
	for i := range d.inv.Connections {
		c := &d.inv.Connections[i]
		gateway := "VpnGateway"
		if c.Circuit != "" {
			gateway = "ExpressRoute"
		}
		// Azure's own queries look for those of sites among these, by ConnectionType.
		d.row("VirtualNetworkGatewayConnection", c.ID.Short(), &c.Head, "ConnectionType", c.Type, "GatewayConnectionType", gateway,
			"ConnectionStatus", c.Status, "VirtualNetworkGateway1", c.Gateway1.Full(), "VirtualNetworkGateway2", c.Gateway2.Full(),
			"VirtualNetwork1", networks[c.Gateway1], "VirtualNetwork2", networks[c.Gateway2],
			"LocalNetworkGateway", c.LocalGateway.Full(), "Peer", c.Circuit.Full(), "RoutingWeight", c.RoutingWeight,
			"BgpEnabled", c.BGP, "EgressBytesTransferred", c.Egress, "IngressBytesTransferred", c.Ingress)
	}
}

func (d *details) circuits() {
	for i := range d.inv.Circuits {
		c := &d.inv.Circuits[i]
		provider := ""
		if c.Provider != "" || c.Bandwidth != 0 || c.Place != "" {
			provider = fmt.Sprintf("%s;%d;%s", c.Provider, c.Bandwidth, c.Place)
		}
		detail := ""
		if c.SKU != "" || c.Family != "" || c.Tier != "" {
			detail = c.Family + ";" + c.SKU + ";" + c.Tier
		}
		d.row("ExpressRouteCircuit", c.ID.Short(), &c.Head, "CircuitProvisioningState", c.State,
			"ServiceProviderProvisioningState", c.ProviderState, "ServiceProviderProperties", provider, "SkuDetail", detail)
		for j := range c.Peerings {
			d.circuitPeering(c, &c.Peerings[j])
		}
		for _, r := range c.Learned {
			d.row("ExpressRouteCircuitRoute", c.ID.Short(), part(&c.Head), "Network", r.Network.String(),
				"PrimaryNextHop", r.NextHop, "LocalPreference", r.LocalPrf, "Weight", r.Weight, "Path", r.Path)
		}
	}
}

func (d *details) circuitPeering(c *Circuit, p *CircuitPeering) {
	link := func(p netip.Prefix) string {
		if !p.IsValid() {
			return ""
		}
		return p.String()
	}
	pairs := []any{
		"PeeringType", p.Type, "State", p.State, "AzureAsn", p.AzureASN, "PeerAsn", p.PeerASN, "VlanId", p.VLAN,
		"PrimaryPeerAddressPrefix", link(p.Primary), "SecondaryPeerAddressPrefix", link(p.Secondary),
		"PrimaryAzurePort", p.PrimaryPort, "SecondaryAzurePort", p.SecondaryPort,
	}
	if s := p.Stats; s != nil {
		pairs = append(pairs, "PrimaryBytesIn", s.PrimaryIn, "PrimaryBytesOut", s.PrimaryOut,
			"SecondaryBytesIn", s.SecondaryIn, "SecondaryBytesOut", s.SecondaryOut)
	}
	d.row("ExpressRouteCircuitPeering", c.ID.Short()+"/"+strings.ToLower(p.Name), part(&c.Head), pairs...)
}

func (d *details) privateEndpoints() {
	for i := range d.inv.PrivateEndpoints {
		p := &d.inv.PrivateEndpoints[i]
		link := ""
		if len(p.Links) > 0 && p.Links[0].Service != "" {
			link = linkName(p.Links[0].Service)
		}
		d.row("PrivateEndpoint", p.ID.Short(), &p.Head, "Subnetwork", p.Subnet, "PrivateIpAddresses", written(p.Addrs),
			"PrivateEndpointResourceId", p.ID.Short(), "PrivateLinkResourceId", link)
	}
}

// flowLogs yields what is logged, except NSGs, whose own rows say it.
func (d *details) flowLogs() {
	for i := range d.inv.FlowLogs {
		l := &d.inv.FlowLogs[i]
		d.row("FlowLog", l.ID.Short(), &l.Head, "IsFlowEnabled", l.Enabled, "FlowLogStorageAccount", l.Storage)
	}
}
