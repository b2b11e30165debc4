package rel_test

import (
	"math"
	"math/rand/v2"
	"slices"

	"weir/internal/query/rel"
)

// maker makes random plans.
type maker struct {
	*rand.Rand
	last int // number of the last column
}

func (m *maker) column(t rel.Type, null bool) rel.Column {
	m.last++
	return rel.Column{ID: m.last, T: t, Null: null}
}

// values of each type, few, so that they meet.
func (m *maker) constant(t rel.Type, null bool) rel.Const {
	if null && m.IntN(4) == 0 {
		return rel.Const{T: t}
	}
	pick := func(all ...any) rel.Const { return rel.Const{T: t, Value: all[m.IntN(len(all))]} }
	switch t {
	case rel.Bool:
		return pick(true, false)
	case rel.Long, rel.Timespan:
		n := []int64{0, 1, 2, 3, -1, -7, 10, 100}[m.IntN(8)]
		if t == rel.Timespan {
			n *= 36_000_000_000 // hours
		}
		return rel.Const{T: t, Value: n}
	case rel.Real:
		return pick(0.0, 1.0, -1.5, 2.5, 0.25, 3.0, math.NaN(), math.Inf(1), math.Inf(-1))
	case rel.DateTime:
		return rel.Const{T: t, Value: 1_772_323_200_000_000 + 3_600_000_000*int64(m.IntN(6))}
	}
	return pick("", "a", "A", "b", "ab", "é", "É'; --", `"`, "12", " -7 ", "a\nb", "null")
}

func (m *maker) table() (rel.Node, []rel.Column) {
	if m.IntN(8) == 0 {
		c := m.column(rel.Long, false)
		long := func(n int) rel.Const { return rel.Const{T: rel.Long, Value: int64(n)} }
		step := 1 + m.IntN(2)
		if m.IntN(4) == 0 {
			return &rel.Range{Column: c, From: long(3), To: long(-m.IntN(3)), Step: long(-step)}, []rel.Column{c}
		}
		return &rel.Range{Column: c, From: long(m.IntN(2)), To: long(m.IntN(4)), Step: long(step)}, []rel.Column{c}
	}
	values := &rel.Values{}
	for _, t := range []rel.Type{rel.Bool, rel.Long, rel.Long, rel.Real, rel.String, rel.DateTime, rel.Timespan} {
		values.Columns = append(values.Columns, m.column(t, m.IntN(3) > 0))
	}
	for range m.IntN(2)*(1+m.IntN(7)) + 1 {
		var cells []rel.Const
		for _, c := range values.Columns {
			cells = append(cells, m.constant(c.T, c.Null))
		}
		values.Rows = append(values.Rows, cells)
	}
	return values, values.Columns
}

// plan makes a table of some steps.
func (m *maker) plan(depth int) (rel.Node, []rel.Column) {
	if depth == 0 {
		return m.table()
	}
	in, columns := m.plan(depth - 1)
	switch m.IntN(13) {
	case 0, 1:
		return &rel.Filter{In: in, Cond: m.expr(rel.Bool, columns, 3)}, columns
	case 2, 3:
		return m.project(in, columns)
	case 4, 5:
		return m.aggregate(in, columns)
	case 6:
		return m.join(in, columns, depth)
	case 7:
		return m.union(in, columns, depth)
	case 8:
		sort := &rel.Sort{In: in, Keys: m.keys(columns)}
		if m.IntN(2) == 0 {
			return sort, columns
		}
		return &rel.Limit{In: sort, N: int64(m.IntN(5))}, columns
	case 9:
		return m.unnest(in, columns)
	case 10, 11:
		return m.lists(in, columns)
	}
	return m.window(in, columns)
}

// keys orders rows by all of their columns, so that which are first is known.
func (m *maker) keys(columns []rel.Column) []rel.Key {
	var keys []rel.Key
	for _, i := range m.Perm(len(columns)) {
		keys = append(keys, rel.Key{X: columns[i], Asc: m.IntN(2) == 0, NullsFirst: m.IntN(2) == 0})
	}
	return keys
}

