package topology

import (
	"cmp"
	"net/netip"
	"slices"
)

// site is a prefix outside Azure with what leads to it.
type site struct {
	prefix netip.Prefix
	owner  *Endpoint
}

// attribution tells whether a prefix is narrow enough to name a site: a
// default route, or half of one, leads to the internet.
func attribution(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() > 1
	}
	return p.Bits() > 3
}

// sites collects what is behind gateways.
type sites struct {
	byGateway map[ID][]site
	loose     []site // behind no listed gateway: local network gateways and circuits without a connection
}

func (c *compiler) sites() *sites {
	s := &sites{byGateway: map[ID][]site{}}
	locals, circuits := map[ID]*LocalGateway{}, map[ID]*Circuit{}
	gateways := map[ID]*Gateway{}
	for i := range c.inv.LocalGateways {
		locals[c.inv.LocalGateways[i].ID] = &c.inv.LocalGateways[i]
	}
	for i := range c.inv.Circuits {
		circuits[c.inv.Circuits[i].ID] = &c.inv.Circuits[i]
	}
	for i := range c.inv.Gateways {
		gateways[c.inv.Gateways[i].ID] = &c.inv.Gateways[i]
	}
	used := map[ID]bool{}
	learned := map[ID]bool{}
	for i := range c.inv.Connections {
		conn := &c.inv.Connections[i]
		g := gateways[conn.Gateway1]
		if conn.Circuit != "" {
			used[conn.Circuit] = true
			circuit := circuits[conn.Circuit]
			if circuit == nil { // in a subscription that was not listed
				circuit = &Circuit{Head: Head{ID: conn.Circuit}}
			}
			s.addCircuit(c, circuit, conn, g)
			learned[conn.Gateway1] = true
		}
		local := locals[conn.LocalGateway]
		if local == nil {
			continue
		}
		used[local.ID] = true
		s.addLocal(c, local, conn, g)
	}
	for id, g := range gateways {
		s.addClients(c, g)
		if !learned[id] || !g.ExpressRoute() {
			s.addLearned(c, g)
		}
	}
	for id, l := range locals {
		if !used[id] {
			s.addLocal(c, l, nil, nil)
		}
	}
	for id, circuit := range circuits {
		if !used[id] {
			s.addCircuit(c, circuit, nil, nil)
		}
		for _, p := range circuit.Peerings {
			e := Endpoint{Kind: EndpointSiteCircuit, ID: id, Circuit: id.Full(), ConnectionType: ConnectionER, PeeringType: p.Type}
			for _, a := range p.Advertised {
				s.loose = append(s.loose, site{a, c.intern(e)})
			}
		}
	}
	return s
}

// devices returns which of our gateways has which public address.
func (c *compiler) devices() map[string]ID {
	addrs := map[ID]string{}
	for i := range c.inv.PublicIPs {
		if p := &c.inv.PublicIPs[i]; p.Addr.IsValid() {
			addrs[p.ID] = p.Addr.String()
		}
	}
	of := map[string]ID{}
	for i := range c.inv.Gateways {
		for _, f := range c.inv.Gateways[i].Configs {
			if a := addrs[f.PublicIP]; a != "" {
				of[a] = c.inv.Gateways[i].ID
			}
		}
	}
	return of
}

func (s *sites) add(gateway ID, prefix netip.Prefix, e *Endpoint) {
	if !prefix.IsValid() || !attribution(prefix) {
		return
	}
	prefix = prefix.Masked()
	if gateway == "" {
		s.loose = append(s.loose, site{prefix, e})
		return
	}
	s.byGateway[gateway] = append(s.byGateway[gateway], site{prefix, e})
}

func through(e *Endpoint, conn *Connection) ID {
	if conn == nil {
		return ""
	}
	e.Connection, e.Gateway = conn.ID.Full(), conn.Gateway1.Full()
	return conn.Gateway1
}

