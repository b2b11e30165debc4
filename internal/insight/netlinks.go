package insight

import (
	"slices"
	"strings"
	"time"

	"weir/internal/topology"
)

// deploy makes the nodes that an inventory has: networks, the subnets of those
// that are open, and what is inside those that are shown so.
func (m *netmap) deploy() {
	inv := m.known.Inventory
	hubs := hubsOf(inv)
	for i := range inv.VNets {
		v := &inv.VNets[i]
		n := m.vnet(v.ID.Full())
		n.Deployed, n.Region, n.Hub = true, v.Location, hubs[v.ID]
	}
	for _, l := range inv.Loggings() {
		_, vnet, _ := locations(l.NIC)
		if n := m.nodes[string(NodeVNet)+":"+vnet]; n != nil && l.NIC.PrivateEndpoint == "" { // else nothing is recorded there
			n.hold(len(l.On) > 0)
		}
	}
	m.deploySubnets(m.a.To.Add(-time.Millisecond).UnixMilli())
}

// hubsOf returns the networks through which others are connected: those that lend
// their gateway, and those with two peers or more that have a gateway or a firewall.
func hubsOf(inv *topology.Inventory) map[topology.ID]bool {
	hubs, serves, peers := map[topology.ID]bool{}, map[topology.ID]bool{}, map[topology.ID]int{}
	note := func(subnet topology.ID) {
		if vnet := subnet.Parent(); vnet != "" {
			serves[vnet] = true
		}
	}
	for i := range inv.Gateways {
		for _, c := range inv.Gateways[i].Configs {
			note(c.Subnet)
		}
	}
	for i := range inv.Firewalls {
		for _, c := range inv.Firewalls[i].Configs {
			note(c.Subnet)
		}
	}
	for i := range inv.Peerings {
		p := &inv.Peerings[i]
		vnet := p.ID.Parent()
		if !connected(p) {
			continue
		}
		peers[vnet]++
		if p.RemoteGateways {
			hubs[p.Remote] = true
		}
	}
	for vnet, n := range peers {
		if n >= 2 && serves[vnet] {
			hubs[vnet] = true
		}
	}
	return hubs
}

// connected tells whether a peering carries traffic, as far as is known.
func connected(p *topology.Peering) bool {
	return p.State == "" || strings.EqualFold(p.State, "Connected")
}

// link notes what connects the nodes of edges at a time, and adds the
// connections of the inventory that carried nothing.
func (m *netmap) link(at time.Time) {
	inv, ms := m.known.Inventory, at.UnixMilli()
	ids := map[string]topology.ID{}
	for i := range inv.VNets {
		ids[inv.VNets[i].ID.Full()] = inv.VNets[i].ID
	}
	for i := range inv.Peerings {
		p := &inv.Peerings[i]
		from, to := p.ID.Parent().Full(), p.Remote.Full()
		if connected(p) && ids[from] != "" && ids[to] != "" && !m.open[from] && !m.open[to] {
			m.edge(m.vnet(from), m.vnet(to))
		}
	}
	served := m.gateways(ids, ms)
	for _, e := range m.edges {
		from, to := m.nodes[e.From], m.nodes[e.To]
		a, b := ids[m.network(from)], ids[m.network(to)]
		switch {
		case a == "" || !from.isNetwork():
		case b != "" && to.isNetwork():
			r := m.known.Index.Relation(a, b, ms)
			e.Link, e.Through = Link(r.Kind.String()), append(e.Through, r.Hubs...)
			if r.Kind == topology.RelationGateways {
				e.Through = append(e.Through, r.Gateways...)
			}
		case to.Kind == NodeSite || to.Kind == NodeClients:
			e.Link = LinkNone
			for _, g := range served[a] {
				if m.behind(g.Name, to) {
					e.Link, e.Through = LinkGateway, []string{g.Name}
					if g.Hub != "" {
						e.Through = []string{g.Hub, g.Name}
					}
					break
				}
			}
		}
	}
}

// isNetwork tells whether a node is a network or a part of one.
func (n *MapNode) isNetwork() bool { return n.Kind == NodeVNet || n.Parent != "" }

// network returns the name of the network that a node is, or is in.
func (m *netmap) network(n *MapNode) string {
	for n.Parent != "" {
		n = m.nodes[n.Parent]
	}
	return n.Name
}

// gateways returns the gateways that serve each network, and adds an edge from the
// network that has one to each site and pool behind it.
func (m *netmap) gateways(ids map[string]topology.ID, ms int64) map[topology.ID][]topology.ServingGateway {
	served := map[topology.ID][]topology.ServingGateway{}
	for name, id := range ids {
		served[id] = m.known.Index.Gateways(id, ms)
		for _, g := range served[id] {
			if g.Hub != "" || m.open[name] {
				continue
			}
			for _, behind := range m.ends(g.Gateway) {
				m.edge(m.vnet(name), behind)
			}
		}
	}
	return served
}

// ends returns the sites and the pool of clients behind a gateway.
func (m *netmap) ends(g *topology.Gateway) (nodes []*MapNode) {
	inv := m.known.Inventory
	for i := range inv.Connections {
		c := &inv.Connections[i]
		if c.Gateway1 != g.ID && c.Gateway2 != g.ID {
			continue
		}
		var n *MapNode
		switch {
		case c.LocalGateway != "":
			n = m.site(c.LocalGateway.Full(), "site")
		case c.Circuit != "":
			n = m.site(c.ID.Full(), "connection")
		default: // between two gateways
			continue
		}
		n.Deployed = true
		nodes = append(nodes, n)
	}
	if len(g.ClientPrefixes) > 0 {
		n := m.clients(g.ID.Full())
		n.Deployed = true
		nodes = append(nodes, n)
	}
	return nodes
}

// behind tells whether a gateway is that of a site or of clients.
func (m *netmap) behind(gateway string, n *MapNode) bool {
	inv := m.known.Inventory
	if n.Kind == NodeClients {
		return n.Name == gateway
	}
	return slices.ContainsFunc(inv.Connections, func(c topology.Connection) bool {
		if c.Gateway1.Full() != gateway && c.Gateway2.Full() != gateway {
			return false
		}
		return c.LocalGateway != "" && c.LocalGateway.Full() == n.Name || c.ID.Full() == n.Name
	})
}
