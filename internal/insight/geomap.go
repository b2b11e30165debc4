package insight

import (
	"context"
	"strings"

	"weir/internal/enrich"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/region"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
)

// GeoAnswer is a graph on the map of the world: which countries and Azure regions
// talk to each other. Each flow counts once, on the edge between the nodes of its
// ends, so that edges, shown or not, sum to the traffic.
type GeoAnswer struct {
	MapSums
	Nodes []GeoNode `json:"nodes" nullable:"false" doc:"All regions of the public cloud, and what edges end at; regions first"`
	Edges []GeoEdge `json:"edges" nullable:"false" doc:"The first ones by the measure, then those that had traffic in the time that is compared with alone"`
}

// GeoNode is a node of the map of the world.
type GeoNode struct {
	ID        string      `json:"id" doc:"Names it in edges"`
	Kind      NodeKind    `json:"kind" enum:"region,own,site,clients,country,azure,internet,private,unknown" doc:"own: own addresses whose region the inventory does not have; internet: public addresses whose country is not known"`
	Name      string      `json:"name" doc:"As the filter language has it; empty of what there is one of"`
	Display   string      `json:"display" doc:"As people call a region or a country; empty of all others"`
	Country   string      `json:"country" doc:"ISO 3166-1 alpha-2 in lower case, of countries and of regions; empty where it has none"`
	Continent string      `json:"continent" doc:"In English, empty where it has no country"`
	Place     *Coordinate `json:"place" doc:"Where a region is, or a site that the configuration places; null of countries, and of what has no known place"`
	Presence
	Total          Measures `json:"total" doc:"Traffic of its edges, shown or not; what stays within it counts once"`
	MaliciousTotal Measures `json:"maliciousTotal" doc:"Its part that is malicious"`
	Filter         string   `json:"filter" doc:"The filter that lets its flows pass; empty where none tells it from others"`
}

// Coordinate is a place on the earth.
type Coordinate struct {
	Latitude  float64 `json:"latitude" doc:"Degrees, north is positive"`
	Longitude float64 `json:"longitude" doc:"Degrees, east is positive"`
}

// GeoEdge is what two nodes, or the ends within one, had to do with each other.
type GeoEdge struct {
	From      string    `json:"from" doc:"Node, the same as to for what stays within it. Out is what it initiates, in what it answers"`
	To        string    `json:"to"`
	All       Ways      `json:"all"`
	Malicious Ways      `json:"malicious" doc:"Its part that is malicious; the rest is benign"`
	Before    *Measures `json:"before" doc:"The total in the time that is compared with; null where with nothing"`
	Filter    string    `json:"filter" doc:"The filter that lets its flows pass; empty where none does"`
}

// GeoMap tells which countries and regions talk to each other.
func GeoMap(ctx context.Context, s store.Store, q MapQuestion, known knowledge.SecurityState) (*GeoAnswer, error) {
	g, err := newGraph(ctx, s, q, known)
	if err != nil {
		return nil, err
	}
	regions := region.New()
	for _, r := range regions.Regions() {
		if r.Offered() {
			g.region(r.Name)
		}
	}
	if known.Inventory != nil {
		g.deployRegions()
	}
	g.layers = []layer{{q.Where, geoParts, g.geoNode}}
	if err := g.ask(ctx, s); err != nil {
		return nil, err
	}
	g.list()
	return placed(g.a, regions, known.Sites), nil
}

// deployRegions notes which regions the inventory has something in, and whether it is logged.
func (g *graph) deployRegions() {
	p := newPlaces("regions")
	deploy(g.known.Inventory, p, newPlaces("vnets"), newPlaces("subnets"), newPlaces("load-balancers"), newPlaces("app-gateways"))
	for _, at := range p.list(Flows) {
		g.region(at.Name).Presence = at.Presence
	}
}

// geoParts are what nodes are told by, of each end.
func geoParts(e query.End) (dims []query.Dimension) {
	for _, p := range []query.Property{query.Class, query.Region, query.Country, query.Site, query.Connection, query.Gateway} {
		dims = append(dims, query.Of(e, p))
	}
	return dims
}

// geoNode returns the node that an end is in, from the values of its parts: what has
// a region is there, whatever it is.
func (g *graph) geoNode(k []any) *MapNode {
	class, text := enrich.Class(k[0].(int64)), func(i int) string { return k[i].(string) }
	switch {
	case text(1) != "":
		return g.region(text(1))
	case class == enrich.External && text(2) != "":
		return g.node(NodeCountry, text(2), classIs(class), "country")
	case class == enrich.External:
		return g.node(NodeInternet, "", without(class, "country"), "")
	case class == enrich.VNet:
		return g.node(NodeOwn, "", without(class, "region"), "")
	case class == enrich.Azure:
		return g.node(NodeAzure, "", without(class, "region"), "")
	}
	return g.outside(class, text(3), text(4), text(5))
}

func (g *graph) region(name string) *MapNode { return g.node(NodeRegion, name, nil, "region") }

// without holds of the ends of a class of which a field is not known.
func without(c enrich.Class, field string) func(query.End) query.Condition {
	return func(e query.End) query.Condition { return both(at(e, "class", c.String()), at(e, field, "")) }
}

// placed puts a graph on the map.
func placed(a *MapAnswer, regions *region.Table, sites map[string]geo.Point) *GeoAnswer {
	countries := map[string]geo.Country{}
	for _, c := range geo.Countries() {
		countries[c.Code] = c
	}
	to := &GeoAnswer{MapSums: a.MapSums, Nodes: make([]GeoNode, 0, len(a.Nodes)), Edges: make([]GeoEdge, 0, len(a.Edges))}
	for i := range a.Nodes {
		n := &a.Nodes[i]
		at := GeoNode{
			ID: n.ID, Kind: n.Kind, Name: n.Name, Presence: n.Presence, Total: n.Total, MaliciousTotal: n.MaliciousTotal, Filter: n.Filter,
		}
		switch n.Kind {
		case NodeRegion:
			if r, ok := regions.Find(n.Name); ok {
				at.Display, at.Country, at.Place = r.Display, r.Country, &Coordinate{r.Latitude, r.Longitude}
			}
		case NodeSite, NodeClients:
			if p, known := placeOf(n.Name, sites); known {
				at.Place = &Coordinate{p.Latitude, p.Longitude}
			}
		case NodeCountry:
			at.Country, at.Display = n.Name, countries[n.Name].Name
		}
		at.Continent = countries[at.Country].Continent
		to.Nodes = append(to.Nodes, at)
	}
	for i := range a.Edges {
		e := &a.Edges[i]
		to.Edges = append(to.Edges, GeoEdge{From: e.From, To: e.To, All: e.All, Malicious: e.Malicious, Before: e.Before, Filter: e.Filter})
	}
	return to
}

// placeOf returns the place of a site: that of its whole name before that of the end of it.
func placeOf(name string, sites map[string]geo.Point) (p geo.Point, known bool) {
	longest := 0
	for key, at := range sites {
		key = strings.ToLower(key)
		if (name == key || strings.HasSuffix(name, "/"+key)) && len(key) > longest {
			p, known, longest = at, true, len(key)
		}
	}
	return p, known
}
