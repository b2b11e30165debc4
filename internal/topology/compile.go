package topology

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"weir/internal/flow"
)

// host is the owner of an address or prefix; more tells that others claim it too.
type host struct {
	*Endpoint
	more bool
}

// network is a VNet ready for look-ups. Snapshots share it while nothing in
// it changes.
type network struct {
	id       ID
	name     string
	hosts    map[flow.Addr]host
	ranges   []prefixHost         // by prefix
	at       map[netip.Prefix]int // where a prefix is in ranges; nil once finished
	prefixes *bart.Table[host]
}

type prefixHost struct {
	prefix netip.Prefix
	host   host
}

// find returns what owns the address inside the VNet.
func (n *network) find(a flow.Addr, ip netip.Addr) (host, bool) {
	if h, ok := n.hosts[a]; ok {
		return h, true
	}
	return n.prefixes.Lookup(ip)
}

func (n *network) same(o *network) bool {
	return n.id == o.id && slices.Equal(n.ranges, o.ranges) && maps.Equal(n.hosts, o.hosts)
}

// captured is where the NIC of a MAC is.
type captured struct {
	net int32
	nic *Endpoint
}

// compiler turns one inventory into networks. It outlives one inventory so
// that equal endpoints of many are one.
type compiler struct {
	interned map[Endpoint]*Endpoint
	owners   map[nicFacts]*Endpoint
	shorts   map[ID]string // of subnets, which thousands of NICs may be in

	inv     *Inventory
	nets    []*network
	number  map[ID]int32
	vnets   map[ID]*VNet
	subnets map[ID]*Subnet
	publics map[flow.Addr]host
	blocks  []prefixHost        // public prefixes
	macs    map[uint64]captured // by the 48 bits of the MAC
	targets map[ID]int32        // VNet of a NIC or NSG; unsure where it is in several
	nicOf   map[ID]int          // index of a NIC
	placed  map[ID]int32        // VNet of a subnet; unsure where it has none
	hubOf   map[ID]ID           // virtual hub of the VNet that Azure makes for it
}

// unsure stands for a target that lies in several VNets.
const unsure = -1

func newCompiler() *compiler {
	return &compiler{interned: map[Endpoint]*Endpoint{}, owners: map[nicFacts]*Endpoint{}, shorts: map[ID]string{}}
}

func (c *compiler) intern(e Endpoint) *Endpoint {
	if p, ok := c.interned[e]; ok {
		return p
	}
	p := &e
	c.interned[e] = p
	return p
}

// compile fills the compiler from the inventory.
func (c *compiler) compile(inv *Inventory) {
	c.inv, c.nets = inv, nil
	c.number, c.vnets, c.subnets = map[ID]int32{}, map[ID]*VNet{}, map[ID]*Subnet{}
	c.publics, c.blocks = map[flow.Addr]host{}, nil
	c.macs, c.targets, c.nicOf = map[uint64]captured{}, map[ID]int32{}, map[ID]int{}
	c.placed = map[ID]int32{}
	c.findHubs()
	c.numberNetworks()
	c.addNICs()
	c.addPrivateEndpoints()
	c.addFrontends()
	c.addRanges()
	c.addNSGs()
	c.addPublics()
	for _, n := range c.nets {
		n.finish()
	}
}

// finish makes the table of prefixes. An interface in none of them, as where
// only interfaces were listed, becomes a prefix of its own.
func (n *network) finish() {
	n.at = nil
	n.prefixes = new(bart.Table[host])
	for _, r := range n.ranges {
		n.prefixes.Insert(r.prefix, r.host)
	}
	for a, h := range n.hosts {
		ip := a.Netip()
		if _, covered := n.prefixes.Lookup(ip); !covered {
			n.ranges = append(n.ranges, prefixHost{netip.PrefixFrom(ip, ip.BitLen()), h})
		}
	}
	slices.SortFunc(n.ranges, func(a, b prefixHost) int { return a.prefix.Compare(b.prefix) })
	for _, r := range n.ranges {
		n.prefixes.Insert(r.prefix, r.host)
	}
}

