package enrich

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/topology"
)

// EndpointID returns the hash of the content of an endpoint. Strings are
// preceded by their length, so that no two contents hash the same bytes.
func EndpointID(e *Endpoint) uint64 {
	t := &e.Endpoint
	b := make([]byte, 0, 1024)
	b = append(b, byte(e.Class), byte(t.Kind), bit(t.Forwards), bit(e.Ambiguous))
	b = binary.BigEndian.AppendUint32(b, e.ASN)
	for _, s := range []string{
		string(t.ID), t.Subscription, t.Region, string(t.VNetID), t.VNet, t.Subnet, t.NIC, t.MAC, t.VM, t.ScaleSet,
		t.LoadBalancer, t.AppGateway, t.Firewall, t.Bastion, t.NATGateway, t.Gateway, t.PublicIP, t.PublicIPPrefix,
		t.LocalGateway, t.Connection, t.Circuit, t.ConnectionType, t.PeeringType,
		t.PrivateEndpoint, t.PrivateLink, t.PrivateLinkName,
		e.Country, e.Organisation, e.AzureRegion, e.Service, e.ServiceTags,
	} {
		b = text(b, s)
	}
	if t.Zone != "" { // else it is what it was before zones were told
		b = text(b, t.Zone)
	}
	return xxh3.Hash(b)
}

// hostID returns the identity of a host: its address, its VNet where that is
// known, and whose it is there, so that it is the same wherever it was seen
// from and another one when the address is used again. Where several could be
// the owner they are one host, since a second look may find the other.
func hostID(a flow.Addr, o topology.Owner) uint64 {
	b := a.As16()
	if o.VNetID == "" {
		return xxh3.Hash(b[:])
	}
	var room [512]byte
	id := append(append(room[:0], b[:]...), o.VNetID...)
	if o.Kind.OwnsAddress() && !o.Ambiguous {
		id = append(append(id, 0), o.ID...)
	}
	return xxh3.Hash(id)
}

// identity returns what an address of an owner is by a version of the service tags.
func (k *Knowledge) identity(a flow.Addr, o topology.Owner, tags *service.Snapshot) flow.Identity {
	return flow.Identity{Host: hostID(a, o), Endpoint: k.endpoint(a, o, tags).id}
}

// ScopeOf returns from where the addresses in a log are seen: the logged
// virtual network, subnet or NIC. A security group can filter NICs of several
// networks, whose addresses may overlap, so there the capture NIC belongs to it.
func ScopeOf(l *flow.Log) topology.Capture {
	if l.Family == flow.NSG {
		return topology.Capture{MAC: l.MAC, Target: l.Target}
	}
	return topology.Capture{Target: l.Target}
}

// hash returns the hash of all of an attribution but itself.
func (a *Attribution) hash() uint64 {
	var room [256]byte
	b := room[:0]
	for _, t := range a.Tenures {
		for _, v := range []uint64{uint64(t.From), uint64(t.Until), t.Host, t.EndpointID} {
			b = binary.BigEndian.AppendUint64(b, v)
		}
	}
	for i := range a.Verdicts {
		v := &a.Verdicts[i]
		from, until := bounds(v.From, v.Until)
		first, listed := bounds(v.FirstListed, v.Listed)
		for _, v := range []uint64{uint64(from), uint64(until), uint64(first), uint64(listed), uint64(v.Confidence)} {
			b = binary.BigEndian.AppendUint64(b, v)
		}
		for _, s := range []string{v.Category, v.Feed, v.Indicator, v.Detail} {
			b = text(b, s)
		}
	}
	return max(xxh3.HashSeed(b, uint64(len(a.Tenures))), 1)
}

func text(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func bit(v bool) byte {
	if v {
		return 1
	}
	return 0
}
