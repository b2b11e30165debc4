package topology

import (
	"cmp"
	"slices"

	"weir/internal/flow"
)

// Everywhere returns all that has an address at a time, wherever it is seen
// from: of VNets whose address spaces overlap one endpoint each, the public
// address, and the site of the narrowest prefix. Endpoints that are a resource
// of their own come before prefixes, then the lowest resource ids.
func (x *Index) Everywhere(addr flow.Addr, ms int64) []*Endpoint {
	v, _ := x.at(ms)
	if v == nil {
		return nil
	}
	ip := addr.Netip()
	var out []*Endpoint
	add := func(e *Endpoint) {
		if !slices.ContainsFunc(out, func(o *Endpoint) bool { return *o == *e }) {
			out = append(out, e)
		}
	}
	for _, n := range v.nets {
		if h, ok := n.find(addr, ip); ok {
			add(h.Endpoint)
		}
	}
	if h, ok := v.publics[addr]; ok {
		add(h.Endpoint)
	}
	if chain, ok := v.graph.all.Lookup(ip); ok {
		for i := range chain {
			if chain[i].net < 0 {
				add(chain[i].site.Endpoint)
				break
			}
		}
	}
	if h, ok := v.graph.blocks.Lookup(ip); ok {
		add(h.Endpoint)
	}
	wide := func(e *Endpoint) int {
		if e.Kind >= EndpointSubnet {
			return int(e.Kind)
		}
		return 0
	}
	slices.SortFunc(out, func(a, b *Endpoint) int {
		return cmp.Or(cmp.Compare(wide(a), wide(b)), cmp.Compare(a.ID, b.ID))
	})
	return out
}
