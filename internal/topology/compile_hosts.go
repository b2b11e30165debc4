package topology

import (
	"net/netip"
	"strings"
)

// addNICs makes NICs owners of their private addresses.
func (c *compiler) addNICs() {
	vmOf := map[ID]ID{}
	setOf := map[ID]ID{}
	zoneOf := map[ID]string{}
	for i := range c.inv.VMs {
		vm := &c.inv.VMs[i]
		setOf[vm.ID] = vm.ScaleSet
		zoneOf[vm.ID] = onlyZone(vm.Zones)
		for _, nic := range vm.NICs {
			vmOf[nic] = vm.ID
		}
	}
	endpointOf := c.endpointsByNIC()
	for i := range c.inv.NICs {
		n := &c.inv.NICs[i]
		vm := n.VM
		if vm == "" {
			vm = vmOf[n.ID]
		}
		set := n.ID.Of("virtualmachinescalesets")
		if set != "" && vm == "" {
			vm = n.ID.Of("virtualmachines")
		}
		if set == "" {
			set = setOf[vm]
		}
		for _, cfg := range n.Configs {
			net, ok := c.place(cfg.Subnet)
			if !ok {
				continue
			}
			p := c.nicOwner(n, cfg.Subnet, vm, set, zoneOf[vm], endpointOf[n.ID])
			if cfg.Private.IsValid() {
				c.put(net, cfg.Private, p)
			}
			if _, seen := c.targets[n.ID]; !seen || cfg.Primary {
				c.targets[n.ID] = net
				c.noteMAC(n.MAC, net, p)
			}
		}
	}
}

// nicFacts is all that the endpoint of an interface is made of.
type nicFacts struct {
	nic, vm, set, subnet, endpoint, service ID
	mac, region, vnetRegion, zone           string
	forwards                                bool
}

// nicOwner returns the endpoint of an interface in a subnet. Most interfaces
// are the same in the next snapshot, and then so is the endpoint.
func (c *compiler) nicOwner(n *NIC, subnet, vm, set ID, zone string, pe *PrivateEndpoint) *Endpoint {
	facts := nicFacts{nic: n.ID, vm: vm, set: set, subnet: subnet, mac: n.MAC, region: n.Location, zone: zone, forwards: n.Forwarding}
	if pe != nil {
		facts.endpoint, facts.service = pe.ID, service(pe)
	}
	if v := c.vnets[vnetOf(subnet)]; v != nil && facts.region == "" {
		facts.vnetRegion = v.Location
	}
	if e, ok := c.owners[facts]; ok {
		return e
	}
	e := c.inSubnet(EndpointNIC, &n.Head, subnet)
	e.NIC, e.MAC, e.VM, e.ScaleSet, e.Forwards = n.ID.Short(), n.MAC, vm.Short(), set.Short(), n.Forwarding
	e.Zone = zoneName(e.Region, zone)
	if pe != nil {
		e.Kind = EndpointPrivateEndpoint
		namePrivateEndpoint(&e, pe)
	}
	p := &e
	c.owners[facts] = p
	return p
}

// noteMAC remembers where a MAC is; of several NICs the lowest id stays, which
// is the first seen.
func (c *compiler) noteMAC(mac string, net int32, nic *Endpoint) {
	key, ok := macKey(mac)
	if !ok {
		return
	}
	if old, taken := c.macs[key]; taken && old.nic.ID != nic.ID {
		return
	}
	c.macs[key] = captured{net, nic}
}

// macKey packs twelve digits into 48 bits.
func macKey(mac string) (uint64, bool) {
	if len(mac) != 12 {
		return 0, false
	}
	var key uint64
	for i := range 12 {
		d := mac[i]
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		default:
			return 0, false
		}
		key = key<<4 | uint64(d)
	}
	return key, true
}

// endpointsByNIC returns the private endpoint of each NIC that has one.
func (c *compiler) endpointsByNIC() map[ID]*PrivateEndpoint {
	of := map[ID]*PrivateEndpoint{}
	byID := map[ID]*PrivateEndpoint{}
	for i := range c.inv.PrivateEndpoints {
		pe := &c.inv.PrivateEndpoints[i]
		byID[pe.ID] = pe
		for _, nic := range pe.NICs {
			of[nic] = pe
		}
	}
	for i := range c.inv.NICs {
		n := &c.inv.NICs[i]
		if n.PrivateEndpoint == "" || of[n.ID] != nil {
			continue
		}
		pe := byID[n.PrivateEndpoint]
		if pe == nil { // not listed itself: its name is known all the same
			pe = &PrivateEndpoint{Head: Head{ID: n.PrivateEndpoint}}
		}
		of[n.ID] = pe
	}
	return of
}

