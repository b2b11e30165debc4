package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/insight"
)

// newMapCommand makes the sub-command of weir top for who talks to whom.
func newMapCommand(a *app, f *topFlags) *cobra.Command {
	var q insight.MapQuestion
	ask := func(b backend, ctx context.Context, top insight.Question) (*insight.MapAnswer, error) {
		q.Question = top
		return b.NetworkMap(ctx, q)
	}
	c := topOf(a, f, "map", `pairs of networks, sites, clients, Azure and the internet, with what connects
both: a peering, gateways or hubs, as the inventory says. Below them are connections that carried
nothing. Out is what the first of a pair initiates, in what it answers`, ask, mapView())
	flags := c.Flags()
	flags.StringArrayVar(&q.Open, "open", nil, "show a virtual `network` as its subnets: subscription/group/network; may be repeated")
	flags.StringArrayVar(&q.Inside, "inside", nil, "show a `subnet` of an open network as what is in it: group/network/subnet; may be repeated")
	f.registerCompare(c, "with ", "")
	return c
}

// mapView shows each edge as a row.
func mapView() view[insight.MapAnswer] {
	return view[insight.MapAnswer]{
		ranking: func(a *insight.MapAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, By: a.By, Limit: a.Limit, Distinct: int64(a.Distinct), Total: a.Total, Other: a.Other}
		},
		what: "pair",
		columns: join([]column{{"from", everywhere}, {"to", everywhere}, {"link", everywhere}, {"through", everywhere}},
			named("", everywhere), waysColumns()),
		rows: func(a *insight.MapAnswer) (rows [][]any) {
			names := map[string]string{}
			for i := range a.Nodes {
				names[a.Nodes[i].ID] = cmp.Or(a.Nodes[i].Name, a.Nodes[i].ID)
			}
			for i := range a.Edges {
				e := &a.Edges[i]
				rows = append(rows, join([]any{names[e.From], names[e.To], string(e.Link), strings.Join(e.Through, " ")},
					measured(e.All.Total), waysCells(a.By, e.All, e.Malicious, e.Before, e.Filter)))
			}
			return rows
		},
		none: "There is neither traffic in this range nor an inventory. What is connected is known from an inventory (weir topology import).",
	}
}

// waysColumns are the columns of an edge of a map behind its total.
func waysColumns() []column {
	return []column{
		{"allowed_out", everywhere},
		{"allowed_in", everywhere},
		{"denied_out", everywhere},
		{"denied_in", everywhere},
		{"malicious", everywhere},
		{"before", csvOnly},
		{"filter", csvOnly},
	}
}

// waysCells are what these columns have, by a measure.
func waysCells(by insight.Measure, all, malicious insight.Ways, before *insight.Measures, filter string) (row []any) {
	for _, m := range []insight.Measures{all.AllowedOut, all.AllowedIn, all.DeniedOut, all.DeniedIn, malicious.Total} {
		row = append(row, m.Of(by))
	}
	var was any
	if before != nil {
		was = before.Of(by)
	}
	return append(row, was, filter)
}
