package bind

import (
	"math/bits"
	"regexp"
	"strings"

	"weir/internal/compute"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func (b *binder) binary(x *syntax.Binary, s *scope) rel.Expr {
	if _, ok := x.L.(*syntax.Star); ok {
		return b.anyColumn(x, s)
	}
	l, r := b.scalar(x.L, s), b.scalar(x.R, s)
	switch x.Op {
	case "and":
		return join(rel.And, b.condition(x.L, l), b.condition(x.R, r))
	case "or":
		return join(rel.Or, b.condition(x.L, l), b.condition(x.R, r))
	case "==", "!=", "<", "<=", ">", ">=":
		return b.compare(x, x.Op, l, r)
	case "+", "-", "*", "/", "%":
		return b.arithmetic(x, x.Op, l, r)
	}
	return b.textual(x, l, r)
}

// condition makes a value one that is true or false.
func (b *binder) condition(x syntax.Expr, v rel.Expr) rel.Expr {
	switch v.Type() {
	case rel.Bool:
		return v
	case rel.Dynamic, rel.Int, rel.Long:
		return b.toBool(v)
	}
	fail(x, "a condition is true or false, and this is a %s: compare it with something", TypeName(v.Type()))
	return nil
}

// textual binds the operators on text.
func (b *binder) textual(x *syntax.Binary, l, r rel.Expr) rel.Expr {
	for _, side := range []rel.Expr{l, r} {
		if t := side.Type(); t != rel.String && t != rel.Dynamic {
			fail(x, "The operator '%s' is not defined for %s and %s: tostring() makes text of a value", x.Op, TypeName(l.Type()), TypeName(r.Type()))
		}
	}
	l, r = b.toText(l), b.toText(r)
	op, negative := strings.CutPrefix(x.Op, "!")
	if op == "~" || op == "=~" {
		return b.compare(x, map[bool]string{true: "!=", false: "=="}[negative], lower(l), lower(r))
	}
	op, exact := strings.CutSuffix(op, "_cs")
	var v rel.Expr
	switch op {
	case "has", "hasprefix", "hassuffix":
		v = b.term(x, l, r, exact, op != "hassuffix", op != "hasprefix")
	case "matches regex":
		if c, ok := r.(rel.Const); ok {
			pattern, _ := c.Value.(string)
			v = rel.Call{Op: rel.Matches, Args: []rel.Expr{l, word1(checkPattern(x, pattern))}, T: rel.Bool}
		} else {
			v = call(rel.Compute("matches"), rel.Bool, false, l, r)
		}
	default:
		if !exact {
			l, r = lower(l), lower(r)
		}
		v = rel.Call{Op: map[string]rel.Op{"contains": rel.Contains, "startswith": rel.StartsWith, "endswith": rel.EndsWith}[op], Args: []rel.Expr{l, r}, T: rel.Bool}
	}
	if negative {
		return not(v)
	}
	return v
}

// anyColumn binds * has "x": any of the columns that can be compared so.
func (b *binder) anyColumn(x *syntax.Binary, s *scope) rel.Expr {
	var all rel.Expr
	for _, c := range s.columns {
		one := *x
		one.L = &syntax.Ident{At: x.At, Name: c.Name}
		switch x.Op {
		case "==", "!=":
			if r := b.scalar(x.R, s).Type(); r != c.T && !(isNumeric(r) && isNumeric(c.T)) {
				continue
			}
		case "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "and", "or":
			refuse(x, "'*' has no place before '%s': name a column", x.Op)
		default:
			if c.T != rel.String && c.T != rel.Dynamic {
				one.L = &syntax.Call{At: x.At, Name: "tostring", Args: []syntax.Expr{one.L}}
			}
		}
		all = join(rel.Or, all, b.binary(&one, s))
	}
	if all == nil {
		return rel.Const{T: rel.Bool, Value: false}
	}
	return all
}

// checkPattern refuses what is no pattern, and returns it as the engine reads
// it, whose patterns are those of Go.
func checkPattern(x syntax.Expr, pattern string) string {
	pattern = compute.Pattern(pattern)
	if _, err := regexp.Compile(pattern); err != nil {
		fail(x, "the pattern cannot be read: %v", err)
	}
	return pattern
}

// compare binds a comparison, with what KQL says of nulls.
func (b *binder) compare(x syntax.Expr, op string, l, r rel.Expr) rel.Expr {
	if v := b.betweenTicks(op, l, r); v != nil {
		return v
	}
	l, r = b.sameTypes(x, op, l, r)
	null := l.Nullable() || r.Nullable()
	lc, lok := l.(rel.Const)
	rc, rok := r.(rel.Const)
	known := lok && rok && lc.Value != nil && rc.Value != nil
	call := func(op rel.Op, null bool) rel.Expr {
		return rel.Call{Op: op, Args: []rel.Expr{l, r}, T: rel.Bool, Null: null}
	}
	switch op {
	case "==":
		if known && l.Type() != rel.Real {
			return rel.Const{T: rel.Bool, Value: lc.Value == rc.Value}
		}
		switch {
		case l.Type() == rel.Real:
			return call(rel.EqReal, null)
		case !null:
			return call(rel.Eq, false)
		case l.Nullable() && r.Nullable():
			return call(rel.EqBoth, true)
		}
		return call(rel.EqOne, false)
	case "!=":
		switch {
		case known && l.Type() != rel.Real:
			return rel.Const{T: rel.Bool, Value: lc.Value != rc.Value}
		case l.Type() == rel.Real:
			return call(rel.NeReal, false)
		case !null:
			return call(rel.Ne, false)
		case l.Nullable() && r.Nullable():
			return call(rel.NeBoth, true)
		}
		return call(rel.NeOne, false)
	}
	if l.Type() == rel.String {
		fail(x, "The operator '%s' is not defined for the operand types %s and %s: strcmp() compares texts", op, TypeName(l.Type()), TypeName(r.Type()))
	}
	if known {
		if d, ok := order(lc.Value, rc.Value); ok {
			return rel.Const{T: rel.Bool, Value: map[string]bool{"<": d < 0, "<=": d <= 0, ">": d > 0, ">=": d >= 0}[op]}
		}
	}
	if l.Type() == rel.Real {
		return call(map[string]rel.Op{"<": rel.LtReal, "<=": rel.LeReal, ">": rel.GtReal, ">=": rel.GeReal}[op], null)
	}
	return call(map[string]rel.Op{"<": rel.Lt, "<=": rel.Le, ">": rel.Gt, ">=": rel.Ge}[op], null)
}

func order(l, r any) (int, bool) {
	a, ok1 := l.(int64)
	c, ok2 := r.(int64)
	switch {
	case !ok1 || !ok2:
		return 0, false
	case a < c:
		return -1, true
	case a > c:
		return 1, true
	}
	return 0, true
}

func isWhole(t rel.Type) bool { return t == rel.Int || t == rel.Long }

func isNumber(t rel.Type) bool { return isWhole(t) || t == rel.Real }

func isNumeric(t rel.Type) bool { return isNumber(t) || t == rel.Decimal }

// sameTypes brings both sides of a comparison to one type.
func (b *binder) sameTypes(x syntax.Expr, op string, l, r rel.Expr) (rel.Expr, rel.Expr) {
	lt, rt := l.Type(), r.Type()
	switch {
	case lt == rt && lt != rel.Dynamic && lt != rel.Decimal || isWhole(lt) && isWhole(rt):
		return l, r
	case isNumber(lt) && isNumber(rt):
		return b.toReal(l), b.toReal(r)
	case isTime(lt) && isTime(rt):
		return b.ticks(l), b.ticks(r)
	case isTime(lt) && (rt == rel.String || rt == rel.Dynamic):
		return b.sameTypes(x, op, l, b.toTime(x, r))
	case isTime(rt) && (lt == rel.String || lt == rel.Dynamic):
		return b.sameTypes(x, op, b.toTime(x, l), r)
	case isNumeric(lt) && isNumeric(rt):
		return sortable(b.toDecimal(l)), sortable(b.toDecimal(r))
	case lt == rel.Dynamic && rt == rel.Dynamic:
		fail(x, "The operator '%s' is not defined for dynamic values on both sides: say what one of them is, with tostring() or tolong()", op)
	case lt == rel.Dynamic:
		return b.convert(x, l, comparable(rt)), b.convert(x, r, comparable(rt))
	case rt == rel.Dynamic:
		return b.convert(x, l, comparable(lt)), b.convert(x, r, comparable(lt))
	case lt == rel.Bool && (isWhole(rt) || rt == rel.String), lt == rel.DateTime && rt == rel.String, lt == rel.Timespan && rt == rel.String, lt == rel.GUID && rt == rel.String:
		if lt == rel.GUID {
			return b.toText(l), lower(r)
		}
		return l, b.convert(x, r, lt)
	case rt == rel.Bool && (isWhole(lt) || lt == rel.String), rt == rel.DateTime && lt == rel.String, rt == rel.Timespan && lt == rel.String, rt == rel.GUID && lt == rel.String:
		if rt == rel.GUID {
			return lower(l), b.toText(r)
		}
		return b.convert(x, l, rt), r
	}
	fail(x, "The operator '%s' is not defined for the operand types %s and %s", op, TypeName(lt), TypeName(rt))
	return nil, nil
}

// comparable is the type in which a dynamic is compared with a value of a type:
// whole numbers as reals, as its own may be.
func comparable(t rel.Type) rel.Type {
	if isWhole(t) {
		return rel.Real
	}
	return t
}

// arithmetic binds + - * / %.
func (b *binder) arithmetic(x syntax.Expr, op string, l, r rel.Expr) rel.Expr {
	if isNumeric(l.Type()) && isNumeric(r.Type()) && (l.Type() == rel.Decimal || r.Type() == rel.Decimal) {
		f := map[string]string{"+": "decimal_add", "-": "decimal_sub", "*": "decimal_mul", "/": "decimal_div", "%": "decimal_mod"}[op]
		return call(rel.Compute(f), rel.Decimal, true, b.toDecimal(l), b.toDecimal(r))
	}
	if l.Type() == rel.Dynamic && r.Type() != rel.Dynamic {
		l = b.convert(x, l, r.Type())
	}
	if r.Type() == rel.Dynamic && l.Type() != rel.Dynamic {
		r = b.convert(x, r, l.Type())
	}
	lt, rt := l.Type(), r.Type()
	null := l.Nullable() || r.Nullable()
	call := func(op rel.Op, t rel.Type, null bool) rel.Expr {
		return rel.Call{Op: op, Args: []rel.Expr{l, r}, T: t, Null: null}
	}
	plain := map[string]rel.Op{"+": rel.Add, "-": rel.Sub, "*": rel.Mul}
	switch {
	case isWhole(lt) && isWhole(rt):
		if v, ok := foldWhole(op, l, r); ok {
			return v
		}
		switch op {
		case "/":
			return call(rel.DivLong, rel.Long, true)
		case "%":
			return call(rel.Mod, rel.Long, true)
		}
		return call(plain[op], rel.Long, null)
	case isNumber(lt) && isNumber(rt):
		l, r = b.toReal(l), b.toReal(r)
		switch op {
		case "/":
			return call(rel.DivReal, rel.Real, null)
		case "%":
			return call(rel.Mod, rel.Real, true)
		}
		return call(plain[op], rel.Real, null)
	case isTime(lt) && rt == rel.Timespan && op == "+":
		return b.moved(l, r, 1)
	case lt == rel.Timespan && isTime(rt) && op == "+":
		return b.moved(r, l, 1)
	case isTime(lt) && rt == rel.Timespan && op == "-":
		return b.moved(l, r, -1)
	case lt == rel.DateTime && rt == rel.DateTime && op == "-":
		return call(rel.DiffTime, rel.Timespan, null)
	case isTime(lt) && isTime(rt) && op == "-":
		l, r = b.ticks(l), b.ticks(r)
		return call(rel.Sub, rel.Timespan, null)
	case lt == rel.Timespan && rt == rel.Timespan && (op == "+" || op == "-"):
		return call(plain[op], rel.Timespan, null)
	case lt == rel.Timespan && rt == rel.Timespan && op == "%":
		return call(rel.Mod, rel.Timespan, true)
	case lt == rel.Timespan && rt == rel.Timespan && op == "/":
		return call(rel.RatioSpan, rel.Real, null)
	case isTime(lt) && rt == rel.Timespan && op == "/":
		l = retyped(b.ticks(l), rel.Timespan)
		return call(rel.RatioSpan, rel.Real, null)
	case lt == rel.Timespan && isNumber(rt) && (op == "*" || op == "/"):
		r = b.toReal(r)
		if op == "/" {
			return call(rel.DivScale, rel.Timespan, true)
		}
		return call(rel.Scale, rel.Timespan, null)
	case isNumber(lt) && rt == rel.Timespan && op == "*":
		l = b.toReal(l)
		return call(rel.Scale, rel.Timespan, null)
	}
	hint := ""
	if op == "+" && lt == rel.String {
		hint = ": strcat() puts texts together"
	}
	fail(x, "The operator '%s' is not defined for the operand types %s and %s%s", op, TypeName(lt), TypeName(rt), hint)
	return nil
}

// foldWhole computes small whole numbers that are known.
func foldWhole(op string, l, r rel.Expr) (rel.Expr, bool) {
	lc, ok1 := l.(rel.Const)
	rc, ok2 := r.(rel.Const)
	a, ok3 := lc.Value.(int64)
	c, ok4 := rc.Value.(int64)
	const small = 1 << 62
	if !ok1 || !ok2 || !ok3 || !ok4 || a > small || c > small || a < -small || c < -small {
		return nil, false
	}
	if high, low := bits.Mul64(uint64(max(a, -a)), uint64(max(c, -c))); op == "*" && (high != 0 || low > small) {
		return nil, false
	}
	var v int64
	switch {
	case op == "+":
		v = a + c
	case op == "-":
		v = a - c
	case op == "*":
		v = a * c
	case op == "/" && c != 0:
		v = a / c
	default:
		return nil, false
	}
	return rel.Const{T: rel.Long, Value: v}, true
}
