package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// balancers are those of an inventory, to be filled with their traffic.
type balancers struct {
	list     []*Balancer
	behind   map[member][]*Balancer // load balancers, by their back ends
	gateways map[string]*Balancer   // application gateways, by name
	sources  netmap                 // has the nodes that traffic comes from
}

func balancersOf(inv *topology.Inventory) *balancers {
	b := &balancers{behind: map[member][]*Balancer{}, gateways: map[string]*Balancer{}, sources: netmap{graph: graph{nodes: map[string]*MapNode{}}}}
	p := poolsOf(inv)
	for i := range inv.LoadBalancers {
		l := p.loadBalancer(&inv.LoadBalancers[i])
		l.is = l.answered()
		l.Filter = filter.Print(l.is)
		for m := range l.to {
			b.behind[m] = append(b.behind[m], l)
		}
		b.list = append(b.list, l)
	}
	for i := range inv.AppGateways {
		g := p.appGateway(&inv.AppGateways[i])
		g.is = at(query.ResponderEnd, "appgateway", g.Name)
		g.Filter = filter.Print(g.is)
		for m, to := range g.to {
			to.Filter = filter.Print(query.And{at(query.InitiatorEnd, "appgateway", g.Name), at(query.ResponderEnd, m.field, m.name)})
		}
		b.gateways[g.Name] = g
		b.list = append(b.list, g)
	}
	return b
}

