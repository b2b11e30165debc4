package bind

import (
	"encoding/json"

	"weir/internal/compute"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// Aggregates returns the functions over the rows of a group.
func Aggregates() []Function {
	const exact = "exact, whatever the accuracy"
	const ascending = "in ascending order"
	const ranks = "exact: the least value that so many percent are not above"
	real1 := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "r", Result: rel.Real, op: op}
	}
	real2 := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "rb", Result: rel.Real, make: where(func(c *funcall) rel.Expr { return call(op, rel.Real, false, c.args...) })}
	}
	return []Function{
		{Name: "count", Params: "*a", Result: rel.Long, make: count},
		{Name: "cnt", Params: "*a", Result: rel.Long, make: count},
		{Name: "countif", Params: "b", Result: rel.Long, op: rel.CountIf},
		{Name: "sum", Params: "a", make: sum(rel.SumLong, rel.SumReal)},
		{Name: "sumif", Params: "ab", make: sum(rel.SumIfLong, rel.SumIfReal)},
		{Name: "avg", Params: "a", make: avg},
		{Name: "avgif", Params: "ab", make: where(avg)},
		{Name: "min", Params: "a", make: extreme(rel.Min, rel.MinText, rel.MinReal)},
		{Name: "minif", Params: "ab", make: where(extreme(rel.Min, rel.MinText, rel.MinReal))},
		{Name: "max", Params: "a", make: extreme(rel.Max, rel.MaxText, rel.MaxReal)},
		{Name: "maxif", Params: "ab", make: where(extreme(rel.Max, rel.MaxText, rel.MaxReal))},
		{Name: "dcount", Params: "a*l", Result: rel.Long, make: dcount, Note: exact},
		{Name: "dcountif", Params: "ab*l", Result: rel.Long, make: where(dcount), Note: exact},
		{Name: "count_distinct", Params: "a", Result: rel.Long, make: dcount},
		{Name: "count_distinctif", Params: "ab", Result: rel.Long, make: where(dcount)},
		real1("stdev", rel.StDev), real2("stdevif", rel.StDev), real1("stdevp", rel.StDevAll),
		real1("variance", rel.Variance), real2("varianceif", rel.Variance), real1("variancep", rel.VarianceAll),
		{Name: "covariance", Params: "rr", Result: rel.Real, op: rel.Covariance, null: true},
		{Name: "covariancep", Params: "rr", Result: rel.Real, op: rel.CovarianceAll, null: true},
		{Name: "percentile", Params: "ar", make: percentile, Note: ranks},
		{Name: "percentiles", Params: "ar", more: true, make: percentile, Note: ranks},
		{Name: "percentilew", Params: "alr", make: percentileWeighted, Note: ranks},
		{Name: "percentilesw", Params: "alr", more: true, make: percentileWeighted, Note: ranks},
		{Name: "percentiles_array", Params: "aa", more: true, Result: rel.Dynamic, make: percentilesArray, Note: ranks},
		{Name: "binary_all_and", Params: "l", Result: rel.Long, op: rel.AllAnd, null: true},
		{Name: "binary_all_or", Params: "l", Result: rel.Long, op: rel.AllOr, null: true},
		{Name: "binary_all_xor", Params: "l", Result: rel.Long, op: rel.AllXor, null: true},
		{Name: "make_list", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeList)},
		{Name: "makelist", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeList)},
		{Name: "make_list_if", Params: "ab*l", Result: rel.Dynamic, make: where(gather(rel.MakeList))},
		{Name: "make_list_with_nulls", Params: "a", Result: rel.Dynamic, make: gatherAll},
		{Name: "make_set", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeSet), Note: ascending},
		{Name: "makeset", Params: "a*l", Result: rel.Dynamic, make: gather(rel.MakeSet), Note: ascending},
		{Name: "make_set_if", Params: "ab*l", Result: rel.Dynamic, make: where(gather(rel.MakeSet)), Note: ascending},
		{Name: "make_bag", Params: "a*l", Result: rel.Dynamic, make: makeBag},
		{Name: "make_dictionary", Params: "a*l", Result: rel.Dynamic, make: makeBag},
		{Name: "make_bag_if", Params: "ab*l", Result: rel.Dynamic, make: where(makeBag)},
		{Name: "take_any", Params: "a", more: true, make: anyRow},
		{Name: "any", Params: "a", more: true, make: anyRow},
		{Name: "take_anyif", Params: "ab", make: where(anyRow)},
		{Name: "anyif", Params: "ab", make: where(anyRow)},
		{Name: "buildschema", Params: "d", Result: rel.Dynamic, make: buildSchema},
		{Name: "arg_max", Params: "aa", more: true, Note: "as the whole of a column"},
		{Name: "arg_min", Params: "aa", more: true, Note: "as the whole of a column"},
	}
}

