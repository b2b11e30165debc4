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
	return k.sightOf(a, k.Topology.Owner(a, e.from, from), e.tags)
}

func (k *Knowledge) sightOf(a flow.Addr, o topology.Owner, tags *service.Snapshot) sight {
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

// side returns what the sight is in the decision, malice aside.
func (s *sight) side() side {
	if s.class != VNet {
		return side{class: s.class}
	}
	return side{class: VNet, vnet: s.owner.VNetID}
}

// capture is what is known of where a flow was recorded.
type capture struct {
	nic    *topology.Endpoint // nil where the inventory does not know the MAC
	net    topology.ID        // VNet of the capture; empty where the inventory does not know it
	closed bool               // the inventory says which addresses net has
	target topology.ID        // VNet by the name of the logged resource alone
}

// captureAt returns what was known of a capture.
func (k *Knowledge) captureAt(from topology.Capture, e *epoch) capture {
	c := capture{target: topology.ID(from.Target).Of("virtualnetworks")}
	nic, ok := k.Topology.CaptureNIC(from, e.from)
	if !ok {
		return c
	}
	c.net = nic.VNetID
	if nic.Kind == topology.EndpointVNet {
		c.closed = k.Topology.KnowsSpace(nic.VNetID, e.from)
	} else {
		c.nic = nic
	}
	return c
}

// own returns the side of the address at which the capture was made, and
// whether the capture is at a hop: its NIC is neither end of the flow.
//
// Where the inventory knows the NIC, it says which addresses are the NIC's.
// Where it only knows the network, it says which addresses are in it. Where it
// knows neither, the capture itself tells that the address is in a VNet.
func (c *capture) own(s *sight) (side, bool) {
	switch {
	case c.nic != nil:
		return s.side(), !c.has(s)
	case c.closed:
		return s.side(), !s.captured
	case c.target != "":
		return side{class: VNet, vnet: c.target}, false
	case s.class == VNet:
		return s.side(), false
	}
	return side{class: VNet, vnet: c.net}, false
}

// has tells whether an address is one of the capture NIC's.
func (c *capture) has(s *sight) bool {
	switch s.owner.Kind {
	case topology.EndpointNIC, topology.EndpointPrivateEndpoint:
		// of an address that several NICs of the VNet have, any can be the owner
		return s.owner == c.nic || s.owner.ID == c.nic.ID || s.ambiguous && s.captured
	case topology.EndpointLoadBalancer:
		return true // with a floating address the NIC of the backend answers as the load balancer
	}
	return false
}
