package bind

import (
	"math"

	"weir/internal/query/rel"
)

func numberFunctions() []Function {
	real1 := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "r", Result: rel.Real, op: op}
	}
	lossy := func(name string, op rel.Op) Function { // of some numbers there is none
		return Function{Name: name, Params: "r", Result: rel.Real, op: op, null: true}
	}
	long2 := func(name string, op rel.Op) Function {
		return Function{Name: name, Params: "ll", Result: rel.Long, op: op}
	}
	return []Function{
		{Name: "bin", Params: "aa", make: bin},
		{Name: "floor", Params: "aa", make: bin},
		{Name: "bin_at", Params: "aaa", make: binAt},
		{Name: "round", Params: "r*l", Result: rel.Real, make: round},
		real1("ceiling", rel.Ceil), real1("exp", rel.Exp), real1("exp2", rel.Exp2), real1("exp10", rel.Exp10),
		real1("sqrt", rel.Sqrt), lossy("log", rel.Ln), lossy("log2", rel.Log2), lossy("log10", rel.Log10),
		real1("sin", rel.Sin), real1("cos", rel.Cos), real1("tan", rel.Tan), real1("cot", rel.Cot),
		real1("asin", rel.Asin), real1("acos", rel.Acos), real1("atan", rel.Atan),
		{Name: "atan2", Params: "rr", Result: rel.Real, op: rel.Atan2},
		real1("degrees", rel.Degrees), real1("radians", rel.Radians),
		{Name: "pi", Result: rel.Real, make: func(*funcall) rel.Expr { return rel.Const{T: rel.Real, Value: math.Pi} }},
		pure("gamma", "r", rel.Real, "gamma"), pure("loggamma", "r", rel.Real, "loggamma"),
		pure("erf", "r", rel.Real, "erf"), pure("erfc", "r", rel.Real, "erfc"),
		{Name: "sign", Params: "r", Result: rel.Real, op: rel.Sign},
		{Name: "abs", Params: "a", make: abs},
		{Name: "pow", Params: "rr", Result: rel.Real, op: rel.Pow},
		{Name: "isnan", Params: "r", Result: rel.Bool, op: rel.IsNaN},
		{Name: "isinf", Params: "r", Result: rel.Bool, op: rel.IsInf},
		{Name: "isfinite", Params: "r", Result: rel.Bool, op: rel.IsFinite},
		{Name: "rand", Params: "*l", make: random},
		pure("tohex", "l*l", rel.String, "tohex"),
		long2("binary_and", rel.BitAnd), long2("binary_or", rel.BitOr), long2("binary_xor", rel.BitXor),
		{Name: "binary_not", Params: "l", Result: rel.Long, op: rel.BitNot},
		pure("binary_shift_left", "ll", rel.Long, "shift_left"), pure("binary_shift_right", "ll", rel.Long, "shift_right"),
		{Name: "bitset_count_ones", Params: "l", Result: rel.Long, op: rel.BitCount},
		{Name: "new_guid", Result: rel.GUID, op: rel.NewGUID, null: true},
	}
}

func random(c *funcall) rel.Expr {
	if len(c.args) == 0 {
		return call(rel.Random, rel.Real, false)
	}
	return call(rel.RandomBelow, rel.Long, false, c.args[0])
}

func round(c *funcall) rel.Expr {
	digits := long1(0)
	if len(c.args) == 2 {
		digits = c.args[1]
	}
	return call(rel.Round, rel.Real, c.args[0].Nullable(), c.args[0], digits)
}

func abs(c *funcall) rel.Expr {
	v := c.args[0]
	if !isNumber(v.Type()) && v.Type() != rel.Timespan {
		v = c.b.toReal(v)
	}
	return call(rel.Abs, wide(v.Type()), v.Nullable(), v)
}

func bin(c *funcall) rel.Expr {
	v, w := c.args[0], c.args[1]
	vt, wt := v.Type(), w.Type()
	switch {
	case isTime(vt) && wt == rel.Timespan && (vt == rel.Instant || !coarse(w)):
		return c.b.settled(call(rel.BinInstant, rel.Instant, true, c.b.ticks(v), w), coarse(w))
	case vt == rel.DateTime && wt == rel.Timespan:
		return call(rel.BinTime, rel.DateTime, true, v, w)
	case vt == rel.Timespan && wt == rel.Timespan:
		return call(rel.BinLong, rel.Timespan, true, v, w)
	case isWhole(vt) && isWhole(wt):
		return call(rel.BinLong, rel.Long, true, v, w)
	}
	if vt == rel.Dynamic {
		fail(c.x, "bin() of a dynamic: say what it is, with tolong() or todatetime()")
	}
	if !isNumeric(vt) || !isNumeric(wt) {
		fail(c.x, "bin() takes a number and a number, or a time and a timespan, not %s and %s", TypeName(vt), TypeName(wt))
	}
	return call(rel.BinReal, rel.Real, true, c.b.toReal(v), c.b.toReal(w))
}

// binAt is bin of which a border is at a fixed value.
func binAt(c *funcall) rel.Expr {
	v, w, at := c.args[0], c.args[1], c.args[2]
	vt, wt, ft := v.Type(), w.Type(), at.Type()
	switch {
	case isTime(vt) && wt == rel.Timespan && isTime(ft):
		exact := vt == rel.DateTime && ft == rel.DateTime && coarse(w)
		return c.b.settled(call(rel.BinAt, rel.Instant, true, c.b.ticks(v), w, c.b.ticks(at)), exact)
	case vt == rel.Timespan && wt == rel.Timespan && ft == rel.Timespan:
		return call(rel.BinAt, rel.Timespan, true, v, w, at)
	case isWhole(vt) && isWhole(wt) && isWhole(ft):
		return call(rel.BinAt, rel.Long, true, v, w, at)
	case isNumeric(vt) && isNumeric(wt) && isNumeric(ft):
		return call(rel.BinAtReal, rel.Real, true, c.b.toReal(v), c.b.toReal(w), c.b.toReal(at))
	}
	fail(c.x, "bin_at() takes three numbers, or a time, a timespan and a time, not %s, %s and %s", TypeName(vt), TypeName(wt), TypeName(ft))
	return nil
}
