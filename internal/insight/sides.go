package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// knownHost is a host with what it was.
type knownHost struct {
	address string
	Side
}

// end says in which keys of a row a host is and what it was.
type end struct{ host, endpoint int }

// sidesOf returns what the hosts in the parts of rows were, by identity. Of
// several things it is that of which most was recorded.
func sidesOf(ctx context.Context, s store.Store, r Range, parts []query.Row, ends ...end) (map[uint64]knownHost, error) {
	recorded := map[uint64]map[uint64]int64{}
	for _, part := range parts {
		for _, e := range ends {
			host, endpoint := part.Keys[e.host].(uint64), part.Keys[e.endpoint].(uint64)
			if recorded[host] == nil {
				recorded[host] = map[uint64]int64{}
			}
			recorded[host][endpoint] = add(recorded[host][endpoint], part.Values[tuples])
		}
	}
	was := map[uint64]uint64{}
	for host, of := range recorded {
		was[host] = slices.MaxFunc(slices.Collect(maps.Keys(of)), func(a, b uint64) int {
			return cmp.Or(cmp.Compare(of[a], of[b]), cmp.Compare(a, b))
		})
	}
	l, err := lookUp(ctx, s, r, slices.Collect(maps.Keys(was)), slices.Compact(slices.Sorted(maps.Values(was))))
	if err != nil {
		return nil, err
	}
	known := make(map[uint64]knownHost, len(l.hosts))
	for id := range l.hosts {
		known[id] = l.side(id, was[id])
	}
	return known, nil
}

// lookedUp is what hosts and endpoints of rows stand for.
type lookedUp struct {
	hosts     map[uint64]store.Host
	endpoints map[uint64]*enrich.Endpoint
	category  map[string]string // of the gravest verdict on an address
}

// lookUp finds what hosts and endpoints of rows in a range stand for.
func lookUp(ctx context.Context, s store.Store, r Range, hosts, endpoints []uint64) (l lookedUp, err error) {
	if l.hosts, err = s.Hosts(ctx, hosts, r.From, r.To); err != nil {
		return l, fmt.Errorf("cannot look up addresses: %w", err)
	}
	if l.endpoints, err = s.Endpoints(ctx, endpoints); err != nil {
		return l, fmt.Errorf("cannot look up what addresses were: %w", err)
	}
	var addresses []string
	for _, h := range l.hosts {
		addresses = append(addresses, h.Address)
	}
	verdicts, err := s.Verdicts(ctx, addresses, r.From, r.To)
	if err != nil {
		return l, fmt.Errorf("cannot look up verdicts: %w", err)
	}
	l.category = map[string]string{} // the gravest comes last
	for _, v := range verdicts {
		l.category[v.Address] = v.Category
	}
	return l, nil
}

// side is a host that was something.
func (l *lookedUp) side(host, endpoint uint64) knownHost {
	h := l.hosts[host]
	k := knownHost{address: h.Address}
	if e := l.endpoints[endpoint]; e != nil {
		k.Side = sideOf(e, h.Address)
	}
	k.Side = own(k.Side, h.MAC)
	k.Category, k.Malicious = l.category[h.Address]
	return k
}

// sideOf puts an endpoint into few words.
func sideOf(e *enrich.Endpoint, address string) Side {
	s := Side{Class: e.Class.String(), VNet: e.VNet, Region: e.Region, Country: e.Country, Service: e.Service}
	if a, err := flow.ParseAddr(address); err == nil {
		if name := e.ShortName(a); name != address {
			s.Name = name
		}
	}
	if e.Kind != topology.EndpointNone {
		s.Kind = e.Kind.String()
	}
	for _, network := range []string{e.Subnet, e.VNet, e.LocalGateway, e.Circuit, e.Gateway} {
		if s.Network == "" {
			s.Network = network
		}
	}
	if s.Region == "" {
		s.Region = e.AzureRegion
	}
	if s.Service == "" {
		s.Service = e.Organisation
	}
	return s
}

// own adds what the capture alone tells: that the address is ours, and its NIC.
func own(s Side, mac string) Side {
	if mac == "" || s.Class == enrich.VNet.String() {
		return s
	}
	s.Class = enrich.VNet.String()
	if s.Kind == "" {
		s.Kind = "captured interface"
	}
	if s.Name == "" {
		s.Name = topology.DashedMAC(mac)
	}
	return s
}