func namePrivateEndpoint(e *Endpoint, pe *PrivateEndpoint) {
	e.PrivateEndpoint = pe.ID.Short()
	if s := service(pe); s != "" {
		e.PrivateLink, e.PrivateLinkName = linkName(s), s.Name()
	}
}

// service returns the first service behind a private endpoint.
func service(pe *PrivateEndpoint) ID {
	for _, l := range pe.Links {
		if l.Service != "" {
			return l.Service
		}
	}
	return ""
}

// linkName writes the service behind a private endpoint as rg/type/name.
func linkName(service ID) string {
	kind := service.Type()
	return service.Group() + "/" + kind[strings.LastIndexByte(kind, '/')+1:] + "/" + service.Name()
}

// addPrivateEndpoints makes private endpoints owners of the addresses that
// they name themselves.
func (c *compiler) addPrivateEndpoints() {
	for i := range c.inv.PrivateEndpoints {
		pe := &c.inv.PrivateEndpoints[i]
		net, ok := c.place(pe.Subnet)
		if !ok {
			continue
		}
		e := c.inSubnet(EndpointPrivateEndpoint, &pe.Head, pe.Subnet)
		namePrivateEndpoint(&e, pe)
		p := c.intern(e)
		for _, a := range pe.Addrs {
			if h, taken := c.nets[net].hosts[address(a)]; !taken || h.PrivateEndpoint != e.PrivateEndpoint {
				c.put(net, a, p)
			}
		}
	}
}

// reachable is an address or a subnet of a service.
type reachable struct {
	kind      EndpointKind
	head      *Head
	front     Frontend
	instances bool // the service keeps its instances in the subnet and nothing else lives there
}

// name writes the service's name where it belongs.
func (r *reachable) name(e *Endpoint) {
	full := r.head.ID.Full()
	switch r.kind {
	case EndpointLoadBalancer:
		e.LoadBalancer = full
	case EndpointAppGateway:
		e.AppGateway = full
	case EndpointFirewall:
		e.Firewall = full
	case EndpointBastion:
		e.Bastion = full
	case EndpointGateway:
		e.Gateway = full
	case EndpointNAT:
		e.NATGateway = full
	}
}

// frontends lists the addresses and subnets of all services.
func (c *compiler) frontends() []reachable {
	var out []reachable
	each := func(kind EndpointKind, h *Head, fronts []Frontend, instances bool) {
		for _, f := range fronts {
			out = append(out, reachable{kind, h, f, instances})
		}
	}
	inv := c.inv
	for i := range inv.LoadBalancers {
		each(EndpointLoadBalancer, &inv.LoadBalancers[i].Head, inv.LoadBalancers[i].Frontends, false)
	}
	for i := range inv.AppGateways {
		g := &inv.AppGateways[i]
		each(EndpointAppGateway, &g.Head, g.Frontends, false)
		for _, s := range g.Subnets {
			out = append(out, reachable{EndpointAppGateway, &g.Head, Frontend{Subnet: s}, true})
		}
	}
	for i := range inv.Firewalls {
		each(EndpointFirewall, &inv.Firewalls[i].Head, inv.Firewalls[i].Configs, true)
	}
	for i := range inv.Bastions {
		each(EndpointBastion, &inv.Bastions[i].Head, inv.Bastions[i].Configs, true)
	}
	for i := range inv.Gateways {
		each(EndpointGateway, &inv.Gateways[i].Head, inv.Gateways[i].Configs, true)
	}
	for i := range inv.NATGateways {
		g := &inv.NATGateways[i]
		for _, p := range g.PublicIPs {
			out = append(out, reachable{EndpointNAT, &g.Head, Frontend{PublicIP: p}, false})
		}
		for _, p := range g.PublicIPPrefixes {
			out = append(out, reachable{EndpointNAT, &g.Head, Frontend{PublicIPPrefix: p}, false})
		}
	}
	return out
}

// addFrontends makes services owners of their private addresses.
func (c *compiler) addFrontends() {
	for _, f := range c.frontends() {
		net, ok := c.place(f.front.Subnet)
		if !ok || !f.front.Private.IsValid() {
			continue
		}
		e := c.inSubnet(f.kind, f.head, f.front.Subnet)
		f.name(&e)
		c.put(net, f.front.Private, c.intern(e))
	}
	for i := range c.inv.Gateways {
		g := &c.inv.Gateways[i]
		for _, f := range g.Configs {
			net, ok := c.place(f.Subnet)
			if !ok {
				continue
			}
			e := c.inSubnet(EndpointGateway, &g.Head, f.Subnet)
			e.Gateway = g.ID.Full()
			for _, a := range g.BGPAddrs {
				if a.IsPrivate() {
					c.put(net, a, c.intern(e))
				}
			}
			break // all instances share the subnet
		}
	}
}

