package insight

import (
	"maps"
	"slices"
	"strings"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/topology"
)

// insideKind is a kind of node inside a subnet: what its ends have as a property.
type insideKind struct {
	kind     NodeKind
	field    string
	property query.Property
	of       func(*topology.Endpoint) string
}

// insideKinds returns those kinds. An end is the first of them that it has a name
// of: an instance belongs to its scale set, and the NIC of a private endpoint to that.
func insideKinds() [8]insideKind {
	return [...]insideKind{
		{NodeScaleSet, "scaleset", query.ScaleSet, func(e *topology.Endpoint) string { return e.ScaleSet }},
		{NodeMachine, "vm", query.VM, func(e *topology.Endpoint) string { return e.VM }},
		{NodeEndpoint, "privateendpoint", query.PrivateEndpoint, func(e *topology.Endpoint) string { return e.PrivateEndpoint }},
		{NodeNIC, "nic", query.NIC, func(e *topology.Endpoint) string { return e.NIC }},
		{NodeAppGW, "appgateway", query.AppGateway, func(e *topology.Endpoint) string { return e.AppGateway }},
		{NodeBalancer, "loadbalancer", query.LoadBalancer, func(e *topology.Endpoint) string { return e.LoadBalancer }},
		{NodeFirewall, "firewall", query.Firewall, func(e *topology.Endpoint) string { return e.Firewall }},
		{NodeGateway, "gateway", query.Gateway, func(e *topology.Endpoint) string { return e.Gateway }},
	}
}

// divide asks for what has to do with a subnet whose inside is shown by itself, so
// that all else is not divided by machines.
func (m *netmap) divide(where query.Condition) {
	if len(m.in) == 0 {
		m.layers = []layer{{where, m.networkParts, m.networkOf}}
		return
	}
	within := at(query.HostEnd, "subnet", values(slices.Sorted(maps.Keys(m.in)))...)
	m.layers = []layer{
		{both(where, query.Not{Condition: within}), m.networkParts, m.networkOf},
		{both(where, within), m.insideParts, m.networkOf},
	}
}

// insideParts are those of networks and, behind them, the names by insideKinds.
func (m *netmap) insideParts(e query.End) []query.Dimension {
	dims := m.networkParts(e)
	for _, k := range insideKinds() {
		dims = append(dims, query.Of(e, k.property))
	}
	return dims
}

// inside returns the node that an end in a subnet is, from its names by insideKinds.
func (m *netmap) inside(vnet, subnet string, name func(i int) string) *MapNode {
	in := m.subnet(vnet, subnet)
	for i, k := range insideKinds() {
		if name(i) == "" {
			continue
		}
		id := string(k.kind) + ":" + name(i) + "@" + in.ID
		if n := m.nodes[id]; n != nil {
			return n
		}
		all := func(e query.End) query.Condition { return both(m.nodes[in.Parent].end(e), at(e, "subnet", subnet)) }
		n := m.named(id, k.kind, name(i), all, k.field)
		m.into(n, in)
		return n
	}
	return in
}

// into puts a node into another, the first time that it is met. Its filter then is
// of one end or the other, since of either end each part could hold of another.
func (m *netmap) into(n, in *MapNode) {
	if n.Parent == "" {
		n.Parent, n.Subscription, n.Region = in.ID, in.Subscription, in.Region
		n.Filter = filter.Print(query.Or{n.end(query.InitiatorEnd), n.end(query.ResponderEnd)})
	}
}

// noneOf holds of an end that is none of insideKinds.
func noneOf(e query.End) query.Condition {
	var none query.And
	for _, k := range insideKinds() {
		none = append(none, query.Not{Condition: query.Test{Field: k.field, End: e, Op: query.StartsWith, Values: []any{""}}})
	}
	return none
}

// deploySubnets makes the nodes of the subnets of open networks, of what the
// inventory has inside those that are shown so, and says what guards them.
func (m *netmap) deploySubnets(ms int64) {
	inv, kinds := m.known.Inventory, insideKinds()
	for i := range inv.Subnets {
		s := &inv.Subnets[i]
		if vnet := s.ID.Parent().Full(); m.open[vnet] {
			n := m.subnet(vnet, s.ID.Short())
			n.Deployed, n.Region = true, m.vnet(vnet).Region
			n.guard(s.NSG)
		}
	}
	for _, l := range inv.Loggings() {
		for _, c := range l.NIC.Configs {
			vnet, subnet := c.Subnet.Parent().Full(), c.Subnet.Short()
			if !m.open[vnet] {
				continue
			}
			n := m.subnet(vnet, subnet)
			if m.in[subnet] && c.Private.IsValid() {
				owner := m.known.Index.Owner(flow.AddrFrom16(c.Private.As16()), ms, topology.Capture{Target: string(c.Subnet)})
				n = m.inside(vnet, subnet, func(i int) string { return kinds[i].of(owner.Endpoint) })
				n.Deployed = true
				n.guard(l.NIC.NSG)
			}
			if l.NIC.PrivateEndpoint == "" { // else nothing is recorded there
				n.hold(len(l.On) > 0)
			}
		}
	}
}

// hold notes that a NIC is in a node.
func (n *MapNode) hold(logged bool) {
	n.nics++
	if logged {
		n.logs++
	}
	n.Logged = loggedBy(n.logs, n.nics)
}

// guard notes a security group on a node.
func (n *MapNode) guard(nsg topology.ID) {
	if name := nsg.Full(); nsg != "" && !slices.Contains(n.Guards, name) {
		n.Guards = append(n.Guards, name)
		slices.SortFunc(n.Guards, strings.Compare)
	}
}
