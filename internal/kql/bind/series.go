package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// seriesFunctions are those of lists of numbers, as make-series makes them.
func seriesFunctions() []Function {
	two := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "aa", Result: rel.Dynamic, make: seriesPair(op)}
	}
	one := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "d", Result: rel.Dynamic, op: op, null: true}
	}
	toReal := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "d", Result: rel.Real, op: op, null: true}
	}
	const seasons = "seasonality is found by autocorrelation alone, and may be another than Kusto's: give the period to be sure"
	return []Function{
		two("series_add", rel.SeriesAdd), two("series_subtract", rel.SeriesSubtract), two("series_multiply", rel.SeriesMultiply), two("series_divide", rel.SeriesDivide),
		two("series_greater", rel.SeriesGreater), two("series_greater_equals", rel.SeriesGreaterEquals), two("series_less", rel.SeriesLess),
		two("series_less_equals", rel.SeriesLessEquals), two("series_equals", rel.SeriesEquals), two("series_not_equals", rel.SeriesNotEquals),
		one("series_abs", rel.SeriesAbs), one("series_exp", rel.SeriesExp), one("series_log", rel.SeriesLog), one("series_ceiling", rel.SeriesCeiling),
		one("series_floor", rel.SeriesFloor), one("series_sign", rel.SeriesSign),
		toReal("series_sum", rel.SeriesSum), toReal("series_product", rel.SeriesProduct), toReal("series_magnitude", rel.SeriesLength),
		{Name: "series_dot_product", Params: "dd", Result: rel.Real, op: rel.SeriesDot, null: true},
		{Name: "series_pearson_correlation", Params: "dd", Result: rel.Real, op: rel.Correlation, null: true},
		{Name: "series_fill_forward", Params: "d*a", Result: rel.Dynamic, make: fill(rel.FillForward)},
		{Name: "series_fill_backward", Params: "d*a", Result: rel.Dynamic, make: fill(rel.FillBackward)},
		{Name: "series_fill_const", Params: "da*a", Result: rel.Dynamic, make: fill(rel.FillConst)},
		{Name: "series_fill_linear", Params: "d*ab", Result: rel.Dynamic, make: fill(rel.FillLinear)},
		{Name: "series_fir", Params: "dd*bb", Result: rel.Dynamic, make: seriesFilter},
		{Name: "series_iir", Params: "ddd", Result: rel.Dynamic, op: rel.Recursive, null: true},
		{Name: "series_outliers", Params: "d*sarr", Result: rel.Dynamic, make: outliers},
		{Name: "series_stats", Params: "d", Result: rel.Dynamic, op: rel.SeriesStats, null: true, parts: statsParts()},
		{Name: "series_fit_line", Params: "d", Result: rel.Dynamic, op: rel.FitLine, null: true, parts: lineParts()},
		{
			Name: "series_decompose", Params: "d*lslr", Result: rel.Dynamic, make: decomposed, Note: seasons,
			parts: []part{{"baseline", rel.Dynamic}, {"seasonal", rel.Dynamic}, {"trend", rel.Dynamic}, {"residual", rel.Dynamic}},
		},
		{
			Name: "series_decompose_anomalies", Params: "d*rlslsr", Result: rel.Dynamic, make: anomalies, Note: seasons,
			parts: []part{{"ad_flag", rel.Dynamic}, {"ad_score", rel.Dynamic}, {"baseline", rel.Dynamic}},
		},
	}
}

// part is one of the values that a function gives.
type part struct {
	name string
	t    rel.Type
}

func statsParts() []part {
	return []part{{"min", rel.Real}, {"min_idx", rel.Long}, {"max", rel.Real}, {"max_idx", rel.Long}, {"avg", rel.Real}, {"stdev", rel.Real}, {"variance", rel.Real}}
}

func lineParts() []part {
	return []part{{"rsquare", rel.Real}, {"slope", rel.Real}, {"variance", rel.Real}, {"rvariance", rel.Real}, {"interception", rel.Real}, {"line_fit", rel.Dynamic}}
}

// severalOf returns the function of a call that gives several values.
func (b *binder) severalOf(x syntax.Expr) (*syntax.Call, []part) {
	c, ok := x.(*syntax.Call)
	if !ok {
		return nil, nil
	}
	f, ok := b.book.functions[c.Name]
	if !ok || len(f.parts) == 0 {
		return nil, nil
	}
	return c, f.parts
}

// spread gives the values of a function that gives several columns of their own:
// f(x), or (a, b) = f(x), become a column each, over rows in which all of them
// are computed once.
func (b *binder) spread(t table, items []syntax.Expr, s *scope) (table, []syntax.Expr) {
	var out []syntax.Expr
	changed := false
	before := &rel.Project{In: t.node, Items: pass(t.columns)}
	for _, item := range items {
		x := item
		named, isNamed := item.(*syntax.Named)
		if isNamed {
			x = named.X
		}
		c, parts := b.severalOf(x)
		if c == nil || isNamed && !named.Tuple || s.serial != nil && s.serial.node != nil {
			out = append(out, item)
			continue
		}
		f := b.book.functions[c.Name]
		all := b.column("", b.apply(&f, c, s))
		before.Items = append(before.Items, rel.Item{ID: all.ID, X: b.apply(&f, c, s)})
		changed = true
		for i, p := range parts {
			name := c.Name + "_" + autoName(c.Args[0]) + "_" + p.name
			if isNamed {
				if i >= len(named.Names) {
					break
				}
				name = named.Names[i]
			}
			v := b.convert(c, dynamicAt(all.Column, long1(int64(i))), p.t)
			out = append(out, &syntax.Named{At: c.At, Names: []string{name}, X: &boundValue{c.At, v}})
		}
	}
	if !changed {
		return t, items
	}
	t.node = before
	return t, out
}