// addPublics makes resources owners of the public addresses that they use.
func (c *compiler) addPublics() {
	users := map[ID]Endpoint{} // by public address or prefix
	claim := func(id ID, e Endpoint) {
		if old, taken := users[id]; id != "" && (!taken || e.ID < old.ID) {
			users[id] = e
		}
	}
	for _, f := range c.frontends() {
		e := c.inSubnet(f.kind, f.head, f.front.Subnet)
		f.name(&e)
		claim(f.front.PublicIP, e)
		claim(f.front.PublicIPPrefix, e)
	}
	for i := range c.inv.NICs {
		n := &c.inv.NICs[i]
		for _, cfg := range n.Configs {
			if cfg.PublicIP != "" {
				claim(cfg.PublicIP, c.nicEndpoint(n, &cfg))
			}
		}
	}
	for i := range c.inv.PublicIPs {
		p := &c.inv.PublicIPs[i]
		if !p.Addr.IsValid() {
			continue
		}
		e, used := users[p.ID]
		if !used {
			e = c.byConfig(p)
		}
		e.PublicIP = p.ID.Full()
		e.PublicIPPrefix = p.Prefix.Full()
		if e.Zone == "" {
			e.Zone = zoneName(e.Region, onlyZone(p.Zones))
		}
		c.publish(p.Addr, c.intern(e))
	}
	for i := range c.inv.Firewalls {
		f := &c.inv.Firewalls[i]
		for _, a := range f.Public {
			e := c.inSubnet(EndpointFirewall, &f.Head, "")
			e.Firewall = f.ID.Full()
			c.publish(a, c.intern(e))
		}
	}
	for i := range c.inv.PublicIPPrefixes {
		p := &c.inv.PublicIPPrefixes[i]
		if !p.Prefix.IsValid() {
			continue
		}
		e, used := users[p.ID]
		if !used {
			e = Endpoint{Kind: EndpointPublicIP, ID: p.ID, Subscription: p.ID.Subscription(), Region: p.Location}
		}
		e.PublicIPPrefix = p.ID.Full()
		c.blocks = append(c.blocks, prefixHost{p.Prefix, host{Endpoint: c.intern(e)}})
	}
}

func (c *compiler) publish(ip netip.Addr, e *Endpoint) {
	a := address(ip)
	old, taken := c.publics[a]
	switch {
	case !taken:
		c.publics[a] = host{Endpoint: e}
	case old.ID != e.ID && old.ID < e.ID:
		c.publics[a] = host{old.Endpoint, true}
	case old.ID != e.ID:
		c.publics[a] = host{e, true}
	}
}

// nicEndpoint returns the endpoint that addNICs made for a configuration.
func (c *compiler) nicEndpoint(n *NIC, cfg *IPConfig) Endpoint {
	if net, ok := c.place(cfg.Subnet); ok && cfg.Private.IsValid() {
		if h := c.nets[net].hosts[address(cfg.Private)]; h.Endpoint != nil && h.NIC == n.ID.Short() {
			return *h.Endpoint
		}
	}
	e := c.inSubnet(EndpointNIC, &n.Head, cfg.Subnet)
	e.NIC, e.MAC, e.VM, e.Forwards = n.ID.Short(), n.MAC, n.VM.Short(), n.Forwarding
	return e
}

// byConfig names what uses a public address by the id of the configuration
// alone, for users that were not listed.
func (c *compiler) byConfig(p *PublicIP) Endpoint {
	user := p.Config
	e := Endpoint{Kind: EndpointPublicIP, ID: p.ID, Subscription: p.ID.Subscription(), Region: p.Location}
	segments := []struct {
		name string
		kind EndpointKind
	}{
		{"networkinterfaces", EndpointNIC},
		{"loadbalancers", EndpointLoadBalancer},
		{"applicationgateways", EndpointAppGateway},
		{"azurefirewalls", EndpointFirewall},
		{"bastionhosts", EndpointBastion},
		{"virtualnetworkgateways", EndpointGateway},
		{"natgateways", EndpointNAT},
	}
	if user == "" {
		user = p.NATGateway
	}
	for _, s := range segments {
		id := user.Of(s.name)
		if id == "" {
			continue
		}
		e.Kind, e.ID = s.kind, id
		if s.kind == EndpointNIC {
			e.NIC = id.Short()
			if i, ok := c.nicOf[id]; ok && len(c.inv.NICs[i].Configs) > 0 {
				return c.nicEndpoint(&c.inv.NICs[i], &c.inv.NICs[i].Configs[0])
			}
			if set := id.Of("virtualmachinescalesets"); set != "" {
				e.ScaleSet, e.VM = set.Short(), id.Of("virtualmachines").Short()
			}
			return e
		}
		r := reachable{kind: s.kind, head: &Head{ID: id}}
		r.name(&e)
		return e
	}
	return e
}
