package bind

import (
	"weir/internal/query/rel"
)

func word1(s string) rel.Expr { return rel.Const{T: rel.String, Value: s} }

func long1(n int64) rel.Expr { return rel.Const{T: rel.Long, Value: n} }

func iff(c *funcall) rel.Expr {
	if known, ok := c.args[0].(rel.Const); ok {
		_, both := c.b.common(c.x, c.args[1:])
		if known.Value == true {
			return both[0]
		}
		return both[1]
	}
	t, both := c.b.common(c.x, c.args[1:])
	return call(rel.If, t, both[0].Nullable() || both[1].Nullable(), c.args[0], both[0], both[1])
}

func caseOf(c *funcall) rel.Expr {
	if len(c.args)%2 == 0 {
		fail(c.x, "case() takes conditions with values, and one value for all else at its end")
	}
	var values []rel.Expr
	for i := 1; i < len(c.args); i += 2 {
		values = append(values, c.args[i])
	}
	values = append(values, c.args[len(c.args)-1])
	t, values := c.b.common(c.x, values)
	out := values[len(values)-1]
	for i := len(values) - 2; i >= 0; i-- {
		cond := c.b.condition(c.x.Args[2*i], c.args[2*i])
		out = call(rel.If, t, out.Nullable() || values[i].Nullable(), cond, values[i], out)
	}
	return out
}

func coalesce(c *funcall) rel.Expr {
	t, all := c.b.common(c.x, c.args)
	if t == rel.String { // the first that is not empty
		out := all[len(all)-1]
		for i := len(all) - 2; i >= 0; i-- {
			out = call(rel.If, t, false, call(rel.Eq, rel.Bool, false, all[i], word1("")), out, all[i])
		}
		return out
	}
	null := true
	for _, v := range all {
		null = null && v.Nullable()
	}
	return call(rel.First, t, null, all...)
}

func isNull(c *funcall) rel.Expr {
	if v := c.args[0]; v.Nullable() {
		return call(rel.IsNull, rel.Bool, false, v)
	}
	return rel.Const{T: rel.Bool, Value: false}
}

// around tells whether a value is no farther from another than a distance.
func around(c *funcall) rel.Expr {
	low, high := c.b.arithmetic(c.x, "-", c.args[1], c.args[2]), c.b.arithmetic(c.x, "+", c.args[1], c.args[2])
	return join(rel.And, c.b.compare(c.x, ">=", c.args[0], low), c.b.compare(c.x, "<=", c.args[0], high))
}

func isEmpty(c *funcall) rel.Expr {
	v := c.args[0]
	if t := v.Type(); t == rel.String || t == rel.Dynamic {
		return c.b.compare(c.x, "==", c.b.toText(v), word1(""))
	}
	return isNull(c)
}

func greatest(op, broken rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		t, all := c.b.common(c.x, c.args)
		null := true
		best, known := int64(0), isWhole(t)
		for i, v := range all {
			null = null && v.Nullable()
			k, ok := v.(rel.Const)
			n, whole := k.Value.(int64)
			known = known && ok && whole
			if i == 0 || (op == rel.Greatest) == (n > best) {
				best = n
			}
		}
		if known {
			return rel.Const{T: t, Value: best}
		}
		if t == rel.Real {
			return call(broken, t, null, all...)
		}
		return call(op, t, null, all...)
	}
}

func parseJSON(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.String {
		return call(rel.ParseJSON, rel.Dynamic, true, v)
	}
	return c.b.toDynamic(v)
}
