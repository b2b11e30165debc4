package main

import "weir/internal/insight"

// environmentView shows each part of the estate as a row.
func environmentView() view[insight.EnvironmentAnswer] {
	rows := func(a *insight.EnvironmentAnswer) (rows [][]any) {
		add := func(kind string, p *insight.Place, n insight.NetworkPlace) {
			rows = append(rows, join(
				[]any{kind, p.Name, p.Region, yesNo(p.Deployed), yesNo(p.Active), string(p.Logged), yesNo(p.Malicious)}, measured(p.Total),
				[]any{
					p.MaliciousTotal.Flows, n.OnPremises.Of(a.By), n.Azure.Of(a.By), n.Internet.Of(a.By), n.Networks.Of(a.By), n.Inside.Of(a.By), p.Filter,
				},
			))
		}
		list := func(kind string, places []insight.Place) {
			for i := range places {
				add(kind, &places[i], insight.NetworkPlace{})
			}
		}
		list("region", a.Regions)
		for i := range a.VNets {
			add("vnet", &a.VNets[i].Place, a.VNets[i])
		}
		list("subnet", a.Subnets)
		list("load balancer", a.LoadBalancers)
		list("application gateway", a.AppGateways)
		return rows
	}
	return view[insight.EnvironmentAnswer]{
		ranking: func(a *insight.EnvironmentAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, By: a.By, Distinct: int64(len(rows(a)))}
		},
		what: "part",
		columns: join([]column{{"kind", everywhere}, {"name", everywhere}, {"region", everywhere}, {"deployed", everywhere}, {"active", everywhere}, {"logged", everywhere}, {"malicious", everywhere}},
			named("", everywhere), []column{
				{"malicious_flows", csvOnly}, {"on_premises", everywhere}, {"azure", everywhere}, {"internet", everywhere}, {"networks", everywhere}, {"inside", everywhere}, {"filter", csvOnly},
			}),
		rows: rows,
		bare: true,
		none: "There is neither traffic in this range nor an inventory. What is deployed is known from an inventory (weir topology import).",
	}
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
