package enrich

import (
	"math"

	"weir/internal/topology"
)

// RelationsOf returns how two VNets were connected, over all time without a
// gap, also where nothing connected them.
func (k *Knowledge) RelationsOf(vnet1, vnet2 topology.ID) []Relation {
	var out []Relation
	for i := range k.epochs {
		if i > 0 && !k.epochs[i].estate {
			continue
		}
		r := k.Topology.Relation(vnet1, vnet2, k.epochs[i].from)
		next := Relation{
			From: k.begin(i), Until: math.MaxInt64, VNet1: vnet1, VNet2: vnet2,
			ConnectionType: r.ConnectionType, Connection: r.Connection, Circuit: r.Circuit, ConnectingVNets: r.ConnectingVNets(),
		}
		if n := len(out); n > 0 {
			last := &out[n-1]
			if next.From, next.Until = last.From, last.Until; *last == next {
				continue
			}
			last.Until = k.begin(i)
			next.From, next.Until = k.begin(i), math.MaxInt64
		}
		out = append(out, next)
	}
	return out
}
