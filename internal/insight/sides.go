package insight

import (
	"context"
	"fmt"
	"strings"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// hostKey tells a host from others with the same address in other networks.
type hostKey struct {
	address string
	host    uint64 // enrich.Tenure.Host of the party, 0 before it was attributed
}

func hostOf(address, host any) hostKey {
	id, _ := host.(uint64)
	return hostKey{address.(string), id}
}

// sidesSQL finds what hosts were in a range; of several things the last one
// comes last. A party at whose own NIC something was captured is ours, even
// where no inventory knows it.
const sidesSQL = `WITH wanted(address, host) AS (VALUES %s)
SELECT p.address, p.host, coalesce(o.mac, '') AS own, e.class, e.kind, e.resource, e.vnet, e.subnet, e.nic, e.vm, e.scale_set,
    e.load_balancer, e.app_gateway, e.firewall, e.bastion, e.nat_gateway, e.gateway, e.public_ip, e.local_gateway, e.circuit,
    e.private_endpoint, e.private_link_name, e.region, e.azure_region, e.country, e.service, e.organisation
FROM weir.party AS p
JOIN wanted AS w ON w.address = p.address AND w.host = p.host
LEFT JOIN weir.tenure AS t ON t.party = p.id AND t.from_time < ? AND t.until_time > ?
LEFT JOIN weir.endpoint AS e ON e.id = coalesce(t.endpoint, p.endpoint)
LEFT JOIN weir.own AS o ON o.id = p.id
ORDER BY t.from_time NULLS FIRST, p.id`

const verdictsSQL = `SELECT v.address, v.category
FROM weir.verdict AS v
JOIN (VALUES %s) AS w(address) ON w.address = v.address
WHERE v.from_time < ? AND v.until_time > ?
ORDER BY v.confidence, v.from_time`

// sides returns what hosts were in a range.
func sides(ctx context.Context, s store.Store, r Range, hosts []hostKey) (map[hostKey]Side, error) {
	found := make(map[hostKey]Side, len(hosts))
	if len(hosts) == 0 {
		return found, nil
	}
	var rows, addresses []string
	var args, verdictArgs []any
	for _, h := range hosts {
		rows = append(rows, "(?, ?::UBIGINT)")
		args = append(args, h.address, h.host)
		addresses = append(addresses, "(?)")
		verdictArgs = append(verdictArgs, h.address)
	}
	err := each(ctx, s, func(v []any) {
		k := hostOf(v[0], v[1])
		if v[3] == nil { // not attributed
			if _, ok := found[k]; !ok {
				found[k] = own(Side{}, v[2].(string))
			}
			return
		}
		text := func(i int) string { return v[i].(string) }
		e := enrich.Endpoint{
			Class: enrich.Class(v[3].(int64)), Country: text(24), AzureRegion: text(23), Service: text(25), Organisation: text(26),
			Endpoint: topology.Endpoint{
				Kind: kindOf(text(4)), ID: topology.ID(text(5)), VNet: text(6), Subnet: text(7), NIC: text(8), VM: text(9), ScaleSet: text(10),
				LoadBalancer: text(11), AppGateway: text(12), Firewall: text(13), Bastion: text(14), NATGateway: text(15),
				Gateway: text(16), PublicIP: text(17), LocalGateway: text(18), Circuit: text(19),
				PrivateEndpoint: text(20), PrivateLinkName: text(21), Region: text(22),
			},
		}
		found[k] = own(sideOf(&e, k.address), text(2))
	}, fmt.Sprintf(sidesSQL, strings.Join(rows, ", ")), append(args, r.To, r.From)...)
	if err != nil {
		return nil, fmt.Errorf("cannot look up what addresses were: %w", err)
	}
	category := map[string]string{}
	err = each(ctx, s, func(v []any) { category[v[0].(string)] = v[1].(string) },
		fmt.Sprintf(verdictsSQL, strings.Join(addresses, ", ")), append(verdictArgs, r.To, r.From)...)
	if err != nil {
		return nil, fmt.Errorf("cannot look up verdicts: %w", err)
	}
	for k, side := range found {
		if c, ok := category[k.address]; ok {
			side.Malicious, side.Category = true, c
			found[k] = side
		}
	}
	return found, nil
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

// sidesOf returns what the hosts of the rows of a result were; at says in
// which keys an address and, after it, its identity is.
func sidesOf(ctx context.Context, s store.Store, r Range, res *query.Result, at ...int) (map[hostKey]Side, error) {
	var hosts []hostKey
	seen := map[hostKey]bool{}
	for _, row := range res.Rows {
		for _, i := range at {
			if k := hostOf(row.Keys[i], row.Keys[i+1]); !seen[k] {
				seen[k] = true
				hosts = append(hosts, k)
			}
		}
	}
	return sides(ctx, s, r, hosts)
}