func (m *maker) item(x rel.Expr) (rel.Item, rel.Column) {
	c := m.column(x.Type(), x.Nullable())
	return rel.Item{ID: c.ID, X: x}, c
}

func (m *maker) project(in rel.Node, columns []rel.Column) (rel.Node, []rel.Column) {
	p := &rel.Project{In: in}
	var out []rel.Column
	for _, c := range columns {
		if m.IntN(3) > 0 { // as extend does, under their own numbers
			p.Items, out = append(p.Items, rel.Item{ID: c.ID, X: c}), append(out, c)
		}
	}
	for range 1 + m.IntN(3) {
		item, c := m.item(m.expr(m.kind(), columns, 3))
		p.Items, out = append(p.Items, item), append(out, c)
	}
	return p, out
}

func (m *maker) kind() rel.Type {
	return []rel.Type{rel.Bool, rel.Long, rel.Long, rel.Real, rel.String, rel.DateTime, rel.Timespan}[m.IntN(7)]
}

func (m *maker) aggregate(in rel.Node, columns []rel.Column) (rel.Node, []rel.Column) {
	a := &rel.Aggregate{In: in}
	var out []rel.Column
	for range m.IntN(3) {
		item, c := m.item(m.expr(m.kind(), columns, 1))
		a.Keys, out = append(a.Keys, item), append(out, c)
	}
	for range 1 + m.IntN(3) {
		item, c := m.item(m.over(columns))
		a.Aggs, out = append(a.Aggs, item), append(out, c)
	}
	return a, out
}

func (m *maker) over(columns []rel.Column) rel.Expr {
	of := func(op rel.Op, t rel.Type, null bool, args ...rel.Expr) rel.Expr {
		return rel.Call{Op: op, Args: args, T: t, Null: null}
	}
	long, real, text := m.expr(rel.Long, columns, 2), m.expr(rel.Real, columns, 1), m.expr(rel.String, columns, 1)
	cond := m.expr(rel.Bool, columns, 2)
	switch m.IntN(14) {
	case 0:
		return of(rel.Count, rel.Long, false)
	case 1:
		return of(rel.CountIf, rel.Long, false, cond)
	case 2:
		return of(rel.SumLong, rel.Long, false, long)
	case 3:
		return of(rel.SumIfLong, rel.Long, false, long, cond)
	case 4:
		return of(rel.SumReal, rel.Real, false, real)
	case 5:
		return of(rel.SumIfReal, rel.Real, false, real, cond)
	case 6:
		return of(rel.Min, rel.Long, true, long)
	case 7:
		return of(rel.Max, rel.DateTime, true, m.expr(rel.DateTime, columns, 1))
	case 8:
		return of(rel.MinReal, rel.Real, true, real)
	case 9:
		return of(rel.MaxReal, rel.Real, true, real)
	case 10:
		return of(rel.MinText, rel.String, false, text)
	case 11:
		return of(rel.MaxText, rel.String, false, text)
	case 12:
		return of(rel.Avg, rel.Real, false, long)
	}
	return of(rel.Distinct, rel.Long, false, []rel.Expr{long, text, cond}[m.IntN(3)])
}

// other is a second table, which is often the first once more, as of a let.
func (m *maker) other(in rel.Node, columns []rel.Column, depth int) (rel.Node, []rel.Column) {
	if m.IntN(2) == 0 {
		return m.plan(m.IntN(depth))
	}
	again := &rel.Project{In: in}
	var out []rel.Column
	for _, c := range columns {
		item, made := m.item(c)
		again.Items, out = append(again.Items, item), append(out, made)
	}
	return again, out
}

