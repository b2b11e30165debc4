package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/gaissmai/bart"
)

// graph is how VNets, gateways and sites are connected. Snapshots share it
// while no connection changes. VNets are numbers of the compiler that made it.
type graph struct {
	nodes    []node
	all      *bart.Table[[]claim] // every VNet and site
	blocks   *bart.Table[host]    // public prefixes
	gateways map[ID]*gatewayNode
}

// node is a VNet in the graph.
type node struct {
	peers    []int32 // sorted
	gateways []gatewayUse
	reach    *bart.Table[[]claim] // what the VNet is connected with
}

// gatewayUse is a gateway that serves a VNet.
type gatewayUse struct {
	gateway *gatewayNode
	hub     int32 // the VNet that lends it; -1: it is the VNet's own
}

type gatewayNode struct {
	gateway *Gateway
	net     int32
	serves  []int32 // VNets
	links   []gatewayLink
}

// gatewayLink joins two gateways of the estate.
type gatewayLink struct {
	other      *gatewayNode
	kind       string // ConnectionVPN or ConnectionER
	connection string
	circuit    string
}

// claim is one candidate for a prefix: a VNet, or a site where net is negative.
type claim struct {
	net   int32
	scope Scope
	site  host
}

// connect builds the graph of the compiled inventory.
func (c *compiler) connect() *graph {
	g := &graph{nodes: make([]node, len(c.nets)), gateways: map[ID]*gatewayNode{}, blocks: new(bart.Table[host])}
	slices.SortFunc(c.blocks, func(a, b prefixHost) int { return cmp.Compare(b.host.ID, a.host.ID) })
	for _, b := range c.blocks { // the lowest id last, so that it stays
		g.blocks.Insert(b.prefix, b.host)
	}
	c.peer(g)
	c.serve(g)
	c.link(g)
	where := c.sites()
	tables := map[string]*bart.Table[[]claim]{}
	for v := range g.nodes {
		c.reach(g, int32(v), where, tables)
	}
	c.everything(g, where)
	return g
}

// peer notes which VNets are peered. One side of a peering is enough, since
// the other may be in a subscription that was not listed.
func (c *compiler) peer(g *graph) {
	add := func(a, b int32) {
		if !slices.Contains(g.nodes[a].peers, b) {
			g.nodes[a].peers = append(g.nodes[a].peers, b)
		}
	}
	for i := range c.inv.Peerings {
		p := &c.inv.Peerings[i]
		if p.Remote == "" || p.State == "Disconnected" {
			continue
		}
		a, okA := c.number[side(p.ID)]
		b, okB := c.number[p.Remote]
		if okA && okB && a != b {
			add(a, b)
			add(b, a)
		}
	}
	c.peerHubs(add)
	for i := range g.nodes {
		slices.Sort(g.nodes[i].peers)
	}
}

// serve notes which gateways carry the traffic of which VNet: its own, or
// those of a peer that it uses as remote gateways.
func (c *compiler) serve(g *graph) {
	own := map[int32][]*gatewayNode{}
	for i := range c.inv.Gateways {
		gw := &c.inv.Gateways[i]
		n := &gatewayNode{gateway: gw, net: unsure}
		g.gateways[gw.ID] = n
		for _, f := range gw.Configs {
			if net, ok := c.place(f.Subnet); ok {
				n.net = net
				own[net] = append(own[net], n)
				break
			}
		}
		if gw.Hub != "" {
			n.net = c.number[gw.Hub]
			own[n.net] = append(own[n.net], n)
		}
	}
	use := func(v int32, hub int32, list []*gatewayNode) {
		for _, n := range list {
			g.nodes[v].gateways = append(g.nodes[v].gateways, gatewayUse{n, hub})
			n.serves = append(n.serves, v)
		}
	}
	for v := range g.nodes {
		use(int32(v), unsure, own[int32(v)])
	}
	used := map[[2]int32]bool{} // a hub and its VNet may both say it
	for i := range c.inv.Peerings {
		p := &c.inv.Peerings[i]
		if p.Remote == "" || p.State == "Disconnected" {
			continue
		}
		v, okV := c.number[side(p.ID)]
		hub, okHub := c.number[p.Remote]
		if ofHub(p.ID) {
			v, hub = hub, v
		} else if !p.RemoteGateways {
			continue
		}
		if pair := [2]int32{v, hub}; okV && okHub && v != hub && !used[pair] {
			used[pair] = true
			use(v, hub, own[hub])
		}
	}
}

