package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func (b *binder) summarize(t table, op *syntax.Operator, s *scope) table {
	agg := &rel.Aggregate{In: t.node}
	out := table{node: agg}
	n := newNamer(nil)
	for _, item := range op.By {
		name, x := "", item
		switch given := item.(type) {
		case *syntax.Named:
			name, x = n.declare(item, given.Names[0]), given.X
		case *syntax.Ident:
			name = n.declare(item, given.Name)
		default:
			name = n.free(autoName(item))
		}
		v := b.scalar(x, s)
		b.key(item, v)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		agg.Keys = append(agg.Keys, rel.Item{ID: c.ID, X: v})
	}
	inner := *s
	inner.aggregating = true
	for _, item := range op.Items {
		var given []string
		x := item
		if named, ok := item.(*syntax.Named); ok {
			given, x = named.Names, named.X
		}
		if best, ok := x.(*syntax.Call); ok && (best.Name == "arg_max" || best.Name == "arg_min") {
			b.best(agg, &out, best, given, s, n)
			continue
		}
		if several, ok := x.(*syntax.Call); ok {
			if calls := apart(several, s, agg); calls != nil {
				b.several(agg, &out, calls, given, &inner, n)
				continue
			}
		}
		if len(given) > 1 {
			fail(item, "this aggregate gives one column")
		}
		name, x := b.aggregateTitle(item, n)
		v := b.scalar(x, &inner)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		agg.Aggs = append(agg.Aggs, rel.Item{ID: c.ID, X: v})
	}
	return out
}

// aggregateTitle returns the name of the column of an aggregate, and the
// aggregate without it.
func (b *binder) aggregateTitle(item syntax.Expr, n *namer) (string, syntax.Expr) {
	if named, ok := item.(*syntax.Named); ok {
		return n.declare(item, named.Names[0]), named.X
	}
	c, ok := item.(*syntax.Call)
	if !ok {
		return n.free(""), item
	}
	if _, isAggregate := b.book.aggregates[c.Name]; isAggregate {
		return n.free(aggregateName(c)), item
	}
	if len(c.Args) > 0 {
		if in, ok := c.Args[0].(*syntax.Call); ok && autoAfter(c.Name) {
			return n.free(aggregateName(in)), item
		}
	}
	return n.free(""), item
}

// apart takes an aggregate that gives several columns apart, nil where it gives
// one: percentiles(x, 50, 90), take_any(*).
func apart(x *syntax.Call, s *scope, agg *rel.Aggregate) []*syntax.Call {
	var all []*syntax.Call
	switch fixed := map[string]int{"percentiles": 1, "percentilesw": 2}[x.Name]; {
	case fixed > 0 && len(x.Args) > fixed+1:
		for _, share := range x.Args[fixed:] {
			args := append(append([]syntax.Expr(nil), x.Args[:fixed]...), share)
			all = append(all, &syntax.Call{At: x.At, Name: x.Name, Args: args})
		}
	case x.Name == "take_any" || x.Name == "any":
		for _, a := range x.Args {
			if _, ok := a.(*syntax.Star); !ok {
				all = append(all, &syntax.Call{At: x.At, Name: x.Name, Args: []syntax.Expr{a}})
				continue
			}
			for _, c := range s.columns {
				if !isKey(agg, c) {
					all = append(all, &syntax.Call{At: x.At, Name: x.Name, Args: []syntax.Expr{&syntax.Ident{At: x.At, Name: c.Name}}})
				}
			}
		}
	}
	return all
}

// several binds the columns of an aggregate that gives more than one.
func (b *binder) several(agg *rel.Aggregate, out *table, calls []*syntax.Call, given []string, s *scope, n *namer) {
	for i, x := range calls {
		name := ""
		if i < len(given) {
			name = given[i]
		} else {
			name = n.free(aggregateName(x))
		}
		v := b.scalar(x, s)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		agg.Aggs = append(agg.Aggs, rel.Item{ID: c.ID, X: v})
	}
}

func autoAfter(name string) bool {
	for _, f := range namedAfterArgument() {
		if f == name {
			return true
		}
	}
	return false
}

// best binds arg_max and arg_min: the row in which something is greatest.
func (b *binder) best(agg *rel.Aggregate, out *table, x *syntax.Call, given []string, s *scope, n *namer) {
	if len(x.Args) < 1 {
		fail(x, "'%s' takes what is to be greatest, and the columns of its row", x.Name)
	}
	op, top, text := rel.ArgMax, rel.Max, rel.MaxText
	if x.Name == "arg_min" {
		op, top, text = rel.ArgMin, rel.Min, rel.MinText
	}
	by := b.scalar(x.Args[0], s)
	if by.Type() == rel.Dynamic {
		fail(x, "'%s' takes numbers, times and texts, not dynamic", x.Name)
	}
	i := 0
	add := func(name string, v rel.Expr) {
		if i < len(given) {
			name = n.declare(x, given[i])
		} else {
			name = n.free(name)
		}
		i++
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		agg.Aggs = append(agg.Aggs, rel.Item{ID: c.ID, X: v})
	}
	greatest := call(top, by.Type(), true, by)
	if by.Type() == rel.String {
		greatest = call(text, rel.String, false, by)
	}
	first := autoName(x.Args[0])
	if first == "" {
		first = map[bool]string{true: "max_", false: "min_"}[op == rel.ArgMax]
	}
	add(first, greatest)
	of := func(v rel.Expr) rel.Expr {
		one := call(op, v.Type(), true, by, v)
		if v.Type() == rel.String {
			return call(rel.Text, rel.String, false, one)
		}
		return one
	}
	for _, a := range x.Args[1:] {
		if _, ok := a.(*syntax.Star); !ok {
			add(autoName(a), of(b.scalar(a, s)))
			continue
		}
		for _, c := range s.columns {
			if c.Name != identName(x.Args[0]) && !isKey(agg, c) {
				add(c.Name, of(c.Column))
			}
		}
	}
}

func isKey(agg *rel.Aggregate, c Column) bool {
	for _, k := range agg.Keys {
		if x, ok := k.X.(rel.Column); ok && x.ID == c.ID {
			return true
		}
	}
	return false
}
