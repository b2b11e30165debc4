package rel_test

import "weir/internal/query/rel"

// expr makes an expression of a type. Operations get what their comments ask for.
func (m *maker) expr(t rel.Type, columns []rel.Column, depth int) rel.Expr {
	if depth == 0 || m.IntN(3) == 0 {
		return m.leaf(t, columns)
	}
	if m.IntN(8) == 0 {
		return m.choice(t, columns, depth)
	}
	sub := func(t rel.Type) rel.Expr { return m.expr(t, columns, depth-1) }
	call := func(op rel.Op, null bool, args ...rel.Expr) rel.Expr {
		for _, a := range args {
			null = null || a.Nullable()
		}
		return rel.Call{Op: op, Args: args, T: t, Null: null}
	}
	pick := func(all ...rel.Op) rel.Op { return all[m.IntN(len(all))] }
	switch t {
	case rel.Bool:
		return m.condition(columns, depth)
	case rel.Long:
		switch m.IntN(6) {
		case 0:
			return call(pick(rel.Add, rel.Sub, rel.Mul), false, sub(t), sub(t))
		case 1:
			return call(pick(rel.DivLong, rel.Mod, rel.BinLong), true, sub(t), sub(t))
		case 2:
			return call(pick(rel.Neg, rel.Abs), false, sub(t))
		case 3:
			return call(pick(rel.Length), false, sub(rel.String))
		case 4:
			return call(rel.LongOfText, true, sub(rel.String))
		}
		return call(rel.IndexOf, false, sub(rel.String), m.constant(rel.String, false))
	case rel.Real:
		switch m.IntN(4) {
		case 0:
			return call(pick(rel.Add, rel.Sub, rel.Mul, rel.DivReal), false, sub(t), sub(t))
		case 1:
			return call(pick(rel.Neg, rel.Abs, rel.Ceil), false, sub(t))
		case 2:
			return call(pick(rel.GreatestReal, rel.LeastReal), false, sub(t), sub(t))
		}
		return call(rel.RealOfLong, false, sub(rel.Long))
	case rel.DateTime:
		return call(pick(rel.AddTime, rel.SubTime), false, sub(t), m.constant(rel.Timespan, false))
	case rel.Timespan:
		if m.IntN(2) == 0 {
			return call(rel.DiffTime, false, sub(rel.DateTime), sub(rel.DateTime))
		}
		return call(pick(rel.Add, rel.Sub), false, sub(t), sub(t))
	}
	switch m.IntN(6) {
	case 0:
		return call(rel.Concat, false, sub(t), m.constant(t, false), sub(t))
	case 1:
		return call(pick(rel.Lower, rel.Upper, rel.Reverse), false, sub(t))
	case 2:
		return call(rel.TextOfNumber, false, sub(rel.Long))
	case 3:
		return call(rel.TextOfBool, false, sub(rel.Bool))
	case 4:
		return call(rel.SubstringOf, false, sub(t), rel.Const{T: rel.Long, Value: int64(m.IntN(3))}, m.constant(rel.Long, false))
	}
	return call(rel.ReplaceText, false, sub(t), m.constant(t, false), m.constant(t, false))
}

func (m *maker) choice(t rel.Type, columns []rel.Column, depth int) rel.Expr {
	l, r := m.expr(t, columns, depth-1), m.expr(t, columns, depth-1)
	switch {
	case m.IntN(2) == 0:
		return rel.Call{Op: rel.If, Args: []rel.Expr{m.expr(rel.Bool, columns, depth-1), l, r}, T: t, Null: l.Nullable() || r.Nullable()}
	case t == rel.String || t == rel.Bool || t == rel.Real: // which are texts, have no order, have NaN
		return rel.Call{Op: rel.First, Args: []rel.Expr{l, r}, T: t, Null: l.Nullable() && r.Nullable()}
	}
	op := []rel.Op{rel.Greatest, rel.Least, rel.First}[m.IntN(3)]
	return rel.Call{Op: op, Args: []rel.Expr{l, r}, T: t, Null: l.Nullable() && r.Nullable()}
}

// condition makes what is true or false, with the operation for what may be null.
func (m *maker) condition(columns []rel.Column, depth int) rel.Expr {
	call := func(op rel.Op, null bool, args ...rel.Expr) rel.Expr {
		return rel.Call{Op: op, Args: args, T: rel.Bool, Null: null}
	}
	t := []rel.Type{rel.Long, rel.Real, rel.String, rel.DateTime, rel.Timespan, rel.Long}[m.IntN(6)]
	l, r := m.expr(t, columns, depth-1), m.expr(t, columns, depth-1)
	one, both := l.Nullable() || r.Nullable(), l.Nullable() && r.Nullable()
	switch m.IntN(9) {
	case 0:
		x, y := m.expr(rel.Bool, columns, depth-1), m.expr(rel.Bool, columns, depth-1)
		return call([]rel.Op{rel.And, rel.Or}[m.IntN(2)], x.Nullable() || y.Nullable(), x, y)
	case 1:
		x := m.expr(rel.Bool, columns, depth-1)
		return call(rel.Not, x.Nullable(), x)
	case 2, 3:
		equal := m.IntN(2) == 0
		which := func(yes, no rel.Op) rel.Op { return map[bool]rel.Op{true: yes, false: no}[equal] }
		switch {
		case t == rel.Real:
			return call(which(rel.EqReal, rel.NeReal), one && equal, l, r)
		case both:
			return call(which(rel.EqBoth, rel.NeBoth), true, l, r)
		case one:
			return call(which(rel.EqOne, rel.NeOne), false, l, r)
		}
		return call(which(rel.Eq, rel.Ne), false, l, r)
	case 4:
		if t == rel.Real {
			return call([]rel.Op{rel.LtReal, rel.LeReal, rel.GtReal, rel.GeReal}[m.IntN(4)], one, l, r)
		}
		return call([]rel.Op{rel.Lt, rel.Le, rel.Gt, rel.Ge}[m.IntN(4)], one, l, r)
	case 5:
		return call(rel.IsNull, false, l)
	case 6:
		if t == rel.Real {
			return call(rel.IsNaN, one, l)
		}
		op := rel.In
		if l.Nullable() {
			op = rel.InOne
		}
		return call(op, false, l, m.constant(t, false), m.constant(t, false))
	case 7:
		ops := []rel.Op{rel.Contains, rel.StartsWith, rel.EndsWith}
		return call(ops[m.IntN(3)], false, m.expr(rel.String, columns, depth-1), m.expr(rel.String, columns, depth-1))
	}
	in, more := m.plan(m.IntN(2))
	x := m.leaf(rel.Long, more)
	item, c := m.item(x)
	return rel.Member{X: m.expr(rel.Long, columns, depth-1), In: &rel.Project{In: in, Items: []rel.Item{item}}, Column: c}
}
