package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/enrich"
	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
)

// MapSums is what every map says of all of its edges.
type MapSums struct {
	Range
	Where     string     `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By        Measure    `json:"by" enum:"flows,packets,bytes" doc:"Measure by which edges are ranked"`
	Limit     int        `json:"limit" doc:"Edges with traffic asked for"`
	Inventory *time.Time `json:"inventory" doc:"Time of the inventory that says what is deployed and connected; null where none is known"`
	Compared  *Compared  `json:"compared" doc:"With what edges are compared; null where with nothing"`
	Distinct  int        `json:"distinct" doc:"Number of edges with traffic, shown or not"`
	Total     Measures   `json:"total" doc:"Sum over all edges, shown or not"`
	Other     Measures   `json:"other" doc:"Sum over those that are not shown: total minus edges"`
}

// edgeKey is the nodes of an edge.
type edgeKey struct{ from, to string }

// layer is a part of the traffic, and what tells its nodes. Each flow is in one.
type layer struct {
	where  query.Condition
	parts  func(query.End) []query.Dimension // of each end, of which
	nodeOf func(parts []any) *MapNode        // says the node
}

// graph is a map while it is made: what its nodes are told by is up to the map.
type graph struct {
	a      *MapAnswer
	known  knowledge.SecurityState
	shift  time.Duration // to the time that is compared with; 0: with nothing
	layers []layer
	nodes  map[string]*MapNode
	edges  map[edgeKey]*MapEdge
}

// newGraph begins the answer to a question, for a map to say its layers and nodes.
func newGraph(ctx context.Context, s store.Store, q MapQuestion, known knowledge.SecurityState) (graph, error) {
	limit := cmp.Or(q.Limit, defaultEdges)
	if limit < 0 || limit > MostEdges {
		return graph{}, askErrorf("limit", "Ask for 1 to %d edges.", MostEdges)
	}
	q.Limit = 0
	start, err := q.start(ctx, s)
	if err != nil {
		return graph{}, err
	}
	shift, err := q.Compare.shift(start.Range)
	if err != nil {
		return graph{}, err
	}
	g := graph{
		a: &MapAnswer{
			MapSums: MapSums{Range: start.Range, Where: start.Where, By: start.By, Limit: limit},
			Nodes:   []MapNode{}, Edges: []MapEdge{},
		},
		known: known, shift: shift, nodes: map[string]*MapNode{}, edges: map[edgeKey]*MapEdge{},
	}
	if known.Inventory != nil {
		g.a.Inventory = &known.Snapshot
	}
	return g, nil
}

// ask adds the traffic, and that of the time that is compared with.
func (g *graph) ask(ctx context.Context, s store.Store) error {
	if err := g.traffic(ctx, s, g.a.From, g.a.To, g.add); err != nil {
		return fmt.Errorf("cannot tell who talks to whom: %w", err)
	}
	g.a.Distinct = len(g.edges)
	if g.shift > 0 {
		g.a.Compared = &Compared{From: g.a.From.Add(-g.shift), To: g.a.To.Add(-g.shift)}
		if err := g.traffic(ctx, s, g.a.Compared.From, g.a.Compared.To, g.addBefore); err != nil {
			return fmt.Errorf("cannot compare: %w", err)
		}
	}
	return nil
}

// eachPart takes a part of the traffic: from the node that initiates it to that
// which answers.
type eachPart func(from, to *MapNode, st Status, bad bool, sum Measures)

// traffic asks for the traffic between nodes, and hands each part of it over.
func (g *graph) traffic(ctx context.Context, s store.Store, from, to time.Time, each eachPart) error {
	for _, l := range g.layers {
		if err := l.traffic(ctx, s, from, to, each); err != nil {
			return err
		}
	}
	return nil
}

func (l layer) traffic(ctx context.Context, s store.Store, from, to time.Time, each eachPart) error {
	src, dst := l.parts(query.InitiatorEnd), l.parts(query.ResponderEnd)
	return askStatus(ctx, s, Range{From: from, To: to}, l.where, slices.Concat(src, dst), func(k []any, st Status, bad bool, sum Measures) {
		each(l.nodeOf(k[:len(src)]), l.nodeOf(k[len(src):]), st, bad, sum)
	})
}

// askStatus asks for traffic by some dimensions, allowed and denied, malicious or not.
func askStatus(ctx context.Context, s store.Store, r Range, where query.Condition, dims []query.Dimension, each func(keys []any, st Status, bad bool, sum Measures)) error {
	n := len(dims)
	res, err := query.Ask(ctx, s, query.Question{
		From: r.From, To: r.To, Where: where, Measures: measures("total"),
		Dimensions: append(slices.Clone(dims), query.Status, query.FlowType),
	})
	if err != nil {
		return err
	}
	for _, row := range res.Rows {
		each(row.Keys[:n], status(row.Keys[n].(int64)), row.Keys[n+1].(int64) == int64(flow.MaliciousFlow), read(row.Values, "total"))
	}
	return nil
}

// add adds a part of the traffic to its edge and to its nodes.
func (g *graph) add(from, to *MapNode, st Status, bad bool, sum Measures) {
	e, d := g.edge(from, to)
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
	g.a.Total = g.a.Total.plus(sum)
}

// addBefore adds a part of the traffic of the time that is compared with.
func (g *graph) addBefore(from, to *MapNode, _ Status, _ bool, sum Measures) {
	e, _ := g.edge(from, to)
	if e.Before == nil {
		e.Before = &Measures{}
	}
	*e.Before = e.Before.plus(sum)
}

// edge returns the edge between two nodes, and which way of it a flow from the
// one to the other goes.
func (g *graph) edge(from, to *MapNode) (*MapEdge, Direction) {
	d := Out
	if g.inOrder(to, from) < 0 {
		from, to, d = to, from, In
	}
	key := edgeKey{from.ID, to.ID}
	if g.edges[key] == nil {
		g.edges[key] = &MapEdge{From: from.ID, To: to.ID, Through: []string{}, Filter: filterOfEdge(from, to)}
	}
	return g.edges[key], d
}

func (g *graph) inOrder(a, b *MapNode) int {
	return cmp.Or(cmp.Compare(slices.Index(nodeKinds, a.Kind), slices.Index(nodeKinds, b.Kind)), cmp.Compare(a.ID, b.ID))
}

// node returns the node of a kind and a name, which is made where it is not there
// yet: of ends that a condition holds of, nil for any, and a field has the name of.
func (g *graph) node(kind NodeKind, name string, of func(query.End) query.Condition, field string) *MapNode {
	id := string(kind)
	if name != "" {
		id += ":" + name
	}
	return g.named(id, kind, name, of, field)
}

// named is node, of an id that its name alone does not give.
func (g *graph) named(id string, kind NodeKind, name string, of func(query.End) query.Condition, field string) *MapNode {
	if n := g.nodes[id]; n != nil {
		return n
	}
	n := &MapNode{ID: id, Kind: kind, Name: name, Guards: []string{}}
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
	g.nodes[id] = n
	return n
}

// outside returns the node of an end that is in no network, by its class and by what
// is said of a site.
func (g *graph) outside(class enrich.Class, site, connection, gateway string) *MapNode {
	switch {
	case class == enrich.S2S && site != "":
		return g.site(site, "site")
	case class == enrich.S2S && connection != "":
		return g.site(connection, "connection")
	case class == enrich.S2S:
		return g.site(gateway, "gateway")
	case class == enrich.P2S:
		return g.clients(gateway)
	case class == enrich.Azure:
		return g.node(NodeAzure, "", classIs(class), "")
	case class == enrich.External:
		return g.node(NodeInternet, "", classIs(class), "")
	case class == enrich.Private:
		return g.node(NodePrivate, "", classIs(class), "")
	}
	return g.node(NodeUnknown, "", nil, "")
}

// classIs holds of the ends of a class.
func classIs(c enrich.Class) func(query.End) query.Condition {
	return func(e query.End) query.Condition { return at(e, "class", c.String()) }
}

// site is what is behind a gateway, by the field that has its name.
func (g *graph) site(name, field string) *MapNode {
	return g.node(NodeSite, name, classIs(enrich.S2S), field)
}

// clients are those of the pool of a gateway.
func (g *graph) clients(gateway string) *MapNode {
	return g.node(NodeClients, gateway, classIs(enrich.P2S), "gateway")
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
func (g *graph) list() {
	edges := make([]*MapEdge, 0, len(g.edges))
	for _, e := range g.edges {
		if g.a.Compared != nil && e.Before == nil {
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
		return cmp.Or(x.All.Total.compare(y.All.Total, g.a.By), before(x).compare(before(y), g.a.By), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	g.a.Other = g.a.Total
	for i, e := range edges {
		switch {
		case i < g.a.Limit:
			g.a.Other = g.a.Other.minus(e.All.Total)
		case i < g.a.Distinct: // has traffic
			continue
		case len(g.a.Edges) >= MostEdges:
			continue
		}
		g.a.Edges = append(g.a.Edges, *e)
	}
	nodes := make([]*MapNode, 0, len(g.nodes))
	for _, n := range g.nodes {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, g.inOrder)
	for _, n := range nodes {
		g.a.Nodes = append(g.a.Nodes, *n)
	}
}