// aggregate binds an aggregate: its arguments stand in rows.
func (b *binder) aggregate(x *syntax.Call, f *Function, s *scope) rel.Expr {
	if f.make == nil && f.op == "" {
		fail(x, "'%s' stands for itself in summarize: give what it finds a name, and go on with extend", x.Name)
	}
	return b.apply(f, x, s.rows())
}

// where is an aggregate over the rows of which its second argument is true: in
// the others its first one is null.
func where(make func(c *funcall) rel.Expr) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		v := c.args[0]
		none := rel.Const{T: v.Type()}
		if v.Type() == rel.String {
			none.T = rel.GUID // a null of text, which strings do not have
		}
		inner := *c
		inner.args = append([]rel.Expr{call(rel.If, v.Type(), true, c.args[1], v, none)}, c.args[2:]...)
		return make(&inner)
	}
}

// count counts rows, also where its argument is null: so does Kusto.
func count(*funcall) rel.Expr { return call(rel.Count, rel.Long, false) }

// measured is an argument that can be added up.
func measured(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		return c.b.toReal(v)
	}
	if !isNumeric(v.Type()) && v.Type() != rel.Timespan {
		fail(c.x, "'%s' takes numbers, not %s: tolong() or toreal() makes one of text", c.x.Name, TypeName(v.Type()))
	}
	return v
}

// listOf is all the values of a group that are not null.
func listOf(v rel.Expr) rel.Expr {
	return call(rel.MakeList, rel.Dynamic, false, v, long1(compute.MaxEntries))
}

func sum(whole, broken rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		args := append([]rel.Expr{measured(c)}, c.args[1:]...)
		switch args[0].Type() {
		case rel.Decimal:
			v := args[0]
			if len(args) == 2 {
				v = call(rel.If, rel.Decimal, true, args[1], v, rel.Const{T: rel.Decimal})
			}
			return computed("decimal_sum", rel.Decimal, listOf(v))
		case rel.Real:
			return call(broken, rel.Real, false, args...)
		case rel.Timespan:
			return call(whole, rel.Timespan, false, args...)
		}
		return call(whole, rel.Long, false, args...)
	}
}

func avg(c *funcall) rel.Expr {
	if t := c.args[0].Type(); isTime(t) {
		return call(rel.AvgTicks, rel.Instant, true, c.b.ticks(c.args[0]))
	}
	v := measured(c)
	switch v.Type() {
	case rel.Timespan:
		return call(rel.AvgTicks, rel.Timespan, true, v)
	case rel.Decimal:
		return computed("decimal_avg", rel.Decimal, listOf(v))
	}
	return call(rel.Avg, rel.Real, false, v)
}

func extreme(op, text, broken rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		v := c.args[0]
		switch v.Type() {
		case rel.String:
			return call(text, rel.String, false, v)
		case rel.Real:
			return call(broken, rel.Real, true, v)
		case rel.Decimal:
			best := rel.ArgMin
			if op == rel.Max {
				best = rel.ArgMax
			}
			return call(best, rel.Decimal, true, sortable(v), v)
		case rel.Dynamic, rel.GUID:
			fail(c.x, "'%s' takes numbers, times and texts, not %s", c.x.Name, TypeName(v.Type()))
		}
		return call(op, v.Type(), true, v)
	}
}

func dcount(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		v = call(rel.If, rel.String, true, call(rel.IsNull, rel.Bool, false, v), rel.Const{T: rel.GUID}, c.b.toText(v))
	}
	return call(rel.Distinct, rel.Long, false, v)
}

func gather(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		most := c.most()
		v := c.args[0]
		if v.Type() == rel.Dynamic && op == rel.MakeList { // also where it is null
			return call(rel.MakeFlatAll, rel.Dynamic, false, v, most)
		}
		return call(op, rel.Dynamic, false, c.b.gathered(v), most)
	}
}

