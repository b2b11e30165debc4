package enrich

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"weir/internal/topology"
)

// capture is what is known of where a flow was recorded.
type capture struct {
	nic    *topology.Endpoint // nil where the inventory does not know the MAC
	net    topology.ID        // VNet of the capture; empty where the inventory does not know it
	closed bool               // the inventory says which addresses net has
	target topology.ID        // VNet by the name of the logged resource alone
	said   bool               // whether the question says where it was recorded
}

// captureAt returns what was known of a capture.
func (k *Knowledge) captureAt(from topology.Capture, e *epoch) capture {
	c := capture{target: topology.ID(from.Target).Of("virtualnetworks"), said: from != topology.Capture{}}
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

// CaptureHash returns a hash of what is known of a capture over all time.
// Where it stays the same and the attributions of the two addresses do, so do
// the types of the flows that were recorded there.
func (k *Knowledge) CaptureHash(from topology.Capture) uint64 {
	var b []byte
	var last uint64
	for i := range k.epochs {
		if i > 0 && !k.epochs[i].estate {
			continue
		}
		c := k.captureAt(from, &k.epochs[i])
		h := c.hash()
		if i > 0 && h == last {
			continue
		}
		last = h
		b = binary.BigEndian.AppendUint64(b, uint64(k.begin(i)))
		b = binary.BigEndian.AppendUint64(b, h)
	}
	return xxh3.Hash(b)
}

func (c *capture) hash() uint64 {
	b := []byte{bit(c.nic != nil), bit(c.closed)}
	if c.nic != nil {
		b = text(b, string(c.nic.ID))
	}
	return xxh3.Hash(text(b, string(c.net)))
}
