package insight

import (
	"context"
	"strings"
	"time"

	"weir/internal/enrich"
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
	Open   []string // VNets that are shown as their subnets, as the field vnet has them
	Inside []string // subnets of those that are shown as what is in them, as the field subnet has them
}

// MapAnswer is a graph: who talks to whom, and what connects them. Each flow
// counts once, on the edge between the nodes that its ends are in, so that edges,
// shown or not, sum to the traffic.
type MapAnswer struct {
	MapSums
	Nodes []MapNode `json:"nodes" nullable:"false" doc:"What the inventory has, and what edges end at; networks first"`
	Edges []MapEdge `json:"edges" nullable:"false" doc:"The first ones by the measure, then those that had traffic in the time that is compared with alone, then connections that carried nothing"`
}

// NodeKind is what a node of a map is.
type NodeKind string

// The kinds of nodes. Networks first: an edge begins at the node whose kind is earlier.
const (
	NodeVNet     NodeKind = "vnet"
	NodeSubnet   NodeKind = "subnet"   // of one whose inside is shown: what else is in it
	NodeScaleSet NodeKind = "scaleset" // this and the following are inside a subnet
	NodeMachine  NodeKind = "machine"
	NodeEndpoint NodeKind = "privateendpoint"
	NodeNIC      NodeKind = "nic" // of no machine that is known
	NodeAppGW    NodeKind = "appgateway"
	NodeBalancer NodeKind = "loadbalancer"
	NodeFirewall NodeKind = "firewall"
	NodeGateway  NodeKind = "gateway"
	NodeRegion   NodeKind = "region"
	NodeOwn      NodeKind = "own"     // own addresses whose region nobody knows
	NodeSite     NodeKind = "site"    // on-premises, behind a gateway
	NodeClients  NodeKind = "clients" // of a point-to-site pool
	NodeCountry  NodeKind = "country"
	NodeAzure    NodeKind = "azure"
	NodeInternet NodeKind = "internet"
	NodePrivate  NodeKind = "private" // private addresses that the inventory does not have
	NodeUnknown  NodeKind = "unknown" // not looked at yet
)

var nodeKinds = []NodeKind{
	NodeVNet, NodeSubnet, NodeScaleSet, NodeMachine, NodeEndpoint, NodeNIC, NodeAppGW, NodeBalancer, NodeFirewall, NodeGateway,
	NodeRegion, NodeOwn, NodeSite, NodeClients, NodeCountry, NodeAzure, NodeInternet, NodePrivate, NodeUnknown,
}

// MapNode is a node of a map.
type MapNode struct {
	ID           string   `json:"id" doc:"Names it in edges"`
	Kind         NodeKind `json:"kind" enum:"vnet,subnet,scaleset,machine,privateendpoint,nic,appgateway,loadbalancer,firewall,gateway,site,clients,azure,internet,private,unknown"`
	Name         string   `json:"name" doc:"As the filter language has it; empty of what there is one of"`
	Parent       string   `json:"parent" doc:"Node of the network that is shown as its subnets, or of the subnet whose inside is shown; empty of all others"`
	Region       string   `json:"region" doc:"Where the inventory has it; empty where it does not"`
	Subscription string   `json:"subscription" doc:"Subscription of a network, empty of all others"`
	Guards       []string `json:"guards" nullable:"false" doc:"Network security groups that the inventory has on a subnet, or on the NICs of what is inside one: subscription/group/name"`
	Hub          bool     `json:"hub" doc:"Whether other networks are connected through it: it lends them its gateway, or has the firewall or gateway and two peers or more"`
	Presence
	Total          Measures `json:"total" doc:"Traffic of its edges, shown or not; what stays within it counts once"`
	MaliciousTotal Measures `json:"maliciousTotal" doc:"Its part that is malicious"`
	Filter         string   `json:"filter" doc:"The filter that lets its flows pass; empty where none tells it from others"`

	end        func(query.End) query.Condition
	nics, logs int // inside a subnet
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

// netmap is the map of networks while it is made.
type netmap struct {
	graph
	open map[string]bool // networks
	in   map[string]bool // subnets
}

// NetworkMap tells who talks to whom, by network, and what connects them.
func NetworkMap(ctx context.Context, s store.Store, q MapQuestion, known knowledge.SecurityState) (*MapAnswer, error) {
	g, err := newGraph(ctx, s, q, known)
	if err != nil {
		return nil, err
	}
	m := &netmap{graph: g, open: map[string]bool{}, in: map[string]bool{}}
	for _, name := range q.Open {
		if err := query.CheckText(name); err != nil {
			return nil, askErrorf("open", "There is no network %q: %v.", name, err)
		}
		m.open[name] = true
	}
	for _, name := range q.Inside {
		if err := query.CheckText(name); err != nil {
			return nil, askErrorf("inside", "There is no subnet %q: %v.", name, err)
		}
		m.in[name] = true
	}
	m.divide(q.Where)
	if known.Inventory != nil {
		m.deploy()
	}
	if err := m.ask(ctx, s); err != nil {
		return nil, err
	}
	if err := m.checkOpen(ctx, s, q); err != nil {
		return nil, err
	}
	if known.Inventory != nil {
		m.link(m.a.To.Add(-time.Millisecond))
	}
	m.list()
	return m.a, nil
}

// networkParts are what nodes are told by, of each end.
func (m *netmap) networkParts(e query.End) []query.Dimension {
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

// networkOf returns the node that an end is in, from the values of its parts.
func (m *netmap) networkOf(k []any) *MapNode {
	class, text := enrich.Class(k[0].(int64)), func(i int) string { return k[i].(string) }
	switch {
	case text(1) != "" && len(k) > 5 && m.open[text(1)] && text(5) != "":
		if len(k) > 6 && m.in[text(5)] {
			return m.inside(text(1), text(5), func(i int) string { return text(6 + i) })
		}
		return m.subnet(text(1), text(5))
	case text(1) != "":
		return m.vnet(text(1))
	}
	return m.outside(class, text(2), text(3), text(4))
}

func (m *netmap) vnet(name string) *MapNode {
	n := m.node(NodeVNet, name, nil, "vnet")
	n.Subscription, _, _ = strings.Cut(name, "/")
	return n
}

// subnet is one of a network that is open.
func (m *netmap) subnet(vnet, name string) *MapNode {
	in := m.vnet(vnet)
	of := in.end
	if m.in[name] {
		of = func(e query.End) query.Condition { return both(in.end(e), noneOf(e)) }
	}
	n := m.named(string(NodeSubnet)+":"+vnet+"/"+name[strings.LastIndexByte(name, '/')+1:], NodeSubnet, name, of, "subnet")
	m.into(n, in)
	return n
}
