package bench

import (
	"context"
	"time"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/store"
)

// filtered is the filter that pages are measured with: one network of twenty.
const filtered = "vnet = vnet-03"

// onPages are what the pages ask beside rankings, with a filter and without.
// Nobody would write them by hand, so no plain statement is beside them.
func onPages() []asked {
	page := func(name string, ask func(ctx context.Context, s store.Store, q insight.Question) error) []asked {
		with := func(name string, where string) asked {
			return asked{
				name: "page: " + name, class: pages, apart: true,
				ask: func(ctx context.Context, s store.Store, from, to time.Time) ([]int64, error) {
					q := insight.Question{From: from, To: to}
					if where != "" {
						var err error
						if q.Where, err = filter.Parse(where); err != nil {
							return nil, err
						}
					}
					return nil, ask(ctx, s, q)
				},
			}
		}
		return []asked{with(name, ""), with(name+" where "+filtered, filtered)}
	}
	var all []asked
	for _, split := range []string{"hosts", "pairs", "vnets", "countries", "ports", "rules"} {
		all = append(all, page("table of "+split, func(ctx context.Context, s store.Store, q insight.Question) error {
			_, err := insight.Table(ctx, s, split, insight.TableQuestion{Question: q})
			return err
		})...)
		all = append(all, page("course of "+split, func(ctx context.Context, s store.Store, q insight.Question) error {
			_, err := insight.Series(ctx, s, split, q, 0)
			return err
		})...)
	}
	for _, host := range []string{"10.0.0.4", "10.3.1.7"} { // a busy one, and one of many
		all = append(all, page("host "+host, func(ctx context.Context, s store.Store, q insight.Question) error {
			_, err := insight.OneHost(ctx, s, insight.HostQuestion{Question: q, Host: host})
			return err
		})...)
	}
	for _, sort := range []string{"time", "bytes"} {
		all = append(all, page("flows by "+sort, func(ctx context.Context, s store.Store, q insight.Question) error {
			_, err := insight.FlowList(ctx, s, insight.FlowsQuestion{From: q.From, To: q.To, Where: q.Where, Sort: sort})
			return err
		})...)
	}
	all = append(all, page("findings", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.Findings(ctx, s, q, nil)
		return err
	})...)
	all = append(all, page("open ports", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.Open(ctx, s, insight.OpenQuestion{Question: q}, knowledge.SecurityState{})
		return err
	})...)
	all = append(all, page("topology", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.NetworkMap(ctx, s, insight.MapQuestion{Question: q}, knowledge.SecurityState{})
		return err
	})...)
	return append(all, page("environment", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.Environment(ctx, s, q, knowledge.SecurityState{})
		return err
	})...)
}
