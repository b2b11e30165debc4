package rel_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"weir/internal/query/rel"
)

// value is what an expression says of a row.
func (v naive) value(x rel.Expr, r row) any {
	switch x := x.(type) {
	case rel.Column:
		return r[x.ID]
	case rel.Const:
		if x.T == rel.String && x.Value == nil {
			return ""
		}
		return x.Value
	case rel.Scalar:
		rows := v.rows(x.In)
		switch {
		case len(rows) > 0:
			return rows[0][x.Column.ID]
		case x.Column.T == rel.String:
			return ""
		}
		return nil
	case rel.Member:
		is := v.value(x.X, r)
		return is != nil && slices.ContainsFunc(v.rows(x.In), func(in row) bool { return same(in[x.Column.ID], is) })
	}
	c := x.(rel.Call)
	args := make([]any, len(c.Args))
	null := false
	for i, a := range c.Args {
		args[i] = v.value(a, r)
		null = null || args[i] == nil
	}
	if out, ok := withNulls(c.Op, args); ok {
		return out
	}
	if null {
		return nil
	}
	return plainly(c.Op, args)
}

func same(x, y any) bool { return x != nil && y != nil && order(x, y) == 0 }

func isNaN(x any) bool {
	f, ok := x.(float64)
	return ok && math.IsNaN(f)
}

// withNulls are the operations that say something of a null.
func withNulls(op rel.Op, args []any) (any, bool) {
	equal := func() bool { return args[0] == nil && args[1] == nil || same(args[0], args[1]) }
	both := len(args) == 2 && args[0] == nil && args[1] == nil
	null := slices.Contains(args, nil)
	switch op {
	case rel.And, rel.Or:
		decides := op == rel.Or
		switch {
		case args[0] == decides || args[1] == decides:
			return decides, true
		case null:
			return nil, true
		}
		return !decides, true
	case rel.EqOne:
		return !null && equal(), true
	case rel.EqBoth, rel.NeBoth:
		if both {
			return nil, true
		}
		return equal() == (op == rel.EqBoth), true
	case rel.NeOne:
		return null || !equal(), true
	case rel.EqReal, rel.GtReal, rel.GeReal:
		if isNaN(args[0]) {
			return false, true
		}
	case rel.LtReal, rel.LeReal:
		if isNaN(args[1]) {
			return false, true
		}
	case rel.NeReal:
		return null || isNaN(args[0]) || isNaN(args[1]) || !equal(), true
	case rel.IsNull:
		return args[0] == nil, true
	case rel.If:
		if args[0] == true {
			return args[1], true
		}
		return args[2], true
	case rel.First:
		for _, a := range args {
			if a != nil {
				return a, true
			}
		}
		return nil, true
	case rel.In, rel.InOne: // the others are not null
		if args[0] == nil {
			return map[bool]any{true: false, false: nil}[op == rel.InOne], true
		}
		return slices.ContainsFunc(args[1:], func(a any) bool { return same(a, args[0]) }), true
	case rel.Greatest, rel.Least, rel.GreatestReal, rel.LeastReal:
		var best any
		for _, a := range args {
			if isNaN(a) {
				return a, true
			}
			if a != nil && (best == nil || (order(a, best) > 0) == (op == rel.Greatest || op == rel.GreatestReal)) {
				best = a
			}
		}
		return best, true
	case rel.Concat:
		return fmt.Sprint(args...), true
	case rel.Text, rel.TextOfNumber:
		if args[0] == nil {
			return "", true
		}
		return fmt.Sprint(args[0]), true
	case rel.TextOfBool:
		return map[any]string{nil: "", true: "True", false: "False"}[args[0]], true
	case rel.TextOfJSON:
		if args[0] == nil {
			return "", true
		}
		return fmt.Sprint(args[0]), true
	case rel.JSONOf:
		return args[0], true
	case rel.ListOf:
		return args, true
	case rel.Entries:
		if list, ok := args[0].([]any); ok {
			return list, true
		}
		return []any{args[0]}, true
	}
	return nil, false
}