// most is how many entries a list may have.
func (c *funcall) most() rel.Expr {
	if len(c.args) < 2 {
		return long1(compute.MaxEntries)
	}
	k, ok := c.args[1].(rel.Const)
	if n, _ := k.Value.(int64); !ok || n < 0 {
		fail(c.x, "'%s' takes a constant number of entries", c.x.Name)
	}
	return c.args[1]
}

// gathered is a value as JSON has it.
func (b *binder) gathered(v rel.Expr) rel.Expr {
	switch v.Type() {
	case rel.DateTime, rel.Instant, rel.Timespan, rel.Real:
		return b.toDynamic(v)
	}
	return v
}

func gatherAll(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		return call(rel.MakeFlatAll, rel.Dynamic, false, v, c.most())
	}
	return call(rel.MakeListAll, rel.Dynamic, false, c.b.gathered(v), c.most())
}

func makeBag(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() != rel.Dynamic {
		fail(c.x, "'%s' takes bags, not %s: pack() makes one", c.x.Name, TypeName(v.Type()))
	}
	return computed("make_bag", rel.Dynamic, listOf(v), c.most())
}

func buildSchema(c *funcall) rel.Expr {
	return computed("build_schema", rel.Dynamic, listOf(c.args[0]))
}

func anyRow(c *funcall) rel.Expr {
	v := c.args[0]
	op := rel.AnyRow
	if f, ok := v.(rel.Call); ok && f.Op == rel.If && f.Null {
		op = rel.AnyValue
	}
	one := call(op, v.Type(), true, v)
	if v.Type() == rel.String {
		return call(rel.Text, rel.String, false, one)
	}
	return one
}

// rankOf is a share of a percentile, 0 to 1.
func rankOf(c *funcall, i int) rel.Const {
	k, _ := c.args[i].(rel.Const)
	var p float64
	switch v := k.Value.(type) {
	case float64:
		p = v
	case int64:
		p = float64(v)
	default:
		refuse(c.x.Args[min(i, len(c.x.Args)-1)], "the percentages of '%s' are constants in Weir", c.x.Name)
	}
	if !(p >= 0 && p <= 100) {
		fail(c.x, "a percentile is one of 0 to 100, not of %v", p)
	}
	return rel.Const{T: rel.Real, Value: p / 100}
}

// ranked is an argument that has an order.
func ranked(c *funcall) rel.Expr {
	v := c.args[0]
	switch v.Type() {
	case rel.Int, rel.Long, rel.Real, rel.Timespan, rel.DateTime, rel.Instant:
		return v
	case rel.Dynamic, rel.Decimal:
		return c.b.toReal(v)
	}
	fail(c.x, "'%s' takes numbers and times, not %s", c.x.Name, TypeName(v.Type()))
	return nil
}

func percentile(c *funcall) rel.Expr {
	v := ranked(c)
	return call(rel.Quantile, v.Type(), true, v, rankOf(c, 1))
}

func percentileWeighted(c *funcall) rel.Expr {
	v := ranked(c)
	if v.Type() == rel.DateTime {
		v = c.b.ticks(v)
	}
	pairs := call(rel.ListOf, rel.Dynamic, false, c.b.toDynamic(retypedNumber(v)), c.b.toDynamic(c.args[1]))
	return computed("percentile_weighted", v.Type(), listOf(pairs), rankOf(c, 2))
}

// retypedNumber is a time or timespan as its number of ticks.
func retypedNumber(v rel.Expr) rel.Expr {
	if v.Type() == rel.Real {
		return v
	}
	return retyped(v, rel.Long)
}

func percentilesArray(c *funcall) rel.Expr {
	v := ranked(c)
	var all []rel.Expr
	one := func(p rel.Expr) {
		inner := *c
		inner.args = []rel.Expr{v, p}
		all = append(all, c.b.toDynamic(call(rel.Quantile, v.Type(), true, v, rankOf(&inner, 1))))
	}
	for _, p := range c.args[1:] {
		k, ok := p.(rel.Const)
		text, isText := k.Value.(string)
		if !ok || k.T != rel.Dynamic || !isText {
			one(p)
			continue
		}
		var list []float64
		if json.Unmarshal([]byte(text), &list) != nil {
			fail(c.x, "'%s' takes numbers, or one array of them", c.x.Name)
		}
		for _, f := range list {
			one(rel.Const{T: rel.Real, Value: f})
		}
	}
	return call(rel.ListOf, rel.Dynamic, false, all...)
}
