package topology

import (
	"cmp"
	"slices"
	"strings"
)

// Capacity is what a gateway can carry, as its vendor says: a benchmark of all
// its tunnels together, not a promise.
type Capacity struct {
	SKU     string
	BPS     int64 // bits per second, both directions together
	Tunnels int   // site-to-site tunnels; 0: it has none
	Clients int   // point-to-site clients with IKEv2 or OpenVPN; 0: none
}

const (
	mbps = 1_000_000
	gbps = 1_000_000_000
)

// capacities are those of docs/reference/traffic-analytics.md, 7.1 and 7.2, by
// generation: VPN gateways of the first and the second, and of ExpressRoute. A
// SKU ending in AZ carries what the one without does.
var capacities = map[string][]Capacity{
	"Generation1": {
		{"Basic", 100 * mbps, 10, 0},
		{"VpnGw1", 650 * mbps, 30, 250},
		{"VpnGw2", gbps, 30, 500},
		{"VpnGw3", 1250 * mbps, 30, 1000},
	},
	"Generation2": {
		{"VpnGw2", 1250 * mbps, 30, 500},
		{"VpnGw3", 2500 * mbps, 30, 1000},
		{"VpnGw4", 5 * gbps, 100, 5000},
		{"VpnGw5", 10 * gbps, 100, 10000},
	},
	"ExpressRoute": {
		{"ErGw1", gbps, 0, 0},
		{"ErGw2", 2 * gbps, 0, 0},
		{"ErGw3", 10 * gbps, 0, 0},
	},
}

// legacy are earlier names of SKUs of ExpressRoute gateways.
var legacy = map[string]string{"standard": "ergw1", "highperformance": "ergw2", "ultraperformance": "ergw3"}

// generation is the key of the gateway in capacities. One that does not say is
// of the first, as all were before there was another; VpnGw4 and 5 are of the
// second alone.
func (g *Gateway) generation() string {
	switch sku := strings.ToLower(g.SKU); {
	case g.ExpressRoute():
		return "ExpressRoute"
	case strings.EqualFold(g.Generation, "Generation2"), strings.HasPrefix(sku, "vpngw4"), strings.HasPrefix(sku, "vpngw5"):
		return "Generation2"
	}
	return "Generation1"
}

// Capacity returns what the gateway can carry; false where its SKU is not known.
func (g *Gateway) Capacity() (Capacity, bool) {
	sku := strings.TrimSuffix(strings.ToLower(g.SKU), "az")
	if name, ok := legacy[sku]; ok && g.ExpressRoute() {
		sku = name
	}
	for _, c := range capacities[g.generation()] {
		if strings.EqualFold(c.SKU, sku) {
			c.SKU = g.SKU
			return c, true
		}
	}
	return Capacity{SKU: g.SKU}, false
}

// Fitting returns the smallest SKU of the gateway's generation, in its own way
// of writing, that carries so many bits per second with a fifth to spare; empty
// where none does.
func (g *Gateway) Fitting(bps int64) string {
	for _, c := range capacities[g.generation()] {
		if c.BPS/5*4 >= bps && c.SKU != "Basic" {
			if strings.HasSuffix(strings.ToLower(g.SKU), "az") || g.ExpressRoute() {
				return c.SKU + "AZ"
			}
			return c.SKU
		}
	}
	return ""
}

// AllGateways returns the gateways that there were at a time, by id.
func (x *Index) AllGateways(ms int64) []*Gateway {
	v, _ := x.at(ms)
	if v == nil {
		return nil
	}
	var all []*Gateway
	for _, n := range v.graph.gateways {
		all = append(all, n.gateway)
	}
	slices.SortFunc(all, func(a, b *Gateway) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
