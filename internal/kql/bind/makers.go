package bind

import (
	"strings"

	"weir/internal/kql/syntax"
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

func strcat(c *funcall) rel.Expr {
	var all []rel.Expr
	for _, v := range c.args {
		v = c.b.toText(v)
		if k, ok := v.(rel.Const); ok && len(all) > 0 {
			if before, ok := all[len(all)-1].(rel.Const); ok {
				l, _ := before.Value.(string)
				r, _ := k.Value.(string)
				if len(l)+len(r) > syntax.MaxText {
					panic(syntax.Faultf(c.x.Place(), syntax.CodeTooMuch, "this text would be longer than %d bytes", syntax.MaxText))
				}
				all[len(all)-1] = word1(l + r)
				continue
			}
		}
		all = append(all, v)
	}
	if k, ok := all[0].(rel.Const); ok && len(all) == 1 {
		return k
	}
	return call(rel.Concat, rel.String, false, all...)
}

func strcatDelim(c *funcall) rel.Expr {
	all := []rel.Expr{c.b.toText(c.args[1])}
	for _, v := range c.args[2:] {
		all = append(all, c.args[0], c.b.toText(v))
	}
	return call(rel.Concat, rel.String, false, all...)
}

func split(c *funcall) rel.Expr {
	op := rel.SplitText
	if d, ok := c.args[1].(rel.Const); ok && d.Value != "" {
		op = rel.SplitBy
	}
	all := call(op, rel.Dynamic, false, c.args[0], c.args[1])
	if len(c.args) < 3 {
		return all
	}
	one := dynamicAt(all, c.args[2])
	return call(rel.If, rel.Dynamic, true, call(rel.IsNull, rel.Bool, false, one), rel.Const{T: rel.Dynamic}, call(rel.ListOf, rel.Dynamic, false, one))
}

func substring(c *funcall) rel.Expr {
	if k, ok := c.args[1].(rel.Const); ok {
		if n, _ := k.Value.(int64); n < 0 {
			refuse(c.x, "substring() from a place before the beginning is not supported by Weir")
		}
	}
	op := rel.Substring
	if len(c.args) == 3 {
		op = rel.SubstringOf
	}
	return call(op, rel.String, false, c.args...)
}

func pattern(c *funcall, i int) string {
	k, ok := c.args[i].(rel.Const)
	text, _ := k.Value.(string)
	if !ok {
		refuse(c.x.Args[i], "a pattern is a constant")
	}
	checkPattern(c.x.Args[i], text)
	return text
}

func indexOfRegex(c *funcall) rel.Expr {
	return call(rel.IndexMatch, rel.Long, false, c.args[0], word1("(?s)^(.*?)(?:"+pattern(c, 1)+")"))
}

func trim(start, end string) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		p := pattern(c, 0)
		v := c.args[1]
		if start != "" {
			v = call(rel.ReplaceRegexp, rel.String, false, v, word1(start+p+")"), word1(""))
		}
		if end != "" {
			v = call(rel.ReplaceRegexp, rel.String, false, v, word1(end+p+")$"), word1(""))
		}
		return v
	}
}

func replaceRegex(c *funcall) rel.Expr {
	pattern(c, 1)
	return call(rel.ReplaceRegexp, rel.String, false, c.args...)
}

func extract(c *funcall) rel.Expr {
	p := pattern(c, 0)
	k, ok := c.args[1].(rel.Const)
	if n, _ := k.Value.(int64); !ok || n < 0 || n > int64(strings.Count(p, "(")) {
		fail(c.x, "extract() takes the number of a group of its pattern")
	}
	return call(rel.Extract, rel.String, false, c.args[2], c.args[0], c.args[1])
}

func strrep(c *funcall) rel.Expr {
	k, ok := c.args[1].(rel.Const)
	n, _ := k.Value.(int64)
	if !ok || n < 0 || n > 1024 {
		refuse(c.x, "strrep() repeats a constant number of times, at most 1024")
	}
	var all []rel.Expr
	for i := range n {
		if i > 0 && len(c.args) == 3 {
			all = append(all, c.args[2])
		}
		all = append(all, c.args[0])
	}
	if n == 0 {
		return word1("")
	}
	return call(rel.Concat, rel.String, false, all...)
}

