package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"weir/internal/insight"
)

// newGeographyCommand makes the sub-command of weir top for where traffic comes from
// and goes to.
func newGeographyCommand(a *app, f *topFlags) *cobra.Command {
	ask := func(b backend, ctx context.Context, top insight.Question) (*insight.GeoAnswer, error) {
		return b.GeoMap(ctx, insight.MapQuestion{Question: top})
	}
	c := topOf(a, f, "geography", `pairs of countries and Azure regions, and of what has no known place, as sites
and private addresses; an Azure region has the resources in it and Azure's own addresses there. Each flow
counts once. Out is what the first of a pair initiates, in what it answers`, ask, geographyView())
	f.registerCompare(c, "with ", "")
	return c
}

// geographyView shows each edge as a row.
func geographyView() view[insight.GeoAnswer] {
	return view[insight.GeoAnswer]{
		ranking: func(a *insight.GeoAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, By: a.By, Limit: a.Limit, Distinct: int64(a.Distinct), Total: a.Total, Other: a.Other}
		},
		what:    "pair",
		columns: join([]column{{"from", everywhere}, {"to", everywhere}}, named("", everywhere), waysColumns()),
		rows: func(a *insight.GeoAnswer) (rows [][]any) {
			names := map[string]string{}
			for i := range a.Nodes {
				n := &a.Nodes[i]
				if names[n.ID] = cmp.Or(n.Name, n.ID); n.Kind == insight.NodeCountry {
					names[n.ID] = n.Display
				}
			}
			for i := range a.Edges {
				e := &a.Edges[i]
				rows = append(rows, join([]any{names[e.From], names[e.To]}, measured(e.All.Total), waysCells(a.By, e.All, e.Malicious, e.Before, e.Filter)))
			}
			return rows
		},
		none: "There is no traffic in this range.",
	}
}
