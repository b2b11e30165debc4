package bind

import (
	"fmt"
	"slices"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// mvApply binds mv-apply: the entries of lists become rows, and what is asked of
// them is asked of those of each row by itself.
func (b *binder) mvApply(t table, op *syntax.Operator, s *scope) table {
	number := b.column("", rel.Column{T: rel.Long})
	t.node = &rel.Rank{In: s.serial.done(t.node), ID: number.ID}
	inner := *s
	inner.serial = nil
	all := b.expand(t, op, &inner)
	var kept []Column // of the row, beside what its lists became
	for _, c := range t.columns {
		if slices.ContainsFunc(all.columns, func(o Column) bool { return o.ID == c.ID }) {
			kept = append(kept, c)
		}
	}
	all.node = b.carry(all.node, t.node, op, number, nil)
	all.ordered = true
	sub := b.within(all, op.Ops, s.env, number, kept)
	out := table{columns: slices.Clone(kept)}
	items := pass(kept)
	n := newNamer(kept)
	for _, c := range sub.columns {
		if slices.ContainsFunc(kept, func(o Column) bool { return o.ID == c.ID }) {
			continue
		}
		items = append(items, rel.Item{ID: c.ID, X: c.Column})
		c.Name = n.free(c.Name)
		out.columns = append(out.columns, c)
	}
	out.node = &rel.Project{In: sub.node, Items: items}
	return out
}

// partition binds partition: what is asked is asked of the rows of each value of
// a column by itself.
func (b *binder) partition(t table, op *syntax.Operator, s *scope) table {
	v := b.scalar(op.By[0], s)
	b.key(op.By[0], v)
	key := b.column("", v)
	t.node = &rel.Project{In: t.node, Items: append(pass(t.columns), rel.Item{ID: key.ID, X: v})}
	sub := b.within(t, op.Ops, s.env, key, nil)
	return table{node: &rel.Project{In: sub.node, Items: pass(sub.columns)}, columns: sub.columns}
}

// copied is how often what is below an operator is written out.
func copied(op *syntax.Operator) int {
	switch op.Name {
	case "make-series":
		return 2
	case "top-nested":
		if op.Nested[len(op.Nested)-1].With != nil {
			return len(op.Nested) + 1
		}
		return len(op.Nested)
	case "evaluate":
		if x, ok := op.Items[0].(*syntax.Call); ok && x.Name == "ipv4_lookup" {
			return 2
		}
	}
	return 1
}

// within binds operators on the rows of each part by themselves. The part, and
// columns that are kept for later, go through all of them unseen.
func (b *binder) within(t table, ops []syntax.Operator, e *env, part Column, kept []Column) table {
	for i := range ops {
		op := &ops[i]
		b.count(syntax.At(op.Pos))
		below := t.node
		t = b.operator(t, op, e)
		t.node = b.carry(t.node, below, op, part, kept)
	}
	return t
}

// carry changes the nodes of one operator, which stand above another node, so
// that they work within parts.
func (b *binder) carry(n, below rel.Node, op *syntax.Operator, part Column, kept []Column) rel.Node {
	if n == below {
		return n
	}
	if sort, ok := below.(*rel.Sort); ok && sort.In == n { // what needs the keys alone takes them from it
		return n
	}
	hidden := append([]Column{part}, kept...)
	switch n := n.(type) {
	case *rel.Filter:
		return &rel.Filter{In: b.carry(n.In, below, op, part, kept), Cond: n.Cond}
	case *rel.Sort:
		return &rel.Sort{In: b.carry(n.In, below, op, part, kept), Keys: n.Keys}
	case *rel.Project:
		return &rel.Project{In: b.carry(n.In, below, op, part, kept), Items: withItems(n.Items, hidden)}
	case *rel.Unnest:
		return &rel.Unnest{In: b.carry(n.In, below, op, part, kept), Items: n.Items}
	case *rel.Rank:
		return &rel.Rank{In: b.carry(n.In, below, op, part, kept), ID: n.ID, By: append([]rel.Expr{part.Column}, n.By...), Keys: n.Keys}
	case *rel.Window:
		return &rel.Window{In: b.carry(n.In, below, op, part, kept), Items: n.Items, By: append([]rel.Expr{part.Column}, n.By...), Keys: n.Keys}
	case *rel.Fold:
		out := *n
		out.In, out.By = b.carry(n.In, below, op, part, kept), append([]rel.Expr{part.Column}, n.By...)
		return &out
	case *rel.Limit:
		place := b.column("", rel.Column{T: rel.Long})
		r := &rel.Rank{ID: place.ID, By: []rel.Expr{part.Column}}
		if sort, ok := n.In.(*rel.Sort); ok {
			r.In, r.Keys = b.carry(sort.In, below, op, part, kept), sort.Keys
		} else {
			r.In = b.carry(n.In, below, op, part, kept)
		}
		return &rel.Filter{In: r, Cond: call(rel.Le, rel.Bool, false, place.Column, long1(n.N))}
	case *rel.Aggregate:
		out := &rel.Aggregate{In: b.carry(n.In, below, op, part, kept), Keys: withItems(n.Keys, hidden[:1]), Aggs: slices.Clone(n.Aggs)}
		for _, c := range kept {
			if !slices.ContainsFunc(slices.Concat(out.Keys, out.Aggs), func(i rel.Item) bool { return i.ID == c.ID }) {
				out.Aggs = append(out.Aggs, rel.Item{ID: c.ID, X: call(rel.AnyRow, c.T, true, c.Column)})
			}
		}
		return out
	}
	refuse(syntax.At(op.Pos), "'%s' is not supported by Weir within parts of rows: do it before or behind", op.Name)
	return nil
}

// withItems adds columns that are not there yet.
func withItems(items []rel.Item, columns []Column) []rel.Item {
	out := slices.Clone(items)
	for _, c := range columns {
		if !slices.ContainsFunc(out, func(i rel.Item) bool { return i.ID == c.ID }) {
			out = append(out, rel.Item{ID: c.ID, X: c.Column})
		}
	}
	return out
}

// sampled binds sample, sample-distinct and top-hitters.
func (b *binder) sampled(t table, op *syntax.Operator, s *scope) table {
	n := b.number(op.Count, s)
	if op.Name == "sample" {
		t.node = &rel.Limit{In: &rel.Sort{In: t.node, Keys: []rel.Key{{X: call(rel.Random, rel.Real, false), Asc: true}}}, N: n}
		return t
	}
	name, x := namedAs(op.Items[0])
	v := b.scalar(x, s)
	b.key(x, v)
	if name == "" {
		name = "Column1"
	}
	key := b.column(name, v)
	agg := &rel.Aggregate{In: t.node, Keys: []rel.Item{{ID: key.ID, X: v}}}
	if op.Name == "sample-distinct" {
		return table{node: &rel.Limit{In: &rel.Sort{In: agg, Keys: []rel.Key{{X: key.Column, Asc: true}}}, N: n}, columns: []Column{key}}
	}
	title, measure := "approximate_count_"+name, call(rel.Count, rel.Long, false)
	if len(op.By) > 0 {
		by, x := namedAs(op.By[0])
		title = "approximate_sum_" + by
		measure = sum(rel.SumLong, rel.SumReal)(&funcall{b: b, x: &syntax.Call{At: syntax.At(op.Pos), Name: op.Name, Args: []syntax.Expr{x}}, s: s, args: []rel.Expr{b.scalar(x, s)}})
	}
	total := b.column(title, measure)
	agg.Aggs = []rel.Item{{ID: total.ID, X: measure}}
	keys := []rel.Key{{X: total.Column}, {X: key.Column}}
	return table{node: &rel.Limit{In: &rel.Sort{In: agg, Keys: keys}, N: n}, columns: []Column{key, total}}
}

// asserted refuses a table whose columns are others than said.
func (b *binder) asserted(t table, op *syntax.Operator) table {
	is := make([]string, len(t.columns))
	for i, c := range t.columns {
		is[i] = c.Name + ":" + TypeName(c.T)
	}
	said := make([]string, len(op.Columns))
	for i, p := range op.Columns {
		said[i] = p.Name + ":" + TypeName(typeNamed(syntax.At(p.Pos), p.Type))
	}
	if !slices.Equal(is, said) {
		fail(syntax.At(op.Pos), "assert-schema: the columns are %v, not %v", fmt.Sprint(is), fmt.Sprint(said))
	}
	return t
}
