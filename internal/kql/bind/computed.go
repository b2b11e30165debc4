package bind

import (
	"strconv"
	"strings"

	"weir/internal/compute"
	"weir/internal/query/rel"
)

// computed is a function of the store, see package compute; what is known is
// computed at once.
func computed(function string, t rel.Type, args ...rel.Expr) rel.Expr {
	if v, ok := fold(function, t, args); ok {
		return v
	}
	return call(rel.Compute(function), t, t != rel.String, args...)
}

// maxFolded is how long the arguments of a function are that is computed at
// once, in bytes: this process, unlike that of a question, has no bound of its own.
const maxFolded = 4 << 10

// fold computes a function of constants, but none that makes much of little.
func fold(function string, t rel.Type, args []rel.Expr) (rel.Expr, bool) {
	f, ok := compute.Find(function)
	if !ok {
		panic("BUG: the store has no function " + function)
	}
	if function == "repeat" || strings.HasPrefix(function, "range_") {
		return nil, false
	}
	c := compute.Call{Args: make([]compute.Value, len(args))}
	size := 0
	for i, a := range args {
		k, ok := a.(rel.Const)
		if !ok || k.T == rel.DateTime {
			return nil, false
		}
		switch v := k.Value.(type) {
		case nil:
			c.Args[i] = compute.Null()
			if k.T == rel.String {
				c.Args[i] = compute.Text("")
			}
		case bool:
			c.Args[i] = compute.Text(strconv.FormatBool(v))
		case int64:
			c.Args[i] = compute.Text(strconv.FormatInt(v, 10))
		case float64:
			c.Args[i] = compute.Text(strconv.FormatFloat(v, 'g', -1, 64))
		case string:
			c.Args[i] = compute.Text(v)
			size += len(v)
		}
	}
	if size > maxFolded {
		return nil, false
	}
	v := f(&c)
	if len(v.Text) > maxFolded {
		return nil, false
	}
	return known(compute.Value{Text: strings.Clone(v.Text), Null: v.Null}, t)
}

// known makes a constant of a computed value.
func known(v compute.Value, t rel.Type) (rel.Expr, bool) {
	if v.Null {
		return rel.Const{T: t}, true
	}
	switch t {
	case rel.String, rel.GUID, rel.Decimal, rel.Dynamic:
		return rel.Const{T: t, Value: v.Text}, true
	case rel.Bool:
		return rel.Const{T: t, Value: v.Text == "true"}, true
	case rel.Int, rel.Long, rel.Timespan:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		return rel.Const{T: t, Value: n}, err == nil
	case rel.Instant:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		return timeConst(n), err == nil
	case rel.Real:
		f, err := strconv.ParseFloat(v.Text, 64)
		return rel.Const{T: t, Value: f}, err == nil
	}
	return nil, false
}

// pure is a function that the store computes of its arguments as they are.
func pure(name, params string, result rel.Type, function string) Function {
	return Function{Name: name, Params: params, Result: result, make: func(c *funcall) rel.Expr {
		return computed(function, result, c.args...)
	}}
}

// many is pure for any number of the last argument.
func many(name, params string, result rel.Type, function string) Function {
	f := pure(name, params, result, function)
	f.more = true
	return f
}

// noted says what does not hold.
func noted(f Function, note string) Function {
	f.Note = note
	return f
}

// constText returns an argument that is a text and known.
func (c *funcall) constText(i int) (string, bool) {
	if i >= len(c.args) {
		return "", false
	}
	k, ok := c.args[i].(rel.Const)
	text, isText := k.Value.(string)
	return text, ok && isText
}
