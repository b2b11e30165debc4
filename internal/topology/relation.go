package topology

import (
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
)

// RelationKind tells how two VNets are connected.
type RelationKind uint8

// The ways in which two VNets are connected, the nearest first.
const (
	RelationNone     RelationKind = iota // by nothing that the inventory shows
	RelationSame                         // one VNet
	RelationPeered                       // directly peered
	RelationGateways                     // by their gateways, or those of their hubs
	RelationHubs                         // by one hub, or two hubs that are peered
	relationKinds
)

var relationNames = [relationKinds]string{"none", "same", "peered", "gateways", "hubs"}

// String returns the kind in one word.
func (k RelationKind) String() string {
	if k < relationKinds {
		return relationNames[k]
	}
	return "invalid"
}

// Relation is how two VNets are connected.
type Relation struct {
	Kind           RelationKind
	Hubs           []string // subscription/rg/vnet, the hub of the first VNet first
	ConnectionType string   // VNetPeering, VpnGateway, ExpressRoute or empty
	Connection     string   // subscription/rg/name, of gateways
	Circuit        string   // subscription/rg/name, of ExpressRoute gateways
	Gateways       []string // subscription/rg/name, that of the first VNet first
}

// ConnectingVNets writes the hubs as Traffic Analytics does: separated by spaces.
func (r *Relation) ConnectingVNets() string { return strings.Join(r.Hubs, " ") }

// Relation returns how two VNets were connected at a time (milliseconds since
// 1970, UTC).
func (x *Index) Relation(a, b ID, ms int64) Relation {
	v, _ := x.at(ms)
	if v == nil || a == "" || b == "" {
		return Relation{}
	}
	if a == b {
		return Relation{Kind: RelationSame}
	}
	i, okA := v.number[a]
	j, okB := v.number[b]
	if !okA || !okB {
		return Relation{}
	}
	one, other := &v.graph.nodes[i], &v.graph.nodes[j]
	if _, direct := slices.BinarySearch(one.peers, j); direct {
		return Relation{Kind: RelationPeered, ConnectionType: ConnectionPeering}
	}
	if r, ok := v.byGateways(one, other); ok {
		return r
	}
	if hubs := v.hubs(one, other); hubs != nil {
		return Relation{Kind: RelationHubs, Hubs: hubs, ConnectionType: ConnectionPeering}
	}
	return Relation{}
}

func (v *view) byGateways(one, other *node) (Relation, bool) {
	for _, u := range one.gateways {
		for _, w := range other.gateways {
			for _, l := range u.gateway.links {
				if l.other != w.gateway {
					continue
				}
				r := Relation{
					Kind: RelationGateways, ConnectionType: l.kind, Connection: l.connection, Circuit: l.circuit,
					Gateways: []string{u.gateway.gateway.ID.Full(), w.gateway.gateway.ID.Full()},
				}
				for _, hub := range []int32{u.hub, w.hub} {
					if hub >= 0 && !slices.Contains(r.Hubs, v.nets[hub].name) {
						r.Hubs = append(r.Hubs, v.nets[hub].name)
					}
				}
				return r, true
			}
		}
	}
	return Relation{}, false
}

// hubs returns all common peers, else the first pair of peers that are peered.
func (v *view) hubs(one, other *node) []string {
	var names []string
	for _, p := range one.peers {
		if _, common := slices.BinarySearch(other.peers, p); common {
			names = append(names, v.nets[p].name)
		}
	}
	if names != nil {
		return names
	}
	for _, p := range one.peers {
		for _, q := range other.peers {
			if _, peered := slices.BinarySearch(v.graph.nodes[p].peers, q); peered {
				return []string{v.nets[p].name, v.nets[q].name}
			}
		}
	}
	return nil
}

// ServingGateway is a gateway that carries the traffic of a VNet.
type ServingGateway struct {
	Gateway *Gateway
	Name    string // subscription/rg/name
	Hub     string // subscription/rg/vnet of the peer that lends it; empty: the VNet's own
}

// Gateways returns the gateways that carried the traffic of a VNet at a time:
// its own first, then those of peers whose gateways it uses.
func (x *Index) Gateways(vnet ID, ms int64) []ServingGateway {
	v, _ := x.at(ms)
	if v == nil {
		return nil
	}
	n, ok := v.number[vnet]
	if !ok {
		return nil
	}
	var out []ServingGateway
	for _, u := range v.graph.nodes[n].gateways {
		s := ServingGateway{Gateway: u.gateway.gateway, Name: u.gateway.gateway.ID.Full()}
		if u.hub >= 0 {
			s.Hub = v.nets[u.hub].name
		}
		out = append(out, s)
	}
	return out
}

// CaptureNIC returns the NIC of a capture's MAC and its VNet, or where the
// inventory does not know the MAC an endpoint with only the VNet of the logged
// resource; ok is false where it knows neither. It allocates only in the
// second case.
func (x *Index) CaptureNIC(from Capture, ms int64) (nic *Endpoint, ok bool) {
	v, _ := x.at(ms)
	if v == nil {
		return none, false
	}
	net, ok := v.capture(from, nil)
	if !ok {
		return none, false
	}
	if key, isMAC := macKey(from.MAC); isMAC {
		if c, known := v.macs[key]; known && c.net == net {
			return c.nic, true
		}
	}
	n := v.nets[net]
	return &Endpoint{Kind: EndpointVNet, ID: n.id, Subscription: n.id.Subscription(), VNetID: n.id, VNet: n.name}, true
}

// Tenure is a time during which an address had one owner.
type Tenure struct {
	From, Until time.Time // Until is zero where the last snapshot still shows it
	Owner       Owner
}

// History returns the owners of an address over all snapshots, seen from a
// capture, the oldest first.
func (x *Index) History(addr flow.Addr, from Capture) []Tenure {
	var out []Tenure
	w := watch{addr: addr, ip: addr.Netip(), from: from}
	for _, v := range x.views {
		if !w.changed(v) {
			continue
		}
		o := x.resolve(addr, v.from, from, nil)
		when := time.UnixMilli(v.from).UTC()
		if n := len(out); n > 0 {
			if last := &out[n-1]; *last.Owner.Endpoint == *o.Endpoint && last.Owner.Scope == o.Scope && last.Owner.Ambiguous == o.Ambiguous {
				continue
			}
			out[n-1].Until = when
		}
		out = append(out, Tenure{From: when, Owner: o})
	}
	return out
}
