package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// maxSeries is the most entries of a series.
const maxSeries = 1 << 20

// axis is what a series is along: numbers, times as ticks.
type axis struct {
	b    *binder
	x    syntax.Expr
	t    rel.Type
	from rel.Expr // what bins are counted from
	step rel.Expr
}

// count makes a value on the axis a number: ticks of times.
func (a *axis) count(v rel.Expr) rel.Expr {
	if a.t == rel.Real {
		return a.b.toReal(v)
	}
	if isTime(v.Type()) {
		return retyped(a.b.ticks(v), rel.Long)
	}
	return a.b.toLong(v)
}

// bin is which bin a value is in, counted from the beginning of the axis.
func (a *axis) bin(v rel.Expr) rel.Expr {
	d := a.b.arithmetic(a.x, "-", v, a.from)
	if k, ok := d.(rel.Const); ok && a.t != rel.Real {
		n, _ := k.Value.(int64)
		by := ticks(a.step)
		return long1((n - ((n%by)+by)%by) / by)
	}
	if a.t == rel.Real {
		low := call(rel.BinReal, rel.Real, true, d, a.step)
		return a.b.toLong(call(rel.Round, rel.Real, true, call(rel.DivReal, rel.Real, true, low, a.step), long1(0)))
	}
	return call(rel.DivLong, rel.Long, true, call(rel.BinLong, rel.Long, true, d, a.step), a.step)
}

func ticks(v rel.Expr) int64 {
	k, _ := v.(rel.Const)
	n, _ := k.Value.(int64)
	return n
}

// value is where a bin begins.
func (a *axis) value(bin rel.Expr) rel.Expr {
	at := a.b.arithmetic(a.x, "+", a.from, a.b.arithmetic(a.x, "*", bin, a.step))
	switch a.t {
	case rel.DateTime, rel.Instant:
		return retyped(at, rel.Instant)
	case rel.Timespan:
		return retyped(at, rel.Timespan)
	}
	return at
}

// makeSeries binds make-series: groups in bins, then a list for each key, with
// what stands for bins that no row is in.
func (b *binder) makeSeries(t table, op *syntax.Operator, s *scope) table {
	t.node = s.serial.done(t.node)
	name, on := namedAs(op.On)
	along := b.scalar(on, s)
	a := &axis{b: b, x: on, t: along.Type()}
	if t := a.t; !isNumber(t) && !isTime(t) && t != rel.Timespan {
		fail(on, "a series is along times or numbers, not along a %s", TypeName(t))
	}
	outer := &scope{env: s.env}
	step := b.scalar(op.Step, outer)
	if a.t == rel.Int || a.t == rel.Long {
		if step.Type() == rel.Real {
			a.t = rel.Real
		}
	}
	a.step = a.count(step)
	if k, ok := a.step.(rel.Const); !ok || number(k) <= 0 || isTime(a.t) && step.Type() != rel.Timespan {
		fail(op.Step, "the step of a series is a constant, such as 1h of times")
	}
	var ends [2]rel.Expr // numbers on the axis
	within := not(call(rel.IsNull, rel.Bool, false, along))
	for i, x := range []syntax.Expr{op.From, op.To} {
		if x == nil {
			continue
		}
		v := b.scalar(x, outer)
		if isNumber(a.t) != isNumber(v.Type()) || !isNumber(a.t) && isTime(v.Type()) != isTime(a.t) {
			fail(x, "this is a %s, and the series is along a %s", TypeName(v.Type()), TypeName(a.t))
		}
		ends[i] = a.count(v)
		within = join(rel.And, within, b.compare(x, []string{">=", map[bool]string{true: "<=", false: "<"}[op.Through]}[i], along, v))
	}
	a.from = rel.Expr(rel.Const{T: rel.Long, Value: int64(0)})
	if a.t == rel.Real {
		a.from = rel.Const{T: rel.Real, Value: float64(0)}
	}
	if ends[0] != nil {
		a.from = ends[0]
	}
	var last rel.Expr // the last bin, nil: that of the data
	if ends[1] != nil {
		last = a.last(ends[1], op.Through)
	}
	if n, ok := last.(rel.Const); ok && ends[0] != nil && number(n) >= maxSeries {
		panic(syntax.Faultf(op.Pos, syntax.CodeTooMuch, "a series has at most %d entries: take a longer step", maxSeries))
	}
	t.node = &rel.Filter{In: t.node, Cond: within}
	return b.series(t, op, s, a, name, a.bin(a.count(along)), last, ends[0] != nil)
}

