package insight

import (
	"context"
	"maps"
	"slices"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// answering is where a load balancer sends connections: NICs of its pools, at the
// ports of its rules.
type answering struct {
	nics  map[string]bool
	ports map[int64]bool // 0: every port
}

// pooled returns the NICs of backend pools, as the NICs say it.
func pooled(inv *topology.Inventory) map[topology.ID][]string {
	of := map[topology.ID][]string{}
	for i := range inv.NICs {
		for _, c := range inv.NICs[i].Configs {
			for _, p := range c.Pools {
				of[p] = append(of[p], inv.NICs[i].ID.Short())
			}
		}
	}
	return of
}

// answeringOf takes NICs of pools from either that says it.
func answeringOf(l *topology.LoadBalancer, pooled map[topology.ID][]string) answering {
	b := answering{map[string]bool{}, map[int64]bool{}}
	add := func(configs []topology.ID, port int64) {
		for _, c := range configs {
			b.nics[c.Parent().Short()] = true
		}
		b.ports[port] = true
	}
	for _, r := range l.Rules {
		for _, p := range l.Pools {
			if slices.Contains(r.Pools, p.ID) {
				add(p.Configs, r.BackendPort)
				for _, nic := range pooled[p.ID] {
					b.nics[nic] = true
				}
			}
		}
	}
	for _, r := range l.NATRules {
		if r.Backend != "" {
			add([]topology.ID{r.Backend}, r.BackendPort)
		}
	}
	return b
}

// balance gives load balancers the traffic that their backends answer at the ports
// of their rules: logs show the client and the backend, and not what is between
// them. Who reaches a backend at such a port without it counts, too.
func (a *EnvironmentAnswer) balance(ctx context.Context, s store.Store, where query.Condition, inv *topology.Inventory, balancers *places) error {
	if len(inv.LoadBalancers) == 0 {
		return nil
	}
	nic := query.Of(query.ResponderEnd, query.NIC)
	known := query.Is(nic, "")
	known.Not = true
	res, err := query.Ask(ctx, s, query.Question{
		From: a.From, To: a.To, Dimensions: []query.Dimension{nic, query.Port}, Filters: []query.Filter{known}, Where: where,
		Measures: append(measures("total"), measures("malicious", query.Is(query.FlowType, flow.MaliciousFlow))...),
	})
	if err != nil {
		return err
	}
	pools := pooled(inv)
	for i := range inv.LoadBalancers {
		to := answeringOf(&inv.LoadBalancers[i], pools)
		if len(to.nics) == 0 {
			continue
		}
		at := balancers.named(inv.LoadBalancers[i].ID.Full())
		at.Total, at.MaliciousTotal = Measures{}, Measures{}
		for _, row := range res.Rows {
			if to.nics[row.Keys[0].(string)] && (to.ports[0] || to.ports[row.Keys[1].(int64)]) {
				at.Total, at.MaliciousTotal = at.Total.plus(read(row.Values, "total")), at.MaliciousTotal.plus(read(row.Values, "malicious"))
			}
		}
		at.Active, at.Malicious = at.Total != (Measures{}), at.MaliciousTotal != (Measures{})
		all := query.And{query.Test{Field: "nic", End: query.ResponderEnd, Values: values(slices.Sorted(maps.Keys(to.nics)))}}
		if !to.ports[0] {
			all = append(all, query.Test{Field: "port", Values: values(slices.Sorted(maps.Keys(to.ports)))})
		}
		at.Filter = filter.Print(all)
	}
	return nil
}

// values are the values of a test.
func values[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
