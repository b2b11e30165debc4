package bind

import (
	"reflect"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// Windows returns the functions over rows in their order.
func Windows() []Function {
	return []Function{
		{Name: "row_number", Params: "*lb", Result: rel.Long, make: rowNumber},
		{Name: "row_cumsum", Params: "a*b", make: rowSum},
		{Name: "row_rank_min", Params: "a*b", Result: rel.Long, make: rowRank(false)},
		{Name: "row_rank_dense", Params: "a*b", Result: rel.Long, make: rowRank(true)},
		{Name: "prev", Params: "a*la", make: neighbour(rel.Before)},
		{Name: "row_window_session", Params: "tnn*b", Result: rel.DateTime, make: rowSession, Note: "of at most 10 000 rows"},
		{Name: "next", Params: "a*la", make: neighbour(rel.Behind)},
	}
}

// serial is a table whose rows have an order, and what functions over that order
// make of it: each is a window below what reads it.
type serial struct {
	in      rel.Node
	node    rel.Node // nil before the first function
	place   rel.Column
	windows []*rel.Window
}

func newSerial(t table) *serial {
	if !t.ordered {
		return nil
	}
	return &serial{in: t.node}
}

// done returns the rows with the columns of functions, in their order.
func (w *serial) done(in rel.Node) rel.Node {
	if w == nil || w.node == nil {
		return in
	}
	return w.node
}

// again restores the order of rows above what functions read. The items of a
// projection take the place of rows along.
func (w *serial) again(p *rel.Project) rel.Node {
	if w == nil || w.node == nil {
		return p
	}
	p.Items = append(p.Items, rel.Item{ID: w.place.ID, X: w.place})
	return &rel.Sort{In: p, Keys: []rel.Key{{X: w.place, Asc: true}}}
}

// begin numbers the rows, where that was not done yet.
func (w *serial) begin(b *binder) rel.Column {
	if w.node == nil {
		place := b.column("", rel.Column{T: rel.Long})
		rank := &rel.Rank{In: w.in, ID: place.ID}
		if s, ok := w.in.(*rel.Sort); ok {
			rank.In, rank.Keys = s.In, s.Keys
		}
		w.node, w.place = rank, place.Column
	}
	return w.place
}

// over adds a function over rows, and returns its column.
func (w *serial) over(b *binder, by []rel.Expr, x rel.Expr) rel.Expr {
	w.begin(b)
	for _, known := range w.windows {
		if reflect.DeepEqual(known.By, by) && reflect.DeepEqual(known.Items[0].X, x) {
			return rel.Column{ID: known.Items[0].ID, T: x.Type(), Null: x.Nullable()}
		}
	}
	c := b.column("", x)
	n := &rel.Window{In: w.node, Items: []rel.Item{{ID: c.ID, X: x}}, By: by, Keys: []rel.Key{{X: w.place, Asc: true}}}
	w.windows, w.node = append(w.windows, n), n
	return c.Column
}

// window binds a function over rows.
func (b *binder) window(x *syntax.Call, f *Function, s *scope) rel.Expr {
	if s.serial == nil {
		fail(x, "'%s' looks at the rows around, and they have no order here: put sort by ... or serialize before it", x.Name)
	}
	return b.apply(f, x, s)
}

// group counts how often a condition began anew up to a row; rows of one count
// are together.
func (c *funcall) group(i int) []rel.Expr {
	if len(c.args) <= i {
		return nil
	}
	if k, ok := c.args[i].(rel.Const); ok && k.Value != true {
		return nil
	}
	one := call(rel.If, rel.Long, false, c.args[i], long1(1), long1(0))
	return []rel.Expr{c.s.serial.over(c.b, nil, call(rel.RunLong, rel.Long, false, one))}
}

func rowNumber(c *funcall) rel.Expr {
	n := c.s.serial.over(c.b, c.group(1), call(rel.RowNumber, rel.Long, false))
	if len(c.args) == 0 {
		return n
	}
	return call(rel.Add, rel.Long, c.args[0].Nullable(), n, c.b.arithmetic(c.x, "-", c.args[0], long1(1)))
}

func rowSum(c *funcall) rel.Expr {
	v := measured(c)
	t, op := v.Type(), rel.RunLong
	switch t {
	case rel.Real:
		op = rel.RunReal
	case rel.Int:
		t = rel.Long
	}
	return c.s.serial.over(c.b, c.group(1), call(op, t, false, v))
}

// rowRank numbers runs of one value: with the place of their first row, or
// densely.
func rowRank(dense bool) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		w, v := c.s.serial, c.args[0]
		if v.Type() == rel.Dynamic {
			fail(c.x, "'%s' takes numbers, times and texts, not dynamic", c.x.Name)
		}
		by := c.group(1)
		place := w.over(c.b, by, call(rel.RowNumber, rel.Long, false))
		before := w.over(c.b, by, call(rel.Before, v.Type(), true, v, long1(1), rel.Const{T: v.Type()}))
		changed := join(rel.Or, c.b.compare(c.x, "==", place, long1(1)), c.b.compare(c.x, "!=", v, before))
		if dense {
			return w.over(c.b, by, call(rel.RunLong, rel.Long, false, call(rel.If, rel.Long, false, changed, long1(1), long1(0))))
		}
		return w.over(c.b, by, call(rel.RunMax, rel.Long, false, call(rel.If, rel.Long, true, changed, place, rel.Const{T: rel.Long})))
	}
}

func neighbour(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		v, n := c.args[0], rel.Expr(long1(1))
		if len(c.args) > 1 {
			k, ok := c.args[1].(rel.Const)
			if whole, _ := k.Value.(int64); !ok || whole < 0 {
				fail(c.x, "'%s' takes a constant number of rows", c.x.Name)
			}
			n = k
		}
		none := rel.Const{T: v.Type()}
		if len(c.args) > 2 {
			var k bool
			if none, k = c.b.toType(c.x.Args[2], c.args[2], v.Type()).(rel.Const); !k {
				fail(c.x, "'%s' takes a constant for rows that are not there", c.x.Name)
			}
		}
		return c.s.serial.over(c.b, nil, call(op, v.Type(), true, v, n, none))
	}
}
