package rel

import "math"

// reduced is a call, the arguments of which are simple.
func reduced(x Call, k known) Expr {
	made := func(i int) (Call, bool) {
		a := x.Args[i]
		if c, ok := a.(Column); ok {
			a = k[c.ID]
		}
		c, ok := a.(Call)
		return c, ok
	}
	switch x.Op {
	case At:
		n, isConst := x.Args[1].(Const)
		of, ok := made(0)
		if i, whole := n.Value.(int64); isConst && whole && ok && of.Op == SplitBy {
			if i >= 0 {
				i++
			}
			return Call{Op: SplitEntry, Args: []Expr{of.Args[0], of.Args[1], Const{T: Long, Value: i}}, T: Dynamic, Null: true}
		}
	case ListLength:
		if of, ok := made(0); ok && of.Op == SplitBy {
			return Call{Op: SplitLength, Args: of.Args, T: Long}
		}
	case TextOfJSON, LongOfJSON, RealOfJSON, IntOfJSON:
		of, ok := made(0)
		if text, found := textOf(of); ok && found {
			return converted(x, text)
		}
	case TextOfReal:
		if !mayBeNaN(x.Args[0]) {
			x.Op = TextOfNumber
		}
	case EqReal, LtReal, LeReal, GtReal, GeReal:
		op := map[Op]Op{EqReal: Eq, LtReal: Lt, LeReal: Le, GtReal: Gt, GeReal: Ge}[x.Op]
		looked := 0
		if x.Op == LtReal || x.Op == LeReal {
			looked = 1
		}
		if !mayBeNaN(x.Args[looked]) {
			x.Op = op
		}
	}
	return x
}

// textOf returns the text of which JSON was made, ” where it was made of nothing.
func textOf(c Call) (Expr, bool) {
	if c.Op == SplitEntry {
		return Call{Op: SplitAt, Args: c.Args, T: String}, true
	}
	text, ok := textIn(c)
	if column, isColumn := text.(Column); ok && isColumn && column.Null {
		text = Call{Op: TextOr, Args: []Expr{text}, T: String}
	}
	return text, ok
}

// converted is what a conversion of JSON makes of a text.
func converted(x Call, text Expr) Expr {
	switch x.Op {
	case LongOfJSON:
		return Call{Op: LongOfText, Args: []Expr{text}, T: x.T, Null: true}
	case RealOfJSON:
		return Call{Op: RealOfText, Args: []Expr{text}, T: x.T, Null: true}
	case IntOfJSON:
		return Call{Op: IntOfLong, Args: []Expr{Call{Op: LongOfText, Args: []Expr{text}, T: Long, Null: true}}, T: x.T, Null: true}
	}
	return text
}

// mayBeNaN tells of a real whether it may be no number.
func mayBeNaN(x Expr) bool {
	switch x := x.(type) {
	case Const:
		f, ok := x.Value.(float64)
		return ok && math.IsNaN(f)
	case Call:
		switch x.Op {
		case RealOfLong:
			return false
		case Round, Abs, Ceil:
			return mayBeNaN(x.Args[0])
		case DivReal:
			by, ok := x.Args[1].(Const)
			f, _ := by.Value.(float64)
			return !ok || f == 0 || math.IsInf(f, 0) || math.IsNaN(f) || mayBeNaN(x.Args[0])
		}
	}
	return true
}