// last is the last bin before an end, or through it.
func (a *axis) last(end rel.Expr, through bool) rel.Expr {
	if through {
		return a.bin(end)
	}
	if a.t == rel.Real {
		d := call(rel.DivReal, rel.Real, true, a.b.arithmetic(a.x, "-", end, a.from), a.step)
		return a.b.arithmetic(a.x, "-", a.b.toLong(call(rel.Ceil, rel.Real, true, d)), long1(1))
	}
	return a.bin(a.b.arithmetic(a.x, "-", end, long1(1)))
}

// namedAs takes NAME = X apart.
func namedAs(x syntax.Expr) (string, syntax.Expr) {
	if n, ok := x.(*syntax.Named); ok && !n.Tuple {
		return n.Names[0], n.X
	}
	return autoName(x), x
}

// series is the plan of make-series.
func (b *binder) series(t table, op *syntax.Operator, s *scope, a *axis, name string, bin, last rel.Expr, begun bool) table {
	place := b.column("", rel.Column{T: rel.Long})
	groups := &rel.Aggregate{In: t.node, Keys: []rel.Item{{ID: place.ID, X: bin}}}
	ends := &rel.Aggregate{In: t.node}
	hit := b.column("", rel.Column{T: rel.Long, Null: true})
	groups.Aggs = append(groups.Aggs, rel.Item{ID: hit.ID, X: call(rel.Count, rel.Long, false)})

	var out table
	n := newNamer(nil)
	n.taken[name] = true
	on := []rel.Pair{{R: place.Column}}
	one := b.column("", rel.Column{T: rel.Long}) // no row where there is none to group
	final := &rel.Aggregate{Keys: []rel.Item{{ID: one.ID, X: long1(0)}}}
	for _, x := range op.By {
		keyName, x := namedAs(x)
		v := b.scalar(x, s)
		b.key(x, v)
		left, right, key := b.column("", v), b.column("", v), b.column(n.free(keyName), v)
		ends.Keys = append(ends.Keys, rel.Item{ID: left.ID, X: v})
		groups.Keys = append(groups.Keys, rel.Item{ID: right.ID, X: v})
		on = append(on, rel.Pair{L: left.Column, R: right.Column})
		final.Keys = append(final.Keys, rel.Item{ID: key.ID, X: left.Column})
		out.columns = append(out.columns, key)
	}
	first, until := rel.Expr(long1(0)), last
	bound := func(op rel.Op) rel.Expr {
		c := b.column("", rel.Column{T: rel.Long, Null: true})
		ends.Aggs = append(ends.Aggs, rel.Item{ID: c.ID, X: call(op, rel.Long, true, bin)})
		return c.Column
	}
	if !begun {
		first = bound(rel.Min)
	}
	if last == nil {
		until = bound(rel.Max)
	}
	var keys rel.Node = ends
	if option(op.Options, "kind") != "nonempty" && len(op.By) == 0 {
		c := b.column("", rel.Column{T: rel.Long})
		ends.Aggs = append(ends.Aggs, rel.Item{ID: c.ID, X: call(rel.Count, rel.Long, false)})
		keys = &rel.Filter{In: ends, Cond: call(rel.Gt, rel.Bool, false, c.Column, long1(0))}
	}
	each := b.column("", rel.Column{T: rel.Long})
	on[0].L = each.Column
	grid := &rel.Unnest{In: keys, Items: []rel.Item{{ID: each.ID, X: call(rel.Numbers, rel.Dynamic, false, first, until)}}}
	list := func(name string, v rel.Expr) {
		x := call(rel.ListBy, rel.Dynamic, false, b.toDynamic(v), each.Column)
		c := b.column(name, x)
		final.Aggs = append(final.Aggs, rel.Item{ID: c.ID, X: x})
		out.columns = append(out.columns, c)
	}
	inner := *s
	inner.aggregating = true
	for i, item := range op.Items {
		title, x := b.aggregateTitle(item, n)
		v := b.scalar(x, &inner)
		made := b.column("", v)
		made.Null = true
		groups.Aggs = append(groups.Aggs, rel.Item{ID: made.ID, X: v})
		none := rel.Expr(long1(0))
		if op.Defaults[i] != nil {
			none = b.scalar(op.Defaults[i], &scope{env: s.env})
		}
		if v.Type() == rel.Real && isWhole(none.Type()) {
			none = b.toReal(none)
		}
		missing := call(rel.IsNull, rel.Bool, false, hit.Column)
		list(title, call(rel.If, rel.Dynamic, true, missing, b.toDynamic(none), b.toDynamic(made.Column)))
	}
	list(name, a.value(each.Column))
	final.In = &rel.Join{Kind: rel.Left, L: grid, R: groups, On: on}
	out.node = final
	return out
}