// numberNetworks gives every VNet that anything mentions its number, in the
// order of ids.
func (c *compiler) numberNetworks() {
	known, subnets := map[ID]bool{}, map[ID]bool{}
	add := func(id ID) {
		if id != "" {
			known[id] = true
		}
	}
	inv := c.inv
	for i := range inv.VNets {
		if id := inv.VNets[i].ID; id != "" {
			known[id] = true
			c.vnets[id] = &inv.VNets[i]
		}
	}
	for i := range inv.Subnets {
		add(vnetOf(inv.Subnets[i].ID))
		c.subnets[inv.Subnets[i].ID] = &inv.Subnets[i]
	}
	for i := range inv.Peerings {
		add(side(inv.Peerings[i].ID))
		if remote := inv.Peerings[i].Remote; c.hubOf[remote] == "" {
			add(vnetOf(remote))
		}
	}
	for i := range inv.Hubs {
		add(inv.Hubs[i].ID)
	}
	for i := range inv.Gateways {
		add(inv.Gateways[i].Hub)
	}
	for i := range inv.NICs {
		c.nicOf[inv.NICs[i].ID] = i
		for _, cfg := range inv.NICs[i].Configs {
			if !subnets[cfg.Subnet] {
				subnets[cfg.Subnet] = true
				add(vnetOf(cfg.Subnet))
			}
		}
	}
	for i := range inv.PrivateEndpoints {
		add(vnetOf(inv.PrivateEndpoints[i].Subnet))
	}
	for _, f := range c.frontends() {
		add(vnetOf(f.front.Subnet))
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		c.number[id] = int32(len(c.nets))
		c.nets = append(c.nets, &network{id: id, name: id.Full(), hosts: map[flow.Addr]host{}, at: map[netip.Prefix]int{}})
	}
	for vnet, hub := range c.hubOf {
		c.number[vnet] = c.number[hub]
	}
}

func vnetOf(subnet ID) ID { return subnet.Of("virtualnetworks") }

// put makes an endpoint the owner of an address of a VNet. Of several the one
// with the lowest id stays.
func (c *compiler) put(net int32, addr netip.Addr, e *Endpoint) {
	hosts := c.nets[net].hosts
	a := address(addr)
	old, taken := hosts[a]
	switch {
	case !taken:
		hosts[a] = host{Endpoint: e}
	case old.ID == e.ID: // named twice, as by the endpoint and by its NIC
	case old.ID < e.ID:
		hosts[a] = host{old.Endpoint, true}
	default:
		hosts[a] = host{e, true}
	}
}

func address(ip netip.Addr) flow.Addr { return flow.AddrFrom16(ip.As16()) }

// inSubnet returns an endpoint with the network's part filled in.
func (c *compiler) inSubnet(kind EndpointKind, h *Head, subnet ID) Endpoint {
	e := Endpoint{Kind: kind, ID: h.ID, Subscription: h.ID.Subscription(), Region: h.Location}
	if v := vnetOf(subnet); v != "" {
		e.VNetID, e.VNet, e.Subnet = v, c.nets[c.number[v]].name, c.short(subnet)
		if e.Region == "" && c.vnets[v] != nil {
			e.Region = c.vnets[v].Location
		}
	}
	e.Zone = zoneName(e.Region, onlyZone(h.Zones))
	return e
}

// short returns the short name of a subnet, one text for all that are in it.
func (c *compiler) short(subnet ID) string {
	s, ok := c.shorts[subnet]
	if !ok {
		s = subnet.Short()
		c.shorts[subnet] = s
	}
	return s
}

// onlyZone returns the zone of what is in one; empty for what spreads over
// several, and for what Azure put where it liked.
func onlyZone(zones []string) string {
	if len(zones) != 1 {
		return ""
	}
	return zones[0]
}

