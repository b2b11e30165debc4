package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"weir/internal/insight"
)

// newTableCommand makes the sub-command of weir top for a split of traffic.
func newTableCommand(a *app, f *topFlags, split insight.Split) *cobra.Command {
	var q insight.TableQuestion
	ask := func(b backend, ctx context.Context, top insight.Question) (*insight.TableAnswer, error) {
		q.Question = top
		return b.Table(ctx, split.Name, q)
	}
	c := topOf(a, f, split.Name, split.Meaning, ask, tableView(split))
	flags := c.Flags()
	flags.StringVar(&q.Sort, "sort", "total", "sort by `column`: "+strings.Join(split.Sorts(), ", "))
	flags.IntVar(&q.Offset, "offset", 0, "`number` of rows before the first that is shown")
	f.registerCompare(c, "totals with those ", "")
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(split.Sorts(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func tableView(split insight.Split) view[insight.TableAnswer] {
	var columns []column
	for _, name := range split.Columns {
		columns = append(columns, column{name, everywhere})
	}
	columns = join(columns, named("", everywhere),
		named("allowed_in_", csvOnly), named("allowed_out_", csvOnly), named("denied_in_", csvOnly), named("denied_out_", csvOnly),
		named("malicious_allowed_in_", csvOnly), named("malicious_allowed_out_", csvOnly), named("malicious_denied_in_", csvOnly), named("malicious_denied_out_", csvOnly),
		[]column{{"allowed_in", tableOnly}, {"allowed_out", tableOnly}, {"denied_in", tableOnly}, {"denied_out", tableOnly}, {"malicious", tableOnly}, {"change", ifAny}},
		named("before_", csvOnly), []column{{"share", everywhere}, {"filter", csvOnly}})
	return view[insight.TableAnswer]{
		ranking: func(a *insight.TableAnswer) insight.Ranking {
			r := insight.Ranking{Range: a.Range, By: a.By, Limit: a.Limit, Distinct: a.Distinct, Total: a.All.Total, Other: a.All.Total}
			for _, row := range a.Rows {
				r.Other.Flows -= row.All.Total.Flows
				r.Other.Packets -= row.All.Total.Packets
				r.Other.Bytes -= row.All.Total.Bytes
			}
			return r
		},
		order: func(a *insight.TableAnswer) string {
			switch a.Sort {
			case "total":
				return string(a.By)
			case "key":
				return strings.Join(a.Columns, " and ")
			}
			return a.Sort + " of " + string(a.By)
		},
		what:    split.One,
		columns: columns,
		rows: func(a *insight.TableAnswer) (rows [][]any) {
			for _, row := range a.Rows {
				var cells []any
				for _, k := range row.Keys {
					cells = append(cells, k)
				}
				w, m := row.All, row.Malicious
				rows = append(rows, join(cells, measured(w.Total),
					measured(w.AllowedIn), measured(w.AllowedOut), measured(w.DeniedIn), measured(w.DeniedOut),
					measured(m.AllowedIn), measured(m.AllowedOut), measured(m.DeniedIn), measured(m.DeniedOut),
					[]any{w.AllowedIn.Flows, w.AllowedOut.Flows, w.DeniedIn.Flows, w.DeniedOut.Flows, m.Total.Flows, changeText(row.All.Total, row.Before, a.By)},
					measuredBefore(row.Before), []any{share(row.Share), row.Filter}))
			}
			return rows
		},
		none: fmt.Sprintf("No %s has traffic in this range. What addresses were is known from an inventory (weir topology import) and service tags.", split.One),
	}
}

// measuredBefore are the measures that a row had, as cells; empty where nothing was compared.
func measuredBefore(before *insight.Measures) []any {
	if before == nil {
		return []any{nil, nil, nil}
	}
	return measured(*before)
}

// changeText says how much more or less a row has than before; empty where
// nothing was compared.
func changeText(total insight.Measures, before *insight.Measures, by insight.Measure) string {
	if before == nil {
		return ""
	}
	now, was := total.Of(by), before.Of(by)
	switch {
	case was == 0 && now > 0:
		return "new"
	case was == 0:
		return "0%"
	}
	return fmt.Sprintf("%+.0f%%", 100*(float64(now)-float64(was))/float64(was))
}