// link notes which gateways of the estate are joined: by a connection between
// them, by a local network gateway that stands for one, or by a circuit.
func (c *compiler) link(g *graph) {
	join := func(a, b *gatewayNode, kind string, conn ID, circuit ID) {
		if a == nil || b == nil || a == b {
			return
		}
		for _, l := range a.links {
			if l.other == b {
				return
			}
		}
		a.links = append(a.links, gatewayLink{b, kind, conn.Full(), circuit.Full()})
		b.links = append(b.links, gatewayLink{a, kind, conn.Full(), circuit.Full()})
	}
	devices := c.devices()
	locals := map[ID]ID{}
	for i := range c.inv.LocalGateways {
		l := &c.inv.LocalGateways[i]
		locals[l.ID] = devices[l.Device]
	}
	circuits := map[ID][]*gatewayNode{}
	for i := range c.inv.Connections {
		conn := &c.inv.Connections[i]
		a := g.gateways[conn.Gateway1]
		join(a, g.gateways[conn.Gateway2], ConnectionVPN, conn.ID, "")
		join(a, g.gateways[locals[conn.LocalGateway]], ConnectionVPN, conn.ID, "")
		if conn.Circuit == "" || a == nil {
			continue
		}
		for _, b := range circuits[conn.Circuit] {
			join(a, b, ConnectionER, conn.ID, conn.Circuit)
		}
		circuits[conn.Circuit] = append(circuits[conn.Circuit], a)
	}
}

// reach builds the table of what a VNet is connected with. VNets that are
// connected alike share one table.
func (c *compiler) reach(g *graph, v int32, where *sites, tables map[string]*bart.Table[[]claim]) {
	n := &g.nodes[v]
	peers := slices.Clone(n.peers)
	level := map[int32]Scope{}
	for _, p := range peers {
		level[p] = ScopePeer
	}
	note := func(net int32, s Scope) {
		if _, seen := level[net]; !seen {
			level[net] = s
		}
	}
	key := []byte("p")
	for _, u := range n.gateways {
		key = append(strconv.AppendInt(key, int64(u.gateway.net), 10), u.gateway.gateway.ID...)
		for _, l := range u.gateway.links {
			for _, far := range l.other.serves {
				note(far, ScopeGateway)
			}
		}
	}
	for _, p := range peers {
		for _, far := range g.nodes[p].peers {
			note(far, ScopeHub)
		}
	}
	// The VNet itself never answers from here, since it was asked first; it
	// stands where its neighbours have it so that they can share the table.
	if s := level[v]; s == ScopeHub && !slices.ContainsFunc(peers, func(p int32) bool { return beyond(g, p, v, peers) }) {
		level[v] = ScopePeer
	}
	nets := make([]int32, 0, len(level))
	for net := range level {
		nets = append(nets, net)
	}
	slices.Sort(nets)
	for _, net := range nets {
		key = strconv.AppendInt(append(key, ' '), int64(net), 10)
		key = append(key, byte('0'+level[net]))
	}
	if t, ok := tables[string(key)]; ok {
		n.reach = t
		return
	}
	claims := map[netip.Prefix][]claim{}
	for _, net := range nets {
		for _, r := range c.nets[net].ranges {
			claims[r.prefix] = append(claims[r.prefix], claim{net: net, scope: level[net]})
		}
	}
	var behind [][]site
	for _, u := range n.gateways {
		behind = append(behind, where.byGateway[u.gateway.gateway.ID])
	}
	for p, h := range merge(behind...) {
		claims[p] = append(claims[p], claim{net: unsure, scope: ScopeSite, site: h})
	}
	n.reach = claimTable(claims)
	tables[string(key)] = n.reach
}

// beyond tells whether peer p of v has a peer that v does not have.
func beyond(g *graph, p, v int32, peers []int32) bool {
	for _, far := range g.nodes[p].peers {
		if far == v {
			continue
		}
		if _, direct := slices.BinarySearch(peers, far); !direct {
			return true
		}
	}
	return false
}

// everything builds the table of the whole inventory.
func (c *compiler) everything(g *graph, where *sites) {
	claims := map[netip.Prefix][]claim{}
	for i, n := range c.nets {
		for _, r := range n.ranges {
			claims[r.prefix] = append(claims[r.prefix], claim{net: int32(i), scope: ScopeAll})
		}
	}
	lists := [][]site{where.loose}
	for _, l := range where.byGateway {
		lists = append(lists, l)
	}
	for p, h := range merge(lists...) {
		claims[p] = append(claims[p], claim{net: unsure, scope: ScopeAll, site: h})
	}
	g.all = claimTable(claims)
}

// claimTable puts at every prefix the claims on it and on all that covers it,
// the narrowest prefix and the nearest scope first.
func claimTable(claims map[netip.Prefix][]claim) *bart.Table[[]claim] {
	t := new(bart.Table[[]claim])
	for p, list := range claims {
		slices.SortFunc(list, func(a, b claim) int {
			// as numbers without a sign, a site comes after every VNet
			return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(uint32(a.net), uint32(b.net)))
		})
		t.Insert(p, list)
	}
	chains := make(map[netip.Prefix][]claim, len(claims))
	for p, own := range claims {
		chain := own
		first := true
		for super, list := range t.Supernets(p) {
			if super == p {
				continue
			}
			if first {
				chain, first = slices.Clone(own), false
			}
			chain = append(chain, list...)
		}
		chains[p] = chain
	}
	for p, chain := range chains {
		t.Insert(p, once(chain))
	}
	return t
}

// once drops the claims of a VNet after its first.
func once(chain []claim) []claim {
	if len(chain) == 1 {
		return chain
	}
	seen := map[int32]bool{}
	return slices.DeleteFunc(slices.Clone(chain), func(c claim) bool {
		if c.net < 0 {
			return false
		}
		if seen[c.net] {
			return true
		}
		seen[c.net] = true
		return false
	})
}