// plainly are the operations that are null where an argument is.
func plainly(op rel.Op, args []any) any {
	long := func(i int) int64 { n, _ := args[i].(int64); return n }
	text := func(i int) string { s, _ := args[i].(string); return s }
	if f, ok := args[0].(float64); ok {
		if out, ok := ofReals(op, f, args); ok {
			return out
		}
	}
	switch op {
	case rel.Not:
		return args[0] != true
	case rel.Eq:
		return same(args[0], args[1])
	case rel.Ne:
		return !same(args[0], args[1])
	case rel.Lt, rel.LtReal:
		return order(args[0], args[1]) < 0
	case rel.Le, rel.LeReal:
		return order(args[0], args[1]) <= 0
	case rel.Gt, rel.GtReal:
		return order(args[0], args[1]) > 0
	case rel.Ge, rel.GeReal:
		return order(args[0], args[1]) >= 0
	case rel.EqReal:
		return same(args[0], args[1])
	case rel.Add:
		return long(0) + long(1)
	case rel.Sub:
		return long(0) - long(1)
	case rel.Mul:
		return long(0) * long(1)
	case rel.Neg:
		return -long(0)
	case rel.Abs:
		return max(long(0), -long(0))
	case rel.DivLong, rel.Mod, rel.BinLong:
		if long(1) == 0 {
			return nil
		}
		rest := long(0) % long(1)
		if rest < 0 {
			rest += max(long(1), -long(1))
		}
		return map[rel.Op]int64{rel.DivLong: long(0) / long(1), rel.Mod: rest, rel.BinLong: long(0) - rest}[op]
	case rel.LongOfBool:
		return map[any]int64{true: 1, false: 0}[args[0]]
	case rel.RealOfLong:
		return float64(long(0))
	case rel.LongOfText:
		if n, err := strconv.ParseInt(strings.TrimSpace(text(0)), 10, 64); err == nil {
			return n
		}
		return nil
	case rel.LongOfJSON:
		if of, ok := args[0].(string); ok {
			return plainly(rel.LongOfText, []any{of})
		}
		return args[0]
	case rel.SplitBy:
		var list []any
		for part := range strings.SplitSeq(text(0), text(1)) {
			list = append(list, part)
		}
		return list
	case rel.At:
		list, _ := args[0].([]any)
		at := long(1)
		if at < 0 {
			at += int64(len(list))
		}
		if at < 0 || at >= int64(len(list)) {
			return nil
		}
		return list[at]
	case rel.ListLength:
		list, _ := args[0].([]any)
		return int64(len(list))
	case rel.AddTime:
		return long(0) + long(1)/10
	case rel.SubTime:
		return long(0) - long(1)/10
	case rel.DiffTime:
		return (long(0) - long(1)) * 10
	case rel.Lower:
		return strings.ToLower(text(0))
	case rel.Upper:
		return strings.ToUpper(text(0))
	case rel.Reverse:
		letters := []rune(text(0))
		slices.Reverse(letters)
		return string(letters)
	case rel.Length:
		return int64(len([]rune(text(0))))
	case rel.Contains:
		return strings.Contains(text(0), text(1))
	case rel.StartsWith:
		return strings.HasPrefix(text(0), text(1))
	case rel.EndsWith:
		return strings.HasSuffix(text(0), text(1))
	case rel.IndexOf:
		before, _, found := strings.Cut(text(0), text(1))
		if !found {
			return int64(-1)
		}
		return int64(len([]rune(before)))
	case rel.Substring, rel.SubstringOf:
		letters := []rune(text(0))
		from, n := min(long(1), int64(len(letters))), int64(len(letters))
		if op == rel.SubstringOf {
			n = max(0, long(2))
		}
		return string(letters[from:min(from+n, int64(len(letters)))])
	case rel.ReplaceText:
		if text(1) == "" {
			return text(0)
		}
		return strings.ReplaceAll(text(0), text(1), text(2))
	}
	panic("no meaning of operation " + string(op))
}

func ofReals(op rel.Op, f float64, args []any) (any, bool) {
	g := 0.0
	if len(args) > 1 {
		g, _ = args[1].(float64)
	}
	switch op {
	case rel.Add:
		return f + g, true
	case rel.Sub:
		return f - g, true
	case rel.Mul:
		return f * g, true
	case rel.DivReal:
		return f / g, true
	case rel.Neg:
		return -f, true
	case rel.Abs:
		return math.Abs(f), true
	case rel.Ceil:
		return math.Ceil(f), true
	case rel.IsNaN:
		return math.IsNaN(f), true
	case rel.BinReal:
		if g == 0 {
			return nil, true
		}
		return math.Floor(f/g) * g, true
	}
	return nil, false
}

// over is what an aggregate says of a group.
func (v naive) over(c rel.Call, group []row) any {
	var all []any
	for _, r := range group {
		if len(c.Args) == 0 {
			all = append(all, true)
			continue
		}
		x := v.value(c.Args[0], r)
		if (c.Op == rel.SumIfLong || c.Op == rel.SumIfReal) && v.value(c.Args[1], r) != true || x == nil {
			continue
		}
		all = append(all, x)
	}
	long, real := int64(0), 0.0
	var least, most any
	for _, x := range all {
		switch x := x.(type) {
		case int64:
			long, real = long+x, real+float64(x)
		case float64:
			real += x
		case []any:
			continue
		}
		if least == nil || order(x, least) < 0 {
			least = x
		}
		if most == nil || order(x, most) > 0 {
			most = x
		}
	}
	switch c.Op {
	case rel.Count:
		return int64(len(group))
	case rel.CountIf:
		n := int64(0)
		for _, x := range all {
			if x == true {
				n++
			}
		}
		return n
	case rel.SumLong, rel.SumIfLong:
		return long
	case rel.SumReal, rel.SumIfReal:
		return real
	case rel.Avg:
		return real / float64(len(all)) // of nothing, NaN
	case rel.MinReal:
		if isNaN(most) {
			return most
		}
		return least
	case rel.Min:
		return least
	case rel.Max, rel.MaxReal:
		return most
	case rel.MinText, rel.MaxText:
		if len(all) == 0 {
			return ""
		}
		return map[rel.Op]any{rel.MinText: least, rel.MaxText: most}[c.Op]
	case rel.Distinct, rel.MakeSet:
		slices.SortFunc(all, order)
		all = slices.CompactFunc(all, same)
		if c.Op == rel.Distinct {
			return int64(len(all))
		}
		text, err := json.Marshal(append([]any{}, all...))
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	panic("no meaning of aggregate " + string(c.Op))
}

// windowed is what looks at the rows around one of a part.
func (v naive) windowed(c rel.Call, part []row, i int) any {
	long := int64(0)
	var most any
	if len(c.Args) > 0 {
		for _, r := range part[:i+1] {
			x := v.value(c.Args[0], r)
			if n, ok := x.(int64); ok {
				long += n
			}
			if x != nil && (most == nil || order(x, most) > 0) {
				most = x
			}
		}
	}
	switch c.Op {
	case rel.RowNumber:
		return int64(i + 1)
	case rel.RunLong:
		return long
	case rel.RunMax:
		return most
	}
	by, _ := v.value(c.Args[1], part[i]).(int64)
	if c.Op == rel.Before {
		by = -by
	}
	if at := i + int(by); at >= 0 && at < len(part) {
		return v.value(c.Args[0], part[at])
	}
	return v.value(c.Args[2], part[i])
}
