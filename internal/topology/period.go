package topology

import (
	"net/netip"
	"slices"
)

// KnowsSpace tells whether the inventory of a time says which addresses a VNet
// has. Where it does not, an address may be in the VNet although no look-up
// finds it there.
func (x *Index) KnowsSpace(vnet ID, ms int64) bool {
	v, _ := x.at(ms)
	if v == nil {
		return false
	}
	n, ok := v.number[vnet]
	return ok && slices.ContainsFunc(v.nets[n].ranges, func(r prefixHost) bool { return r.host.Kind == EndpointVNet })
}

// Space returns the addresses of a VNet and of what it is connected with, at a
// time: peered VNets, sites behind its gateways and VNets that these join. With
// the prefixes of its routes it is what the tag VirtualNetwork holds there
// (docs/reference/traffic-analytics.md 8.3).
func (x *Index) Space(vnet ID, ms int64) []netip.Prefix {
	v, _ := x.at(ms)
	if v == nil {
		return nil
	}
	n, ok := v.number[vnet]
	if !ok {
		return nil
	}
	var list []netip.Prefix
	for _, r := range v.nets[n].ranges {
		list = append(list, r.prefix)
	}
	for p, claims := range v.graph.nodes[n].reach.All() {
		if slices.ContainsFunc(claims, func(c claim) bool { return c.scope != ScopeHub }) {
			list = append(list, p)
		}
	}
	return list
}
