package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich"
	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
)

// How many edges a map of networks has, unless asked for others.
const (
	defaultEdges = 500
	MostEdges    = 20_000
)

// MapQuestion asks for the map of networks. Zero values are those of a Question;
// the limit is that of edges.
type MapQuestion struct {
	Question
	Open    []string // VNets that are shown as their subnets, as the field vnet has them
	Compare Compare
}

// MapAnswer is a graph: who talks to whom, and what connects them. Each flow
// counts once, on the edge between the nodes that its ends are in, so that edges,
// shown or not, sum to the traffic.
type MapAnswer struct {
	Range
	Where     string     `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By        Measure    `json:"by" enum:"flows,packets,bytes" doc:"Measure by which edges are ranked"`
	Limit     int        `json:"limit" doc:"Edges with traffic asked for"`
	Inventory *time.Time `json:"inventory" doc:"Time of the inventory that says what is deployed and connected; null where none is known"`
	Compared  *Compared  `json:"compared" doc:"With what edges are compared; null where with nothing"`
	Distinct  int        `json:"distinct" doc:"Number of edges with traffic, shown or not"`
	Total     Measures   `json:"total" doc:"Sum over all edges, shown or not"`
	Other     Measures   `json:"other" doc:"Sum over those that are not shown: total minus edges"`
	Nodes     []MapNode  `json:"nodes" nullable:"false" doc:"What the inventory has, and what edges end at; networks first"`
	Edges     []MapEdge  `json:"edges" nullable:"false" doc:"The first ones by the measure, then those that had traffic in the time that is compared with alone, then connections that carried nothing"`
}

// NodeKind is what a node of a map is.
type NodeKind string

// The kinds of nodes. Networks first: an edge begins at the node whose kind is earlier.
const (
	NodeVNet     NodeKind = "vnet"
	NodeSubnet   NodeKind = "subnet"
	NodeSite     NodeKind = "site"    // on-premises, behind a gateway
	NodeClients  NodeKind = "clients" // of a point-to-site pool
	NodeAzure    NodeKind = "azure"
	NodeInternet NodeKind = "internet"
	NodePrivate  NodeKind = "private" // private addresses that the inventory does not have
	NodeUnknown  NodeKind = "unknown" // not looked at yet
)

var nodeKinds = []NodeKind{NodeVNet, NodeSubnet, NodeSite, NodeClients, NodeAzure, NodeInternet, NodePrivate, NodeUnknown}

// MapNode is a node of a map.
type MapNode struct {
	ID           string   `json:"id" doc:"Names it in edges"`
	Kind         NodeKind `json:"kind" enum:"vnet,subnet,site,clients,azure,internet,private,unknown"`
	Name         string   `json:"name" doc:"As the filter language has it; empty of what there is one of"`
	Parent       string   `json:"parent" doc:"Node of the network that is shown as its subnets; empty of all others"`
	Region       string   `json:"region" doc:"Where the inventory has it; empty where it does not"`
	Subscription string   `json:"subscription" doc:"Subscription of a network, empty of all others"`
	Hub          bool     `json:"hub" doc:"Whether other networks are connected through it: it lends them its gateway, or has the firewall or gateway and two peers or more"`
	Presence
	Total          Measures `json:"total" doc:"Traffic of its edges, shown or not; what stays within it counts once"`
	MaliciousTotal Measures `json:"maliciousTotal" doc:"Its part that is malicious"`
	Filter         string   `json:"filter" doc:"The filter that lets its flows pass; empty where none tells it from others"`

	end func(query.End) query.Condition
}

// MapEdge is what two nodes, or the ends within one, had to do with each other.
type MapEdge struct {
	From      string    `json:"from" doc:"Node, the same as to for what stays within it. Out is what it initiates, in what it answers"`
	To        string    `json:"to"`
	All       Ways      `json:"all"`
	Malicious Ways      `json:"malicious" doc:"Its part that is malicious; the rest is benign"`
	Before    *Measures `json:"before" doc:"The total in the time that is compared with; null where with nothing"`
	Link      Link      `json:"link" enum:",same,peered,gateways,hubs,gateway,none" doc:"What connects both, as the inventory says: one network, a peering, their gateways, common hubs, or the gateway that the site is behind; none: it knows no connection; empty: there is nothing to know"`
	Through   []string  `json:"through" nullable:"false" doc:"Hubs and gateways on the way"`
	Filter    string    `json:"filter" doc:"The filter that lets its flows pass; empty where none does"`
}

// Link is what connects two nodes.
type Link string

// The links. Those of two networks are topology.RelationKind in words.
const (
	LinkUntold  Link = ""        // there is nothing to know: the internet is always there
	LinkGateway Link = "gateway" // of a site or clients: the gateway that they are behind serves the network
	LinkNone    Link = "none"    // nothing that the inventory shows
)

// edgeKey is the nodes of an edge.
type edgeKey struct{ from, to string }

// netmap is a map while it is made.
type netmap struct {
	a     *MapAnswer
	known knowledge.SecurityState
	open  map[string]bool
	nodes map[string]*MapNode
	edges map[edgeKey]*MapEdge
}

// NetworkMap tells who talks to whom, by network, and what connects them.
func NetworkMap(ctx context.Context, s store.Store, q MapQuestion, known knowledge.SecurityState) (*MapAnswer, error) {
	limit := cmp.Or(q.Limit, defaultEdges)
	if limit < 0 || limit > MostEdges {
		return nil, askErrorf("limit", "Ask for 1 to %d edges.", MostEdges)
	}
	q.Limit = 0
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	m := &netmap{
		a:     &MapAnswer{Range: start.Range, Where: start.Where, By: start.By, Limit: limit, Nodes: []MapNode{}, Edges: []MapEdge{}},
		known: known, open: map[string]bool{}, nodes: map[string]*MapNode{}, edges: map[edgeKey]*MapEdge{},
	}
	for _, name := range q.Open {
		if err := query.CheckText(name); err != nil {
			return nil, askErrorf("open", "There is no network %q: %v.", name, err)
		}
		m.open[name] = true
	}
	shift, err := q.Compare.shift(m.a.Range)
	if err != nil {
		return nil, err
	}
	if known.Inventory != nil {
		m.a.Inventory = &known.Snapshot
		m.deploy()
	}
	if err := m.traffic(ctx, s, m.a.From, m.a.To, q.Where, m.add); err != nil {
		return nil, fmt.Errorf("cannot tell who talks to whom: %w", err)
	}
	m.a.Distinct = len(m.edges)
	if shift > 0 {
		m.a.Compared = &Compared{From: m.a.From.Add(-shift), To: m.a.To.Add(-shift)}
		if err := m.traffic(ctx, s, m.a.Compared.From, m.a.Compared.To, q.Where, m.addBefore); err != nil {
			return nil, fmt.Errorf("cannot compare: %w", err)
		}
	}
	if known.Inventory != nil {
		m.link(m.a.To.Add(-time.Millisecond))
	}
	m.list()
	return m.a, nil
}

// parts are what nodes are told by, of each end.
func (m *netmap) parts(e query.End) []query.Dimension {
	of := []query.Property{query.Class, query.VNet, query.Site, query.Connection, query.Gateway}
	if len(m.open) > 0 {
		of = append(of, query.Subnet)
	}
	dims := make([]query.Dimension, len(of))
	for i, p := range of {
		dims[i] = query.Of(e, p)
	}
	return dims
}

// traffic asks for the traffic between nodes, and hands each part of it over:
// from the node that initiates it to that which answers.
func (m *netmap) traffic(ctx context.Context, s store.Store, from, to time.Time, where query.Condition, each func(from, to *MapNode, st Status, bad bool, sum Measures)) error {
	src, dst := m.parts(query.InitiatorEnd), m.parts(query.ResponderEnd)
	res, err := query.Ask(ctx, s, query.Question{
		From: from, To: to, Where: where, Measures: measures("total"),
		Dimensions: slices.Concat(src, dst, []query.Dimension{query.Status, query.FlowType}),
	})
	if err != nil {
		return err
	}
	for _, row := range res.Rows {
		k := row.Keys[len(src)+len(dst):]
		each(m.nodeOf(row.Keys[:len(src)]), m.nodeOf(row.Keys[len(src):len(src)+len(dst)]),
			status(k[0].(int64)), k[1].(int64) == int64(flow.MaliciousFlow), read(row.Values, "total"))
	}
	return nil
}

// add adds a part of the traffic to its edge and to its nodes.
func (m *netmap) add(from, to *MapNode, st Status, bad bool, sum Measures) {
	e, d := m.edge(from, to)
	e.All.add(d, st, sum)
	if bad {
		e.Malicious.add(d, st, sum)
	}
	for _, n := range []*MapNode{from, to} {
		n.Active, n.Malicious = true, n.Malicious || bad
		n.Total = n.Total.plus(sum)
		if bad {
			n.MaliciousTotal = n.MaliciousTotal.plus(sum)
		}
		if from == to {
			break
		}
	}
	m.a.Total = m.a.Total.plus(sum)
}

// addBefore adds a part of the traffic of the time that is compared with.
func (m *netmap) addBefore(from, to *MapNode, _ Status, _ bool, sum Measures) {
	e, _ := m.edge(from, to)
	if e.Before == nil {
		e.Before = &Measures{}
	}
	*e.Before = e.Before.plus(sum)
}

// edge returns the edge between two nodes, and which way of it a flow from the
// one to the other goes.
func (m *netmap) edge(from, to *MapNode) (*MapEdge, Direction) {
	d := Out
	if m.inOrder(to, from) < 0 {
		from, to, d = to, from, In
	}
	key := edgeKey{from.ID, to.ID}
	if m.edges[key] == nil {
		m.edges[key] = &MapEdge{From: from.ID, To: to.ID, Through: []string{}, Filter: filterOfEdge(from, to)}
	}
	return m.edges[key], d
}

func (m *netmap) inOrder(a, b *MapNode) int {
	return cmp.Or(cmp.Compare(slices.Index(nodeKinds, a.Kind), slices.Index(nodeKinds, b.Kind)), cmp.Compare(a.ID, b.ID))
}

// nodeOf returns the node that an end is in, from the values of parts.
func (m *netmap) nodeOf(k []any) *MapNode {
	class, text := enrich.Class(k[0].(int64)), func(i int) string { return k[i].(string) }
	switch {
	case text(1) != "" && len(k) > 5 && m.open[text(1)] && text(5) != "":
		return m.subnet(text(1), text(5))
	case text(1) != "":
		return m.vnet(text(1))
	case class == enrich.S2S && text(2) != "":
		return m.site(text(2), "site")
	case class == enrich.S2S && text(3) != "":
		return m.site(text(3), "connection")
	case class == enrich.S2S:
		return m.site(text(4), "gateway")
	case class == enrich.P2S:
		return m.clients(text(4))
	case class == enrich.Azure:
		return m.node(NodeAzure, "", classIs(class), "")
	case class == enrich.External:
		return m.node(NodeInternet, "", classIs(class), "")
	case class == enrich.Private:
		return m.node(NodePrivate, "", classIs(class), "")
	}
	return m.node(NodeUnknown, "", nil, "")
}

// classIs holds of the ends of a class.
func classIs(c enrich.Class) func(query.End) query.Condition {
	return func(e query.End) query.Condition { return at(e, "class", c.String()) }
}

// site is what is behind a gateway, by the field that has its name.
func (m *netmap) site(name, field string) *MapNode {
	return m.node(NodeSite, name, classIs(enrich.S2S), field)
}

// clients are those of the pool of a gateway.
func (m *netmap) clients(gateway string) *MapNode {
	return m.node(NodeClients, gateway, classIs(enrich.P2S), "gateway")
}

func (m *netmap) vnet(name string) *MapNode {
	n := m.node(NodeVNet, name, nil, "vnet")
	n.Subscription, _, _ = strings.Cut(name, "/")
	return n
}

// subnet is one of a network that is open.
func (m *netmap) subnet(vnet, name string) *MapNode {
	in := m.vnet(vnet)
	n := m.node(NodeSubnet, name, in.end, "subnet")
	n.Parent, n.Subscription = in.ID, in.Subscription
	return n
}

// node returns the node of a kind and a name, which is made where it is not there
// yet: of ends that a condition holds of, nil for any, and a field has the name of.
func (m *netmap) node(kind NodeKind, name string, of func(query.End) query.Condition, field string) *MapNode {
	id := string(kind)
	if name != "" {
		id += ":" + name
	}
	if n := m.nodes[id]; n != nil {
		return n
	}
	n := &MapNode{ID: id, Kind: kind, Name: name}
	if of != nil || field != "" {
		n.end = func(e query.End) query.Condition {
			var holds query.Condition
			if of != nil {
				holds = of(e)
			}
			if field != "" {
				holds = both(holds, at(e, field, name))
			}
			return holds
		}
		n.Filter = filter.Print(n.end(query.HostEnd))
	}
	m.nodes[id] = n
	return n
}

// filterOfEdge lets the flows between two nodes pass, or those within one.
func filterOfEdge(from, to *MapNode) string {
	if from.end == nil || to.end == nil {
		return ""
	}
	there := both(from.end(query.InitiatorEnd), to.end(query.ResponderEnd))
	if from == to {
		return filter.Print(there)
	}
	return filter.Print(query.Or{there, both(to.end(query.InitiatorEnd), from.end(query.ResponderEnd))})
}

// list puts the edges that are shown and the nodes in order.
func (m *netmap) list() {
	edges := make([]*MapEdge, 0, len(m.edges))
	for _, e := range m.edges {
		if m.a.Compared != nil && e.Before == nil {
			e.Before = &Measures{}
		}
		edges = append(edges, e)
	}
	slices.SortFunc(edges, func(x, y *MapEdge) int {
		before := func(e *MapEdge) Measures {
			if e.Before == nil {
				return Measures{}
			}
			return *e.Before
		}
		return cmp.Or(x.All.Total.compare(y.All.Total, m.a.By), before(x).compare(before(y), m.a.By), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	m.a.Other = m.a.Total
	for i, e := range edges {
		switch {
		case i < m.a.Limit:
			m.a.Other = m.a.Other.minus(e.All.Total)
		case i < m.a.Distinct: // has traffic
			continue
		case len(m.a.Edges) >= MostEdges:
			continue
		}
		m.a.Edges = append(m.a.Edges, *e)
	}
	nodes := make([]*MapNode, 0, len(m.nodes))
	for _, n := range m.nodes {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, m.inOrder)
	for _, n := range nodes {
		m.a.Nodes = append(m.a.Nodes, *n)
	}
}
