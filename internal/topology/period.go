package topology

import "slices"

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