func formatBytes(c *funcall) rel.Expr {
	digits := long1(0)
	if len(c.args) == 2 {
		digits = c.args[1]
	}
	return call(rel.Text, rel.String, false, call(rel.Bytes, rel.String, false, c.args[0], digits))
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
	return call(rel.Abs, v.Type(), v.Nullable(), v)
}

func bin(c *funcall) rel.Expr {
	v, w := c.args[0], c.args[1]
	vt, wt := v.Type(), w.Type()
	switch {
	case vt == rel.DateTime && wt == rel.Timespan:
		if k, ok := w.(rel.Const); ok {
			if n, _ := k.Value.(int64); n < 10 {
				fail(c.x, "bin() of a datetime takes a timespan of a microsecond at least")
			}
		}
		return call(rel.BinTime, rel.DateTime, true, v, w)
	case vt == rel.Timespan && wt == rel.Timespan:
		return call(rel.BinLong, rel.Timespan, true, v, w)
	case isWhole(vt) && isWhole(wt):
		return call(rel.BinLong, rel.Long, true, v, w)
	}
	if vt == rel.Dynamic {
		fail(c.x, "bin() of a dynamic: say what it is, with tolong() or todatetime()")
	}
	if !isNumber(vt) || !isNumber(wt) {
		fail(c.x, "bin() takes a number and a number, or a time and a timespan, not %s and %s", TypeName(vt), TypeName(wt))
	}
	return call(rel.BinReal, rel.Real, true, c.b.toReal(v), c.b.toReal(w))
}

func now(c *funcall) rel.Expr {
	t := rel.Expr(rel.Const{T: rel.DateTime, Value: c.b.options.Now.UnixMicro()})
	if len(c.args) == 1 {
		t = c.b.moved(t, c.args[0], 1)
	}
	return t
}

func ago(c *funcall) rel.Expr {
	return c.b.moved(rel.Const{T: rel.DateTime, Value: c.b.options.Now.UnixMicro()}, c.args[0], -1)
}

// partWord reads a part of a time: a word that the engine knows, and ticks where
// the part has a fixed length.
func partWord(c *funcall) (word string, ticks int64) {
	k, _ := c.args[0].(rel.Const)
	text, _ := k.Value.(string)
	const second = 10_000_000
	switch text = strings.ToLower(text); text {
	case "year", "quarter", "month":
		return text, 0
	case "week":
		return text, 7 * 86400 * second
	case "day":
		return text, 86400 * second
	case "hour":
		return text, 3600 * second
	case "minute":
		return text, 60 * second
	case "second":
		return text, second
	case "millisecond":
		return text, second / 1000
	case "microsecond":
		return text, 10
	}
	refuse(c.x, "'%s' is no part of a time that Weir knows: year, quarter, month, week, day, hour, minute, second, millisecond or microsecond, in quotes", text)
	return "", 0
}

func datetimeAdd(c *funcall) rel.Expr {
	word, ticks := partWord(c)
	t := c.args[2]
	if ticks > 0 {
		return c.b.moved(t, retyped(c.b.arithmetic(c.x, "*", c.args[1], long1(ticks)), rel.Timespan), 1)
	}
	months := c.b.arithmetic(c.x, "*", c.args[1], long1(map[string]int64{"year": 12, "quarter": 3, "month": 1}[word]))
	return call(rel.AddMonths, rel.DateTime, t.Nullable() || months.Nullable(), t, months)
}

func datetimeDiff(c *funcall) rel.Expr {
	word, _ := partWord(c)
	if word == "week" {
		refuse(c.x, "datetime_diff() of weeks is not supported by Weir: divide days by 7")
	}
	return call(rel.CountParts, rel.Long, c.args[1].Nullable() || c.args[2].Nullable(), word1(word), c.args[2], c.args[1])
}

func edgeOf(word string, op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		t := c.args[0]
		if len(c.args) == 2 {
			n := c.args[1]
			if word == "week" || word == "day" {
				days := map[string]int64{"day": 1, "week": 7}[word]
				t = c.b.moved(t, retyped(c.b.arithmetic(c.x, "*", n, long1(days*86400*10_000_000)), rel.Timespan), 1)
			} else {
				months := map[string]int64{"month": 1, "year": 12}[word]
				t = call(rel.AddMonths, rel.DateTime, t.Nullable() || n.Nullable(), t, c.b.arithmetic(c.x, "*", n, long1(months)))
			}
		}
		if op == rel.StartWeek {
			return call(op, rel.DateTime, t.Nullable(), t)
		}
		return call(op, rel.DateTime, t.Nullable(), word1(word), t)
	}
}

