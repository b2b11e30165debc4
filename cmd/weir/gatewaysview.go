package main

import (
	"fmt"
	"time"

	"weir/internal/insight"
)

func gatewaysView() view[insight.GatewaysAnswer] {
	return view[insight.GatewaysAnswer]{
		ranking: func(a *insight.GatewaysAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, Distinct: int64(len(a.Rows))}
		},
		order: func(*insight.GatewaysAnswer) string { return "how full they were" },
		what:  "gateway",
		columns: []column{
			{"gateway", everywhere},
			{"kind", everywhere},
			{"sku", everywhere},
			{"generation", csvOnly},
			{"to_azure", everywhere},
			{"from_azure", everywhere},
			{"mean_mbps", everywhere},
			{"p95_mbps", everywhere},
			{"peak_mbps", everywhere},
			{"peak_at", everywhere},
			{"capacity_mbps", everywhere},
			{"full", everywhere},
			{"fits", everywhere},
			{"tunnels_used", everywhere},
			{"tunnels", csvOnly},
			{"clients_used", everywhere},
			{"clients", csvOnly},
			{"filter", csvOnly},
		},
		rows: func(a *insight.GatewaysAnswer) (rows [][]any) {
			for _, g := range a.Rows {
				at := ""
				if g.PeakAt != nil {
					at = g.PeakAt.Format(time.RFC3339)
				}
				rows = append(rows, []any{
					g.Gateway, g.Kind, g.SKU, g.Generation, byteCount(g.ToAzure), byteCount(g.FromAzure),
					megabits(g.Mean), megabits(g.P95), megabits(g.Peak), at, megabits(g.Capacity), share(g.Utilisation), g.Fits,
					int64(g.TunnelsUsed), int64(g.Tunnels), int64(g.ClientsUsed), int64(g.Clients), g.Filter,
				})
			}
			return rows
		},
		none: "No gateway has traffic in this range, and the inventory has none. What is behind gateways is known from an inventory (weir topology import).",
		bare: true,
	}
}

// megabits writes a rate in Mbit/s.
func megabits(bps int64) string { return fmt.Sprintf("%.1f", float64(bps)/1e6) }
