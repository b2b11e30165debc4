package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/insight"
)

// newOpenPortsCommand makes the sub-command of weir top for what is open to the
// internet.
func newOpenPortsCommand(a *app, f *topFlags) *cobra.Command {
	var q insight.OpenQuestion
	ask := func(b backend, ctx context.Context, top insight.Question) (*insight.OpenAnswer, error) {
		q.Question = top
		return b.Open(ctx, q)
	}
	c := topOf(a, f, "open-ports", `ports of machines that took traffic from the internet, with who came, and
those that rules and public addresses of the inventory leave open though nobody came. With --where
only ports that such flows reached are shown`, ask, openView())
	flags := c.Flags()
	flags.StringVar((*string)(&q.Show), "show", "all", "`which` ports: "+strings.Join(insight.OpenShows(), ", "))
	flags.StringVar(&q.Sort, "sort", "total", "sort by `column`: "+strings.Join(insight.OpenSorts(), ", "))
	flags.IntVar(&q.Offset, "offset", 0, "`number` of rows before the first that is shown")
	_ = c.RegisterFlagCompletionFunc("show", cobra.FixedCompletions(insight.OpenShows(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(insight.OpenSorts(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func openView() view[insight.OpenAnswer] {
	return view[insight.OpenAnswer]{
		ranking: func(a *insight.OpenAnswer) insight.Ranking {
			return insight.Ranking{Range: a.Range, By: a.By, Limit: a.Limit, Distinct: a.Distinct, AtLeast: a.AtLeast, Total: a.Total}
		},
		order: func(a *insight.OpenAnswer) string {
			if a.Sort == "key" {
				return "machine and port"
			}
			return a.Sort + " " + string(a.By)
		},
		what: "port",
		columns: join([]column{
			{"address", everywhere},
			{"name", everywhere},
			{"network", csvOnly},
			{"port", everywhere},
			{"protocol", csvOnly},
			{"application", everywhere},
			{"state", everywhere},
			{"reason", csvOnly},
		}, named("", everywhere), named("malicious_", csvOnly), []column{
			{"malicious", tableOnly},
			{"since", csvOnly},
			{"since", tableOnly},
			{"last", csvOnly},
			{"last", tableOnly},
			{"sources", everywhere},
			{"malicious_sources", csvOnly},
			{"countries", everywhere},
			{"through", everywhere},
			{"used_ports", csvOnly},
			{"logged", csvOnly},
			{"filter", csvOnly},
		}),
		rows: func(a *insight.OpenAnswer) (rows [][]any) {
			for _, p := range a.Rows {
				rows = append(rows, openRow(&p))
			}
			return rows
		},
		none: "No port took traffic from the internet in this range. Which are open though nobody came is known from an inventory (weir topology import).",
		bare: true,
	}
}

func openRow(p *insight.ExposedPort) []any {
	when := func(t *time.Time) (csv, table string) {
		if t == nil {
			return "", ""
		}
		return t.Format(time.RFC3339), stamp(*t)
	}
	since, sinceShown := when(p.Since)
	last, lastShown := when(p.Last)
	var countries, ways []string
	for _, c := range p.Countries {
		if c.Country != "" {
			countries = append(countries, c.Country)
		}
	}
	for _, w := range p.Ways {
		ways = append(ways, wayText(w))
	}
	port := fmt.Sprint(p.Port)
	if p.Through != p.Port {
		port = fmt.Sprintf("%d-%d", p.Port, p.Through)
	}
	return join([]any{
		p.Address, p.Side.Name, p.Side.Network, port + "/" + p.Protocol, p.Protocol, p.Application, string(p.State), p.Reason,
	}, measured(p.Total), measured(p.Malicious), []any{
		p.Malicious.Flows, since, sinceShown, last, lastShown, p.Sources, p.MaliciousSources,
		strings.Join(countries, " "), strings.Join(ways, "; "), p.UsedPorts, p.Logged, p.Filter,
	})
}

// wayText says how the internet comes in, and by which rules.
func wayText(w insight.OpenWay) string {
	text := w.Kind + " " + w.Resource[strings.LastIndexByte(w.Resource, '/')+1:]
	if w.Port != 0 {
		text += fmt.Sprintf(" at %d", w.Port)
	}
	if len(w.Rules) == 0 {
		return text + ", no rule before it"
	}
	var rules []string
	for _, r := range w.Rules {
		rules = append(rules, fmt.Sprintf("%s (%d)", r.Rule, r.Priority))
	}
	return text + " by " + strings.Join(rules, ", ")
}