// boundValue is a value in the place of an expression that was bound already.
type boundValue struct {
	syntax.At
	v rel.Expr
}

func seriesPair(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		l, r := c.args[0], c.args[1]
		if l.Type() != rel.Dynamic && r.Type() != rel.Dynamic {
			fail(c.x, "'%s' takes a series", c.x.Name)
		}
		for i, v := range []*rel.Expr{&l, &r} {
			switch t := (*v).Type(); {
			case t == rel.Dynamic:
			case isNumber(t):
				*v = call(rel.SeriesOf, rel.Dynamic, true, *v, c.args[1-i])
			default:
				fail(c.x, "'%s' takes series and numbers, not %s", c.x.Name, TypeName(t))
			}
		}
		return call(op, rel.Dynamic, true, l, r)
	}
}

// constant returns an argument that is one, or what stands for it.
func (c *funcall) constant(i int, otherwise rel.Const) rel.Const {
	if i >= len(c.args) {
		return otherwise
	}
	k, ok := c.args[i].(rel.Const)
	if !ok {
		refuse(c.x.Args[i], "this argument of '%s' is a constant", c.x.Name)
	}
	if k.Value == nil {
		return otherwise
	}
	return k
}

func fill(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		at := 1
		if op == rel.FillConst {
			at = 2
		}
		missing := rel.Expr(c.constant(at, rel.Const{T: rel.String, Value: "null"}))
		args := []rel.Expr{c.args[0], c.b.toText(missing)}
		switch op {
		case rel.FillConst:
			args = append(args, c.b.toDynamic(c.args[1]))
		case rel.FillLinear:
			args = append(args, c.constant(2, rel.Const{T: rel.Bool, Value: true}))
		}
		return call(op, rel.Dynamic, true, args...)
	}
}

func seriesFilter(c *funcall) rel.Expr {
	normal := c.constant(2, rel.Const{T: rel.Bool, Value: true})
	shift := rel.Expr(long1(0))
	if c.constant(3, rel.Const{T: rel.Bool, Value: false}).Value == true {
		n := call(rel.ListLength, rel.Long, true, c.args[1])
		shift = c.b.arithmetic(c.x, "/", c.b.arithmetic(c.x, "-", n, long1(1)), long1(2))
	}
	return call(rel.Filtered, rel.Dynamic, true, c.args[0], c.args[1], normal, shift)
}

func real1(f float64) rel.Const { return rel.Const{T: rel.Real, Value: f} }

// quantiles are those outside of which values are scored.
func (c *funcall) quantiles(i int) (low, high float64) {
	switch method := c.constant(i, rel.Const{T: rel.String, Value: "ctukey"}).Value; method {
	case "ctukey":
		return 0.1, 0.9
	case "tukey":
		return 0.25, 0.75
	default:
		fail(c.x, "'%v' is no way to find outliers: ctukey or tukey", method)
	}
	return 0, 0
}

func outliers(c *funcall) rel.Expr {
	low, high := c.quantiles(1)
	if low == 0.1 {
		low, high = number(c.constant(3, real1(10)))/100, number(c.constant(4, real1(90)))/100
	}
	if low < 0.02 || high > 0.98 || low >= high {
		fail(c.x, "the percentiles of '%s' are from 2 to 98, the lower first", c.x.Name)
	}
	ignored, ok := c.b.toReal(c.constant(2, rel.Const{T: rel.Real})).(rel.Const)
	if !ok {
		fail(c.x, "the value that '%s' leaves out is a number", c.x.Name)
	}
	return call(rel.Outliers, rel.Dynamic, true, c.args[0], real1(low), real1(high), ignored)
}

// season binds what series_decompose and series_decompose_anomalies share: the
// period, the trend, how many points are not learnt from, and the least score.
func (c *funcall) season(i int, trends map[any]rel.Op, threshold int) (rel.Op, []rel.Expr) {
	period := c.constant(i, long1c(-1))
	trend := c.constant(i+1, rel.Const{T: rel.String, Value: "avg"})
	op, ok := trends[trend.Value]
	if !ok {
		fail(c.x, "'%v' is no trend: avg, linefit or none", trend.Value)
	}
	test := c.constant(i+2, long1c(0))
	if n := number(period); n < -1 || number(test) < 0 {
		fail(c.x, "the period of '%s' is -1, 0 or more, and its test points are 0 or more", c.x.Name)
	}
	return op, []rel.Expr{c.args[0], period, test, c.b.toReal(c.constant(threshold, real1(0.6)))}
}

func long1c(n int64) rel.Const { return rel.Const{T: rel.Long, Value: n} }

func decomposed(c *funcall) rel.Expr {
	op, args := c.season(1, map[any]rel.Op{"avg": rel.DecomposeAvg, "linefit": rel.DecomposeLine, "none": rel.DecomposeNone}, 4)
	return call(op, rel.Dynamic, true, args...)
}

func anomalies(c *funcall) rel.Expr {
	op, args := c.season(2, map[any]rel.Op{"avg": rel.AnomaliesAvg, "linefit": rel.AnomaliesLine, "none": rel.AnomaliesNone}, 6)
	low, high := c.quantiles(5)
	return call(op, rel.Dynamic, true, append(args, c.b.toReal(c.constant(1, real1(1.5))), real1(low), real1(high))...)
}
