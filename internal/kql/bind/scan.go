package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// stepping is the step of scan that an expression stands in: what it says of the
// row that matched last is part of a state.
type stepping struct {
	name  string
	state map[string]*rel.FoldItem
	order []*rel.FoldItem
}

// before is a value of the row that matched last.
func (w *stepping) before(b *binder, x *syntax.Member, s *scope) rel.Expr {
	item, ok := w.state[x.Name]
	if !ok {
		c, found := find(s.columns, x.Name)
		if !found {
			fail(x, "'%s' is neither declared by scan nor a column%s", x.Name, syntax.Nearest(x.Name, names(s.columns)))
		}
		item = w.add(b, x.Name, rel.Const{T: c.T})
		item.X = c.Column
	}
	return rel.Column{ID: item.Before, T: item.Init.T, Null: true}
}

func (w *stepping) add(b *binder, name string, init rel.Const) *rel.FoldItem {
	item := &rel.FoldItem{ID: b.column(name, init).ID, Before: b.column(name, init).ID, Init: init}
	w.state[name], w.order = item, append(w.order, item)
	return item
}

// stepped binds scan with one step: rows in their order, with values that go from
// one that matches to the next.
func (b *binder) stepped(t table, op *syntax.Operator, s *scope) table {
	at := syntax.At(op.Pos)
	if s.serial == nil {
		fail(at, "scan goes through rows in their order, and they have none here: put sort by ... or serialize before it")
	}
	if len(op.Steps) > 1 {
		refuse(syntax.At(op.Steps[1].Pos), "scan with more than one step is not supported by Weir")
	}
	if op.Options["with_match_id"] != nil {
		refuse(at, "with_match_id of scan is not supported by Weir")
	}
	step := op.Steps[0]
	w := &stepping{name: step.Name, state: map[string]*rel.FoldItem{}}
	inner := &scope{env: s.env, columns: t.columns, serial: s.serial, step: w}
	out := table{columns: append([]Column(nil), t.columns...)}
	for _, p := range op.Columns {
		at := syntax.At(p.Pos)
		init := rel.Const{T: typeNamed(at, p.Type)}
		if p.Default != nil {
			var ok bool
			if init, ok = b.toType(p.Default, b.scalar(p.Default, &scope{env: s.env}), init.T).(rel.Const); !ok {
				fail(p.Default, "what scan declares begins with a constant")
			}
		}
		item := w.add(b, p.Name, init)
		item.X = init
		inner.env = &env{up: inner.env, name: p.Name, value: init} // by itself it is what the row begins with
		out.columns = append(out.columns, Column{Name: p.Name, Column: rel.Column{ID: item.ID, T: init.T, Null: true}})
	}
	b.unique(at, out.columns)
	cond := b.condition(step.Cond, b.scalar(step.Cond, inner))
	for _, x := range step.Sets {
		named, ok := x.(*syntax.Named)
		if !ok || named.Tuple {
			fail(x, "a step of scan sets what is declared: NAME = EXPRESSION")
		}
		item, ok := w.state[named.Names[0]]
		if !ok {
			fail(x, "'%s' is not declared by scan", named.Names[0])
		}
		item.X = b.convert(x, b.toType(x, b.scalar(named.X, inner), item.Init.T), item.Init.T)
	}
	fold := &rel.Fold{Place: s.serial.begin(b), Cond: cond}
	fold.In = s.serial.node
	if len(w.order) == 0 {
		t.node = &rel.Sort{In: &rel.Filter{In: s.serial.node, Cond: cond}, Keys: []rel.Key{{X: s.serial.place, Asc: true}}}
		return t
	}
	for _, item := range w.order {
		fold.State = append(fold.State, *item)
	}
	out.node = &rel.Sort{In: fold, Keys: []rel.Key{{X: s.serial.place, Asc: true}}}
	return out
}

// rowSession is the time of the first row of a session: one ends before a row
// that is too far from its first, or from the one before.
func rowSession(c *funcall) rel.Expr {
	b, w := c.b, &stepping{state: map[string]*rel.FoldItem{}}
	v := c.args[0]
	none := rel.Const{T: rel.DateTime}
	start, last := w.add(b, "start", none), w.add(b, "last", none)
	was := func(i *rel.FoldItem) rel.Expr { return rel.Column{ID: i.Before, T: rel.DateTime, Null: true} }
	begins := call(rel.IsNull, rel.Bool, false, was(start))
	far := func(i *rel.FoldItem, most rel.Expr) {
		begins = join(rel.Or, begins, b.compare(c.x, ">", b.arithmetic(c.x, "-", v, was(i)), most))
	}
	far(start, c.args[1])
	far(last, c.args[2])
	if len(c.args) > 3 {
		begins = join(rel.Or, begins, c.args[3])
	}
	start.X = call(rel.If, rel.DateTime, true, begins, v, was(start))
	last.X = v
	place := c.s.serial.begin(b)
	c.s.serial.node = &rel.Fold{In: c.s.serial.node, Place: place, State: []rel.FoldItem{*start, *last}}
	return rel.Column{ID: start.ID, T: rel.DateTime, Null: true}
}
