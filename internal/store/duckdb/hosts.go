package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/enrich"
	"weir/internal/store"
	"weir/internal/topology"
)

// Hosts implements store.Reads. Hosts that are shown are mostly prominent ones;
// those that are not are looked for among all, by their ids first, since a filter
// by a list has the engine unpack every address beside it, which takes five times
// as long.
func (s *Store) Hosts(ctx context.Context, ids []uint64, from, to time.Time) (map[uint64]store.Host, error) {
	hosts := make(map[uint64]store.Host, len(ids))
	if len(ids) == 0 {
		return hosts, nil
	}
	found := func(v []any) error {
		hosts[v[0].(uint64)] = store.Host{Address: v[1].(string)}
		return nil
	}
	list := listOf(ids)
	if err := s.each(ctx, found, "SELECT id, address FROM weir.prominent WHERE id IN ("+list+")"); err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id uint64) bool { _, ok := hosts[id]; return ok })
	if len(rest) > 0 {
		question := "SELECT id, address FROM weir.host WHERE rowid IN (SELECT rowid FROM weir.host WHERE id IN (" + listOf(rest) + "))"
		if err := s.each(ctx, found, question); err != nil {
			return nil, err
		}
	}
	// Of an address that was re-used the last NIC, of one day always the same.
	seen := map[uint64]time.Time{}
	err := s.each(ctx, func(v []any) error {
		id, mac, day := v[0].(uint64), v[1].(string), timeOf(v[2])
		h, ok := hosts[id]
		if ok && (h.MAC == "" || cmp.Or(day.Compare(seen[id]), cmp.Compare(mac, h.MAC)) > 0) {
			h.MAC, seen[id] = mac, day
			hosts[id] = h
		}
		return nil
	}, fmt.Sprintf("SELECT host, mac, day FROM weir.own WHERE host IN (%s) AND day < ? AND (day > ? OR day = '-infinity')", list), to, from.Add(-24*time.Hour))
	return hosts, err
}

// Endpoints implements store.Reads.
func (s *Store) Endpoints(ctx context.Context, ids []uint64) (map[uint64]*enrich.Endpoint, error) {
	endpoints := make(map[uint64]*enrich.Endpoint, len(ids))
	if len(ids) == 0 {
		return endpoints, nil
	}
	err := s.each(ctx, func(v []any) error {
		endpoints[v[0].(uint64)] = endpointOf(v[1:])
		return nil
	}, `SELECT id, class, kind, resource, vnet, subnet, nic, vm, scale_set, load_balancer, app_gateway, firewall, bastion, nat_gateway,
	gateway, public_ip, local_gateway, circuit, private_endpoint, private_link_name, region, azure_region, country, service, organisation, zone
FROM weir.endpoint WHERE id IN (`+listOf(ids)+")")
	return endpoints, err
}

// endpointOf reads the columns of an endpoint from class on.
func endpointOf(v []any) *enrich.Endpoint {
	text := func(i int) string { return v[i].(string) }
	return &enrich.Endpoint{
		Class: enrich.Class(v[0].(int64)), AzureRegion: text(20), Country: text(21), Service: text(22), Organisation: text(23),
		Endpoint: topology.Endpoint{
			Kind: kindOf(text(1)), ID: topology.ID(text(2)), VNet: text(3), Subnet: text(4), NIC: text(5), VM: text(6), ScaleSet: text(7),
			LoadBalancer: text(8), AppGateway: text(9), Firewall: text(10), Bastion: text(11), NATGateway: text(12),
			Gateway: text(13), PublicIP: text(14), LocalGateway: text(15), Circuit: text(16),
			PrivateEndpoint: text(17), PrivateLinkName: text(18), Region: text(19), Zone: text(24),
		},
	}
}

// kindOf returns the kind with these words.
func kindOf(words string) topology.EndpointKind {
	for k := topology.EndpointNone; k <= topology.EndpointSiteCircuit; k++ {
		if k.String() == words {
			return k
		}
	}
	return topology.EndpointNone
}