func (s *sites) addLocal(c *compiler, local *LocalGateway, conn *Connection, g *Gateway) {
	e := Endpoint{Kind: EndpointSiteS2S, ID: local.ID, LocalGateway: local.ID.Full(), ConnectionType: ConnectionVPN}
	gateway := through(&e, conn)
	p := c.intern(e)
	for _, prefix := range local.Prefixes {
		s.add(gateway, prefix, p)
	}
	if !local.BGPAddr.IsValid() {
		return
	}
	s.add(gateway, netip.PrefixFrom(local.BGPAddr, local.BGPAddr.BitLen()), p)
	if g == nil {
		return
	}
	for _, r := range g.Learned {
		if r.Peer == local.BGPAddr.String() {
			s.add(gateway, r.Network, p)
		}
	}
}

func (s *sites) addCircuit(c *compiler, circuit *Circuit, conn *Connection, g *Gateway) {
	e := Endpoint{
		Kind: EndpointSiteCircuit, ID: circuit.ID, Circuit: circuit.ID.Full(),
		ConnectionType: ConnectionER, PeeringType: "AzurePrivatePeering",
	}
	gateway := through(&e, conn)
	p := c.intern(e)
	for _, peering := range circuit.Peerings {
		if peering.Type != "AzurePrivatePeering" {
			continue
		}
		for _, link := range []netip.Prefix{peering.Primary, peering.Secondary, peering.Primary6, peering.Secondary6} {
			s.add(gateway, link, p)
		}
	}
	for _, r := range circuit.Learned {
		s.add(gateway, r.Network, p)
	}
	if g == nil || !g.ExpressRoute() {
		return
	}
	for _, r := range g.Learned {
		if fromOutside(r) {
			s.add(gateway, r.Network, p)
		}
	}
}

// fromOutside tells whether a learned route came from a neighbour, not from
// the gateway's own network.
func fromOutside(r LearnedRoute) bool { return r.Origin != "Network" }

func (s *sites) addClients(c *compiler, g *Gateway) {
	e := Endpoint{Kind: EndpointSiteP2S, ID: g.ID, Gateway: g.ID.Full(), ConnectionType: ConnectionVPN}
	for _, p := range g.ClientPrefixes {
		s.add(g.ID, p, c.intern(e))
	}
}

// addLearned adds what a gateway learned from neighbours that no listed
// connection explains.
func (s *sites) addLearned(c *compiler, g *Gateway) {
	e := Endpoint{Kind: EndpointSiteS2S, ID: g.ID, Gateway: g.ID.Full(), ConnectionType: ConnectionVPN}
	if g.ExpressRoute() {
		e.Kind, e.ConnectionType, e.PeeringType = EndpointSiteCircuit, ConnectionER, "AzurePrivatePeering"
	}
	known := map[netip.Prefix]bool{}
	for _, known1 := range s.byGateway[g.ID] {
		known[known1.prefix] = true
	}
	for _, r := range g.Learned {
		if fromOutside(r) && !known[r.Network.Masked()] {
			s.add(g.ID, r.Network, c.intern(e))
		}
	}
}

// merge makes one owner of each prefix: ExpressRoute before VPN as the
// platform prefers it, then the lowest id and connection.
func merge(lists ...[]site) map[netip.Prefix]host {
	out := map[netip.Prefix]host{}
	for _, list := range lists {
		for _, s := range list {
			old, taken := out[s.prefix]
			switch {
			case !taken:
				out[s.prefix] = host{Endpoint: s.owner}
			case *old.Endpoint == *s.owner:
			case preferred(s.owner, old.Endpoint):
				out[s.prefix] = host{s.owner, old.more || alike(s.owner, old.Endpoint)}
			default:
				out[s.prefix] = host{old.Endpoint, old.more || alike(s.owner, old.Endpoint)}
			}
		}
	}
	return out
}

// alike tells whether nothing but the id decides between two sites.
func alike(a, b *Endpoint) bool { return a.Kind == b.Kind && a.ID != b.ID }

func preferred(a, b *Endpoint) bool {
	rank := func(e *Endpoint) int {
		return slices.Index([]EndpointKind{EndpointSiteP2S, EndpointSiteCircuit, EndpointSiteS2S}, e.Kind)
	}
	connected := func(e *Endpoint) int {
		if e.Gateway == "" {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(connected(a), connected(b)),
		cmp.Compare(a.ID, b.ID), cmp.Compare(a.Connection, b.Connection)) < 0
}
