package security

import (
	"maps"
	"slices"

	"weir/internal/topology"
)

// Rule is a rule of a group or of an admin configuration, and what is known of it.
type Rule struct {
	ACL  topology.ID // security group, or admin configuration
	Rule *topology.Rule
	// Used tells whether something is behind it: a subnet, an interface, a network.
	Used bool
	// Lone tells whether no other group stands beside its own, so that what it
	// lets pass is logged here: of two that let a flow pass one logs it, and which
	// of them varies (docs/reference/traffic-analytics.md 1.4).
	Lone bool
	// Shadow is the rules that together have all of its flows, by priority, so that it can
	// never decide; empty: it can, or that would have taken too long to find out.
	Shadow []*topology.Rule
	// Contradicts tells whether some of these decide otherwise than it would.
	Contradicts bool
}

// mostSights is from how many networks a group is looked at. What shadows a
// rule wherever its tags lead shadows it in all of them.
const mostSights = 16

// Rules returns all rules, those of admin configurations first, then by group and priority.
func (e *Estate) Rules() []Rule {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reads != nil {
		return e.reads
	}
	e.reads = []Rule{}
	for _, a := range e.admin {
		e.reads = append(e.reads, Rule{ACL: configOf(a.rule.ID), Rule: &a.rule.Rule, Used: len(a.within) > 0, Lone: true})
	}
	for _, g := range e.groups {
		shadows := e.shadows(g)
		for i := range g.rules {
			r := Rule{ACL: g.id, Rule: &g.rules[i], Used: g.used, Lone: g.lone}
			for _, n := range slices.Sorted(maps.Keys(shadows[i])) {
				by := &g.rules[n]
				r.Shadow = append(r.Shadow, by)
				r.Contradicts = r.Contradicts || Allows(by) != Allows(r.Rule)
			}
			e.reads = append(e.reads, r)
		}
	}
	return e.reads
}

// shadows returns for each rule of a group the numbers of those that shadow it,
// from wherever the group is seen.
func (e *Estate) shadows(g *group) []map[int]bool {
	if len(g.seen) == 0 || len(g.seen) > mostSights {
		return shadowed(g, e.compileAll(g, e.symbolic()))
	}
	var all []map[int]bool
	for n, w := range g.seen {
		of := shadowed(g, e.tableOf(g, w))
		if n == 0 {
			all = of
			continue
		}
		for i := range all {
			if len(of[i]) == 0 {
				all[i] = nil
			}
			if len(all[i]) > 0 {
				maps.Copy(all[i], of[i])
			}
		}
	}
	return all
}

// shadowed returns for each rule of a group the numbers of those that have all of its
// flows. Default rules, which nobody can remove, are not looked at.
func shadowed(g *group, t *table) []map[int]bool {
	number := map[*topology.Rule]int{}
	for i := range g.rules {
		number[&g.rules[i]] = i
	}
	of := make([]map[int]bool, len(g.rules))
	for _, rules := range [][]compiled{t.in, t.out} {
		for i := range rules {
			if rules[i].rule.Default {
				continue
			}
			w := walk{rules: rules[:i]}
			parts := rules[i].box.families()
			by, covered := map[int]bool{}, len(parts) > 0
			for _, b := range parts {
				covered = covered && w.each(b, func(_ *box, n int) bool {
					if n >= 0 {
						by[number[rules[n].rule]] = true
					}
					return n >= 0
				})
			}
			if covered {
				of[number[rules[i].rule]] = by
			}
		}
	}
	return of
}
