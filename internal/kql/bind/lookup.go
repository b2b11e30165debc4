package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// ipv4Lookup joins rows with those of a table whose range of addresses has theirs.
// Each address is looked up once, however many rows have it.
func (b *binder) ipv4Lookup(t table, op *syntax.Operator, x *syntax.Call, s *scope) table {
	if op.Columns != nil {
		fail(x, "ipv4_lookup has the columns of both tables: leave out what stands behind the colon")
	}
	args, unmatched := x.Args, false
	for i, a := range args {
		flag := a
		if named, ok := a.(*syntax.Named); ok && named.Names[0] == "return_unmatched" {
			flag = named.X
		} else if _, ok := a.(*syntax.Literal); !ok || i < 3 {
			continue
		}
		l, ok := flag.(*syntax.Literal)
		if ok {
			unmatched, ok = l.Value.(bool)
		}
		if !ok || i != len(args)-1 {
			fail(a, "the last argument of ipv4_lookup may be return_unmatched = true or false")
		}
		args = args[:i]
	}
	if len(args) < 3 {
		fail(x, "ipv4_lookup takes a table of ranges, the column of the addresses, that of the ranges in the table, and columns that both have")
	}
	if !b.isTable(args[0], s.env) {
		fail(args[0], "ipv4_lookup takes the table of the ranges first")
	}
	ranges := b.fresh(b.table(args[0], s.env))
	address, network := columnOf(args[1], t), columnOf(args[2], ranges)
	var left, right []Column // that both have
	for _, a := range args[3:] {
		left, right = append(left, columnOf(a, t)), append(right, columnOf(a, ranges))
	}

	number := computed("parse_ipv4", rel.Long, b.toText(address.Column))
	at := b.column("", number)
	rows := &rel.Project{In: t.node, Items: append(pass(t.columns), rel.Item{ID: at.ID, X: number})}
	first, last := computed("parse_ipv4", rel.Long, b.toText(network.Column)), computed("ipv4_last", rel.Long, b.toText(network.Column))
	from, to := b.column("", first), b.column("", last)
	within := &rel.Project{In: ranges.node, Items: append(pass(ranges.columns), rel.Item{ID: from.ID, X: first}, rel.Item{ID: to.ID, X: last})}

	distinct, matched := &rel.Aggregate{In: rows}, &rel.Join{Kind: rel.Inner}
	one := b.column("", at.Column)
	distinct.Keys = append(distinct.Keys, rel.Item{ID: one.ID, X: at.Column})
	found := &rel.Join{Kind: rel.Inner, L: distinct, R: within}
	matched.On = append(matched.On, rel.Pair{L: at.Column, R: one.Column})
	for i, c := range left {
		key := b.column("", c.Column)
		distinct.Keys = append(distinct.Keys, rel.Item{ID: key.ID, X: c.Column})
		found.On = append(found.On, rel.Pair{L: key.Column, R: right[i].Column})
		matched.On = append(matched.On, rel.Pair{L: c.Column, R: key.Column})
	}
	matched.L = rows
	matched.R = &rel.Filter{In: found, Cond: join(rel.And, b.compare(x, ">=", one.Column, from.Column), b.compare(x, "<=", one.Column, to.Column))}
	if unmatched {
		matched.Kind = rel.Left
	}

	project := &rel.Project{In: matched, Items: pass(t.columns)}
	out := table{node: project, columns: append([]Column(nil), t.columns...)}
	names := newNamer(append(append([]Column(nil), t.columns...), ranges.columns...))
	for _, c := range ranges.columns {
		if _, both := find(right, c.Name); both {
			continue
		}
		v := rel.Expr(c.Column)
		if unmatched {
			c.Null = true
			if v = c.Column; c.T == rel.String {
				v = call(rel.Text, rel.String, false, v)
			}
		}
		name := c.Name
		if _, taken := find(t.columns, name); taken {
			name = names.free(name)
		}
		made := b.column(name, v)
		out.columns = append(out.columns, made)
		project.Items = append(project.Items, rel.Item{ID: made.ID, X: v})
	}
	return out
}

// columnOf is the column that an argument names.
func columnOf(x syntax.Expr, t table) Column {
	if identName(x) == "" {
		fail(x, "ipv4_lookup takes the name of a column here: make one of the value with extend")
	}
	c, ok := find(t.columns, identName(x))
	if !ok {
		fail(x, "Failed to resolve column named '%s'%s", identName(x), syntax.Nearest(identName(x), names(t.columns)))
	}
	return c
}