func (m *maker) join(in rel.Node, columns []rel.Column, depth int) (rel.Node, []rel.Column) {
	other, more := m.other(in, columns, depth)
	kinds := []rel.JoinKind{rel.Inner, rel.Left, rel.Right, rel.Full, rel.Semi, rel.Anti}
	j := &rel.Join{Kind: kinds[m.IntN(len(kinds))], L: in, R: other}
	for range 1 + m.IntN(2) {
		t := []rel.Type{rel.Long, rel.String, rel.DateTime}[m.IntN(3)]
		j.On = append(j.On, rel.Pair{L: m.leaf(t, columns), R: m.leaf(t, more)})
	}
	if j.Kind == rel.Semi || j.Kind == rel.Anti {
		return j, columns
	}
	// What is padded becomes texts again, as whoever makes joins sees to.
	p := &rel.Project{In: j}
	var out []rel.Column
	for i, list := range [][]rel.Column{columns, more} {
		padded := j.Kind == rel.Full || j.Kind == []rel.JoinKind{rel.Right, rel.Left}[i]
		for _, c := range list {
			c.Null = c.Null || padded
			x := rel.Expr(c)
			if padded && c.T == rel.String {
				x = rel.Call{Op: rel.Text, Args: []rel.Expr{c}, T: rel.String}
			}
			item, made := m.item(x)
			p.Items, out = append(p.Items, item), append(out, made)
		}
	}
	return p, out
}

func (m *maker) union(in rel.Node, columns []rel.Column, depth int) (rel.Node, []rel.Column) {
	other, more := m.other(in, columns, depth)
	u := &rel.Union{Ins: []rel.Node{in, other}, Items: make([][]rel.Expr, 2)}
	for range 1 + m.IntN(4) {
		t := m.kind()
		x, y := m.expr(t, columns, 1), m.expr(t, more, 1)
		u.Columns = append(u.Columns, m.column(t, x.Nullable() || y.Nullable()))
		u.Items[0], u.Items[1] = append(u.Items[0], x), append(u.Items[1], y)
	}
	return u, u.Columns
}

func (m *maker) unnest(in rel.Node, columns []rel.Column) (rel.Node, []rel.Column) {
	u := &rel.Unnest{In: in}
	p := &rel.Project{In: u}
	out := append([]rel.Column(nil), columns...)
	for _, c := range columns {
		p.Items = append(p.Items, rel.Item{ID: c.ID, X: c})
	}
	for range 1 + m.IntN(2) {
		list := rel.Call{Op: rel.ListOf, T: rel.Dynamic}
		for range m.IntN(4) {
			x := m.expr(rel.Long, columns, 1)
			list.Args = append(list.Args, rel.Call{Op: rel.JSONOf, Args: []rel.Expr{x}, T: rel.Dynamic, Null: x.Nullable()})
		}
		raw := m.column(rel.Dynamic, true)
		u.Items = append(u.Items, rel.Item{ID: raw.ID, X: rel.Call{Op: rel.Entries, Args: []rel.Expr{list}, T: rel.Dynamic}})
		item, c := m.item(rel.Call{Op: rel.LongOfJSON, Args: []rel.Expr{raw}, T: rel.Long, Null: true})
		p.Items, out = append(p.Items, item), append(out, c)
	}
	return p, out
}