// answered holds of what the back ends of a load balancer answer at its ports; each
// of them gets the filter of its own.
func (b *Balancer) answered() query.Condition {
	byPorts := map[string][]member{}
	for m, to := range b.to {
		to.Filter = filter.Print(answers([]member{m}, to.Ports))
		key := fmt.Sprint(to.Ports)
		byPorts[key] = append(byPorts[key], m)
	}
	var all query.Or
	for _, key := range slices.Sorted(maps.Keys(byPorts)) {
		all = append(all, answers(byPorts[key], b.to[byPorts[key][0]].Ports))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// answers holds of flows that one of some back ends answers at one of some ports.
func answers(members []member, ports []int64) query.Condition {
	there := membersAre(members)
	if slices.Contains(ports, 0) {
		return there
	}
	return both(there, query.Test{Field: "port", Values: values(ports)})
}

// membersAre holds of flows that one of some back ends answers.
func membersAre(members []member) query.Condition {
	names := map[string][]string{}
	for _, m := range members {
		names[m.field] = append(names[m.field], m.name)
	}
	var any query.Or
	for _, field := range slices.Sorted(maps.Keys(names)) {
		slices.Sort(names[field])
		any = append(any, at(query.ResponderEnd, field, values(names[field])...))
	}
	if len(any) == 1 {
		return any[0]
	}
	return any
}

// values are the values of a test.
func values[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// ask gives balancers their traffic.
func (b *balancers) ask(ctx context.Context, s store.Store, r Range, where query.Condition) error {
	for _, step := range []func(context.Context, store.Store, Range, query.Condition) error{b.answered, b.taken, b.passed} {
		if err := step(ctx, s, r, where); err != nil {
			return fmt.Errorf("cannot tell what balancers spread: %w", err)
		}
	}
	return nil
}

// answered asks for what back ends of load balancers answer.
func (b *balancers) answered(ctx context.Context, s store.Store, r Range, where query.Condition) error {
	if len(b.behind) == 0 {
		return nil
	}
	dims := append([]query.Dimension{query.Of(query.ResponderEnd, query.NIC), query.Of(query.ResponderEnd, query.VM), query.Port}, b.sources.networkParts(query.InitiatorEnd)...)
	return askStatus(ctx, s, r, both(where, membersAre(slices.Collect(maps.Keys(b.behind)))), dims, func(k []any, st Status, bad bool, sum Measures) {
		m, port := member{"nic", k[0].(string)}, k[2].(int64)
		if b.behind[m] == nil {
			m = member{"vm", k[1].(string)}
		}
		for _, l := range b.behind[m] {
			to := l.to[m]
			if slices.Contains(to.Ports, 0) || slices.Contains(to.Ports, port) {
				l.come(b.sources.networkOf(k[3:]), st, bad, sum)
				to.take(st, bad, sum)
			}
		}
	})
}

// taken asks for what application gateways answer.
func (b *balancers) taken(ctx context.Context, s store.Store, r Range, where query.Condition) error {
	if len(b.gateways) == 0 {
		return nil
	}
	dims := append([]query.Dimension{query.Of(query.ResponderEnd, query.AppGateway)}, b.sources.networkParts(query.InitiatorEnd)...)
	return askStatus(ctx, s, r, both(where, has(query.ResponderEnd, "appgateway")), dims, func(k []any, st Status, bad bool, sum Measures) {
		if g := b.gateways[k[0].(string)]; g != nil {
			g.come(b.sources.networkOf(k[1:]), st, bad, sum)
		}
	})
}

// passed asks for what application gateways ask their back ends.
func (b *balancers) passed(ctx context.Context, s store.Store, r Range, where query.Condition) error {
	if len(b.gateways) == 0 {
		return nil
	}
	dims := []query.Dimension{query.Of(query.InitiatorEnd, query.AppGateway), query.Of(query.ResponderEnd, query.NIC), query.Of(query.ResponderEnd, query.VM)}
	from := query.And{has(query.InitiatorEnd, "appgateway"), has(query.ResponderEnd, "nic")}
	return askStatus(ctx, s, r, both(where, from), dims, func(k []any, st Status, bad bool, sum Measures) {
		g := b.gateways[k[0].(string)]
		if g == nil {
			return
		}
		to := g.to[member{"nic", k[1].(string)}]
		if to == nil {
			to = g.to[member{"vm", k[2].(string)}]
		}
		if to != nil {
			to.take(st, bad, sum)
		}
	})
}

// balance gives load balancers the traffic that their back ends answer.
func (a *EnvironmentAnswer) balance(ctx context.Context, s store.Store, where query.Condition, inv *topology.Inventory, to *places) error {
	b := balancersOf(inv)
	if err := b.answered(ctx, s, a.Range, where); err != nil {
		return err
	}
	for _, l := range b.list {
		if l.Kind == NodeBalancer && l.is != nil {
			at := to.named(l.Name)
			at.Total, at.MaliciousTotal, at.Filter = l.All.Total, l.Malicious, l.Filter
			at.Active, at.Malicious = at.Total != (Measures{}), at.MaliciousTotal != (Measures{})
		}
	}
	return nil
}

// has holds of ends that have a name of a field.
func has(e query.End, field string) query.Test {
	return query.Test{Field: field, End: e, Op: query.StartsWith, Values: []any{""}}
}

// come adds what came to a balancer from a node.
func (b *Balancer) come(n *MapNode, st Status, bad bool, sum Measures) {
	from := b.from[n]
	if from == nil {
		from = &BalancerSource{Kind: n.Kind, Name: n.Name}
		b.from[n] = from
	}
	b.All.add(In, st, sum)
	from.All.add(In, st, sum)
	if bad {
		b.Malicious, from.Malicious = b.Malicious.plus(sum), from.Malicious.plus(sum)
	}
}

// take adds what a back end was asked.
func (to *Backend) take(st Status, bad bool, sum Measures) {
	to.All.add(In, st, sum)
	if bad {
		to.Malicious = to.Malicious.plus(sum)
	}
}

// finish puts the parts of a balancer in order.
func (b *Balancer) finish(by Measure) *Balancer {
	var all Measures
	for _, to := range b.to {
		all = all.plus(to.All.Total)
	}
	for _, to := range b.to {
		to.Share = share(to.All.Total, all, by)
		b.Backends = append(b.Backends, *to)
	}
	slices.SortFunc(b.Backends, func(x, y Backend) int {
		return cmp.Or(x.All.Total.compare(y.All.Total, by), cmp.Compare(x.Name, y.Name), cmp.Compare(x.NIC, y.NIC))
	})
	for n, from := range b.from {
		if n.end != nil && b.is != nil {
			from.Filter = filter.Print(both(b.is, n.end(query.InitiatorEnd)))
		}
		b.Sources = append(b.Sources, *from)
	}
	slices.SortFunc(b.Sources, func(x, y BalancerSource) int {
		return cmp.Or(x.All.Total.compare(y.All.Total, by), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return b
}