// zoneName writes a zone with its region, since each region has a zone 1.
func zoneName(region, zone string) string {
	if zone == "" || region == "" {
		return zone
	}
	return region + "/" + zone
}

// addRanges makes subnets and address spaces owners of their prefixes. A
// subnet in which a service keeps its instances belongs to the service.
func (c *compiler) addRanges() {
	services := map[ID]host{}
	for _, f := range c.frontends() {
		if !f.instances || f.front.Subnet == "" {
			continue
		}
		e := c.inSubnet(f.kind, f.head, f.front.Subnet)
		f.name(&e)
		if old, taken := services[f.front.Subnet]; taken {
			if old.ID != e.ID {
				services[f.front.Subnet] = host{old.Endpoint, true}
			}
			continue
		}
		services[f.front.Subnet] = host{Endpoint: c.intern(e)}
	}
	for i := range c.inv.Subnets {
		s := &c.inv.Subnets[i]
		number, ok := c.place(s.ID)
		if !ok {
			continue // its id is not that of a subnet
		}
		owner, ok := services[s.ID]
		if !ok {
			e := c.inSubnet(EndpointSubnet, &s.Head, s.ID)
			owner = host{Endpoint: c.intern(e)}
		}
		net := c.nets[number]
		for _, p := range s.Prefixes {
			net.cover(p, owner)
		}
	}
	for _, v := range c.vnets {
		c.addSpace(v.ID, v.Location, v.Prefixes)
	}
	for i := range c.inv.Hubs {
		h := &c.inv.Hubs[i]
		c.addSpace(h.ID, h.Location, h.Prefixes)
	}
	for i := range c.inv.Peerings {
		// the address space of a VNet that was not listed itself
		if p := &c.inv.Peerings[i]; c.hubOf[p.Remote] == "" && vnetOf(p.Remote) == p.Remote && p.Remote != "" && c.vnets[p.Remote] == nil {
			c.addSpace(p.Remote, "", p.RemotePrefixes)
		}
	}
}

func (c *compiler) addSpace(vnet ID, region string, prefixes []netip.Prefix) {
	net := c.nets[c.number[vnet]]
	e := c.intern(Endpoint{
		Kind: EndpointVNet, ID: vnet, Subscription: vnet.Subscription(), Region: region, VNetID: vnet, VNet: net.name,
	})
	for _, p := range prefixes {
		net.cover(p, host{Endpoint: e})
	}
}

// cover gives a prefix of the VNet its owner. The first stays; subnets come
// before the address space and may have the same prefix as it.
func (n *network) cover(p netip.Prefix, h host) {
	if i, ok := n.at[p]; ok {
		if old := &n.ranges[i]; old.host.Kind != EndpointVNet && h.Kind != EndpointVNet && old.host.ID != h.ID {
			old.host.more = true
		}
		return
	}
	n.at[p] = len(n.ranges)
	n.ranges = append(n.ranges, prefixHost{p, h})
}

// addNSGs notes in which VNet an NSG filters, for flow logs that name only it.
func (c *compiler) addNSGs() {
	note := func(nsg ID, net int32) {
		if nsg == "" {
			return
		}
		if old, seen := c.targets[nsg]; seen && old != net {
			net = unsure
		}
		c.targets[nsg] = net
	}
	for i := range c.inv.Subnets {
		if net, ok := c.place(c.inv.Subnets[i].ID); ok {
			note(c.inv.Subnets[i].NSG, net)
		}
	}
	for i := range c.inv.NICs {
		n := &c.inv.NICs[i]
		if net, ok := c.targets[n.ID]; ok {
			note(n.NSG, net)
		}
	}
}

// place returns the number of the VNet of a subnet.
func (c *compiler) place(subnet ID) (int32, bool) {
	n, seen := c.placed[subnet]
	if !seen {
		var ok bool
		if n, ok = c.number[vnetOf(subnet)]; !ok {
			n = unsure
		}
		c.placed[subnet] = n
	}
	return n, n != unsure
}