// lists makes lists of texts, has other steps over them, and reads their entries.
func (m *maker) lists(in rel.Node, columns []rel.Column) (rel.Node, []rel.Column) {
	text := func() rel.Expr { return m.expr(rel.String, columns, 1) }
	split := func() rel.Expr {
		return rel.Call{Op: rel.SplitBy, Args: []rel.Expr{text(), rel.Const{T: rel.String, Value: []any{"a", ",", "b"}[m.IntN(3)]}}, T: rel.Dynamic}
	}
	pack := func() rel.Expr {
		list := rel.Call{Op: rel.ListOf, T: rel.Dynamic}
		for range 1 + m.IntN(3) {
			list.Args = append(list.Args, rel.Call{Op: rel.JSONOf, Args: []rel.Expr{text()}, T: rel.Dynamic})
		}
		return list
	}
	var lists []rel.Column
	made := &rel.Project{In: in, Items: pass(columns)}
	for _, x := range []rel.Expr{split(), pack(), rel.Call{Op: rel.If, Args: []rel.Expr{m.condition(columns, 1), pack(), split()}, T: rel.Dynamic}} {
		if m.IntN(3) > 0 {
			item, c := m.item(x)
			made.Items, lists = append(made.Items, item), append(lists, c)
		}
	}
	var out rel.Node = made
	var entries []rel.Column
	for range m.IntN(4) {
		switch m.IntN(4) {
		case 0:
			out = &rel.Filter{In: out, Cond: m.condition(columns, 1)}
		case 1: // some are gone
			var left []rel.Column
			for _, c := range columns {
				if m.IntN(3) > 0 {
					left = append(left, c)
				}
			}
			columns = left
			out = &rel.Project{In: out, Items: pass(slices.Concat(columns, lists, entries))}
		case 2:
			if len(columns) > 0 {
				out = &rel.Sort{In: out, Keys: m.keys(columns)}
			}
		case 3:
			u := &rel.Unnest{In: out}
			for _, list := range lists {
				if m.IntN(2) == 0 {
					entry := m.column(rel.Dynamic, true)
					u.Items = append(u.Items, rel.Item{ID: entry.ID, X: rel.Call{Op: rel.Entries, Args: []rel.Expr{list}, T: rel.Dynamic}})
					entries = append(entries, entry)
				}
			}
			if len(u.Items) > 0 {
				out = &rel.Project{In: u, Items: pass(slices.Concat(columns, lists, entries))}
			}
		}
	}
	read := &rel.Project{In: out, Items: pass(columns)}
	add := func(x rel.Expr) {
		item, c := m.item(x)
		read.Items, columns = append(read.Items, item), append(columns[:len(columns):len(columns)], c)
	}
	of := func(x rel.Expr) {
		if m.IntN(2) == 0 {
			add(rel.Call{Op: rel.TextOfJSON, Args: []rel.Expr{x}, T: rel.String})
		} else {
			add(rel.Call{Op: rel.LongOfJSON, Args: []rel.Expr{x}, T: rel.Long, Null: true})
		}
	}
	for _, list := range lists {
		at := rel.Const{T: rel.Long, Value: int64(m.IntN(4) - 1)}
		of(rel.Call{Op: rel.At, Args: []rel.Expr{list, at}, T: rel.Dynamic, Null: true})
		if m.IntN(3) == 0 {
			add(rel.Call{Op: rel.ListLength, Args: []rel.Expr{list}, T: rel.Long})
		}
	}
	for _, entry := range entries {
		of(entry)
	}
	return read, columns
}

func pass(columns []rel.Column) []rel.Item {
	items := make([]rel.Item, len(columns))
	for i, c := range columns {
		items[i] = rel.Item{ID: c.ID, X: c}
	}
	return items
}

func (m *maker) window(in rel.Node, columns []rel.Column) (rel.Node, []rel.Column) {
	var by []rel.Expr
	if m.IntN(2) == 0 {
		by = append(by, m.expr(rel.Long, columns, 1))
	}
	keys := m.keys(columns)
	if m.IntN(2) == 0 {
		c := m.column(rel.Long, false)
		return &rel.Rank{In: in, ID: c.ID, By: by, Keys: keys}, append(columns[:len(columns):len(columns)], c)
	}
	w := &rel.Window{In: in, By: by, Keys: keys}
	long, none := m.expr(rel.Long, columns, 1), rel.Const{T: rel.Long, Value: int64(9)}
	one := rel.Const{T: rel.Long, Value: int64(1 + m.IntN(2))}
	all := []rel.Call{
		{Op: rel.RowNumber, T: rel.Long},
		{Op: rel.Before, Args: []rel.Expr{long, one, none}, T: rel.Long, Null: true},
		{Op: rel.Behind, Args: []rel.Expr{long, one, none}, T: rel.Long, Null: true},
	}
	item, c := m.item(all[m.IntN(len(all))])
	w.Items = append(w.Items, item)
	return w, append(columns[:len(columns):len(columns)], c)
}

// leaf is a column of a type, or a constant where there is none.
func (m *maker) leaf(t rel.Type, columns []rel.Column) rel.Expr {
	var all []rel.Column
	for _, c := range columns {
		if c.T == t {
			all = append(all, c)
		}
	}
	if len(all) == 0 || m.IntN(5) == 0 {
		return m.constant(t, false)
	}
	return all[m.IntN(len(all))]
}
