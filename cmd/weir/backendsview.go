package main

import (
	"fmt"
	"strings"

	"weir/internal/insight"
)

// backendsView shows each back end of each balancer as a row.
func backendsView() view[insight.BackendsAnswer] {
	rows := func(a *insight.BackendsAnswer) (rows [][]any) {
		for i := range a.Rows {
			b := &a.Rows[i]
			if len(b.Backends) == 0 {
				rows = append(rows, backendRow(a.By, b, &insight.Backend{}))
			}
			for j := range b.Backends {
				rows = append(rows, backendRow(a.By, b, &b.Backends[j]))
			}
		}
		return rows
	}
	return view[insight.BackendsAnswer]{
		ranking: func(a *insight.BackendsAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, By: a.By, Distinct: int64(len(rows(a)))}
		},
		what: "back end",
		columns: join([]column{{"balancer", everywhere}, {"kind", csvOnly}, {"region", csvOnly}, {"fronts", csvOnly}, {"backend", everywhere}, {"ports", everywhere}, {"subnet", csvOnly}, {"logged", everywhere}},
			named("", everywhere), []column{{"share", everywhere}, {"denied", everywhere}, {"malicious", everywhere}, {"balancer_total", csvOnly}, {"filter", csvOnly}}),
		rows: rows,
		bare: true,
		none: "No inventory with load balancers or application gateways is known (weir topology import).",
	}
}

func backendRow(by insight.Measure, b *insight.Balancer, to *insight.Backend) []any {
	var fronts, ports []string
	for _, f := range b.Fronts {
		fronts = append(fronts, f.Address)
	}
	for _, p := range to.Ports {
		if p == 0 {
			ports = []string{"any"}
			break
		}
		ports = append(ports, fmt.Sprint(p))
	}
	return join([]any{b.Name, string(b.Kind), b.Region, strings.Join(fronts, " "), to.Name, strings.Join(ports, " "), to.Subnet, yesNo(to.Logged)}, measured(to.All.Total),
		[]any{share(to.Share), to.All.Denied.Of(by), to.Malicious.Of(by), b.All.Total.Of(by), to.Filter})
}
