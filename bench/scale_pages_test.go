package bench

import (
	"context"
	"fmt"
	"strings"
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
	all = append(all, page("map of the world", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.GeoMap(ctx, s, insight.MapQuestion{Question: q}, knowledge.SecurityState{})
		return err
	})...)
	all = append(all, page("inside of a subnet", func(ctx context.Context, s store.Store, q insight.Question) error {
		vnet, subnet, err := busiestSubnet(ctx, s, q)
		if err != nil {
			return err
		}
		_, err = insight.NetworkMap(ctx, s, insight.MapQuestion{Question: q, Open: []string{vnet}, Inside: []string{subnet}}, knowledge.SecurityState{})
		return err
	})...)
	return append(all, page("environment", func(ctx context.Context, s store.Store, q insight.Question) error {
		_, err := insight.Environment(ctx, s, q, knowledge.SecurityState{})
		return err
	})...)
}

// busiestSubnet returns the subnet with most traffic in the last hour of a range, and its network.
func busiestSubnet(ctx context.Context, s store.Store, q insight.Question) (vnet, subnet string, err error) {
	hour := insight.TableQuestion{Question: insight.Question{From: q.To.Add(-time.Hour), To: q.To, Limit: 1}}
	a, err := insight.Table(ctx, s, "subnets", hour)
	if err != nil || len(a.Rows) == 0 {
		return "", "", fmt.Errorf("no subnet is known: %w", err)
	}
	subnet = a.Rows[0].Keys[0]
	if hour.Where, err = filter.Parse(a.Rows[0].Filter); err != nil {
		return "", "", err
	}
	hour.Limit = insight.MaxLimit
	if a, err = insight.Table(ctx, s, "vnets", hour); err != nil {
		return "", "", err
	}
	for _, row := range a.Rows {
		if _, name, _ := strings.Cut(row.Keys[0], "/"); strings.HasPrefix(subnet, name+"/") {
			return row.Keys[0], subnet, nil
		}
	}
	return "", "", fmt.Errorf("no network has %s", subnet)
}
