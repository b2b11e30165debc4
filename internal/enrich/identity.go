package enrich

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

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
	return xxh3.Hash(b)
}

// hostID returns the identity of a host: its address, and its VNet where that
// is known, so that it is the same wherever it was seen from.
func hostID(a flow.Addr, vnet topology.ID) uint64 {
	b := a.As16()
	if vnet == "" {
		return xxh3.Hash(b[:])
	}
	var room [256]byte
	return xxh3.Hash(append(append(room[:0], b[:]...), vnet...))
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