func arrayConcat(c *funcall) rel.Expr {
	out := c.args[0]
	for _, v := range c.args[1:] {
		out = call(rel.ListConcat, rel.Dynamic, true, out, v)
	}
	return out
}

func packArray(c *funcall) rel.Expr {
	all := make([]rel.Expr, len(c.args))
	for i, v := range c.args {
		all[i] = c.b.toDynamic(v)
	}
	return call(rel.ListOf, rel.Dynamic, false, all...)
}

func pack(c *funcall) rel.Expr {
	if len(c.args)%2 != 0 {
		fail(c.x, "'%s' takes names and values by turns", c.x.Name)
	}
	var all []rel.Expr
	for i := 0; i < len(c.args); i += 2 {
		all = append(all, c.b.toText(c.args[i]), c.b.toDynamic(c.args[i+1]))
	}
	return call(rel.BagOf, rel.Dynamic, false, all...)
}

// aggregate binds an aggregate: its arguments stand in rows.
func (b *binder) aggregate(x *syntax.Call, f *Function, s *scope) rel.Expr {
	if f.make == nil && f.op == "" {
		fail(x, "'%s' stands for itself in summarize: give what it finds a name, and go on with extend", x.Name)
	}
	return b.apply(f, x, s.rows())
}

// count counts rows, also where its argument is null: so does Kusto.
func count(*funcall) rel.Expr { return call(rel.Count, rel.Long, false) }

// measured is an argument that can be added up.
func measured(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		return c.b.toReal(v)
	}
	if !isNumber(v.Type()) && v.Type() != rel.Timespan {
		fail(c.x, "'%s' takes numbers, not %s: tolong() or toreal() makes one of text", c.x.Name, TypeName(v.Type()))
	}
	return v
}

func sum(whole, broken rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		args := append([]rel.Expr{measured(c)}, c.args[1:]...)
		switch args[0].Type() {
		case rel.Real:
			return call(broken, rel.Real, false, args...)
		case rel.Timespan:
			return call(whole, rel.Timespan, false, args...)
		}
		return call(whole, rel.Long, false, args...)
	}
}

func avg(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		args := append([]rel.Expr{measured(c)}, c.args[1:]...)
		if args[0].Type() == rel.Timespan {
			refuse(c.x, "'%s' of timespans is not supported by Weir: divide by 1s before", c.x.Name)
		}
		return call(op, rel.Real, false, args...)
	}
}

func extreme(op, text, broken rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		v := c.args[0]
		switch v.Type() {
		case rel.String:
			return call(text, rel.String, false, v)
		case rel.Real:
			return call(broken, rel.Real, true, v)
		case rel.Dynamic, rel.Bool, rel.GUID:
			fail(c.x, "'%s' takes numbers, times and texts, not %s", c.x.Name, TypeName(v.Type()))
		}
		return call(op, v.Type(), true, v)
	}
}

func dcount(c *funcall) rel.Expr {
	v := c.args[0]
	if v.Type() == rel.Dynamic {
		v = c.b.toText(v)
	}
	return call(rel.Distinct, rel.Long, false, v)
}

func gather(op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		most := long1(1_048_576)
		if len(c.args) == 2 {
			k, ok := c.args[1].(rel.Const)
			if n, _ := k.Value.(int64); !ok || n < 0 {
				fail(c.x, "'%s' takes a constant number of entries", c.x.Name)
			}
			most = c.args[1]
		}
		v := c.args[0]
		if v.Type() == rel.Dynamic && op == rel.MakeList {
			return call(rel.MakeFlat, rel.Dynamic, false, v, most)
		}
		if t := v.Type(); t == rel.DateTime || t == rel.Timespan || t == rel.Real {
			v = c.b.toDynamic(v)
		}
		return call(op, rel.Dynamic, false, v, most)
	}
}

func anyRow(c *funcall) rel.Expr {
	v := c.args[0]
	one := call(rel.AnyRow, v.Type(), true, v)
	if v.Type() == rel.String {
		return call(rel.Text, rel.String, false, one)
	}
	return one
}
