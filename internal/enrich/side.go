package enrich

import (
	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/topology"
)

// sight is what an address was at a time, seen from a capture.
type sight struct {
	owner     *topology.Endpoint // never nil
	class     Class
	captured  bool // found in the captured VNet
	ambiguous bool
}

// see returns what an address was.
func (k *Knowledge) see(a flow.Addr, e *epoch, from topology.Capture) sight {
	return k.sight(a, k.Topology.Owner(a, e.from, from), e.tags)
}

// sight returns what an address of an owner is by a version of the service tags.
func (k *Knowledge) sight(a flow.Addr, o topology.Owner, tags *service.Snapshot) sight {
	return sight{
		owner: o.Endpoint, class: k.class(a, o.Kind, tags),
		captured: o.Scope == topology.ScopeCaptured, ambiguous: o.Ambiguous,
	}
}

// class returns the class of an address with an owner of that kind.
func (k *Knowledge) class(a flow.Addr, kind topology.EndpointKind, tags *service.Snapshot) Class {
	switch {
	case kind.InVNet():
		return VNet
	case kind == topology.EndpointSiteP2S:
		return P2S
	case kind == topology.EndpointSiteS2S, kind == topology.EndpointSiteCircuit:
		return S2S
	case k.special.Find(a) != 0:
		return Private
	case tags.IsAzure(a):
		return Azure
	}
	return External
}

// side returns what the sight is in the decision, whether it is malicious aside.
func (s *sight) side() side {
	if s.class != VNet {
		return side{class: s.class}
	}
	return side{class: VNet, vnet: s.owner.VNetID}
}
