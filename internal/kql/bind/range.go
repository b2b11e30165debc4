package bind

import (
	"math"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// maxRange is the most rows that range makes.
const maxRange = 1_000_000

func (b *binder) rangeOf(x *syntax.Range, e *env) table {
	var parts [3]rel.Const
	for i, text := range []syntax.Expr{x.From, x.To, x.Step} {
		c, ok := b.scalar(text, &scope{env: e}).(rel.Const)
		if !ok || c.Value == nil {
			refuse(text, "range takes constants")
		}
		parts[i] = c
	}
	if isTime(parts[0].T) && isTime(parts[1].T) {
		b.sameTimes(&parts[0], &parts[1], parts[2])
	}
	t := parts[0].T
	for i, p := range parts {
		want := isNumber(t) && isNumber(p.T) || p.T == t && !isTime(t) || isTime(t) && (i < 2 && p.T == t || i == 2 && p.T == rel.Timespan)
		if at := []syntax.Expr{x.From, x.To, x.Step}[i]; !want || !isNumber(t) && !isTime(t) && t != rel.Timespan {
			fail(at, "range counts in numbers, or in times with a timespan as its step, and this is a %s", TypeName(p.T))
		}
	}
	switch {
	case isTime(t) || t == rel.Timespan:
		if t == rel.DateTime {
			step, _ := parts[2].Value.(int64)
			parts[0].T, parts[1].T, parts[2] = rel.Long, rel.Long, rel.Const{T: rel.Long, Value: step / 10}
		}
	case parts[0].T == rel.Real || parts[1].T == rel.Real || parts[2].T == rel.Real:
		t = rel.Real
		for i := range parts {
			parts[i], _ = b.toType(x, parts[i], rel.Real).(rel.Const)
		}
	case parts[1].T == rel.Long || parts[2].T == rel.Long:
		t = rel.Long
	}
	from, to, step := number(parts[0]), number(parts[1]), number(parts[2])
	if step == 0 || math.Abs((to-from)/step) > maxRange {
		panic(syntax.Faultf(x.Place(), syntax.CodeTooMuch, "range makes at most %d rows: take a longer step", maxRange))
	}
	column := b.column(x.Name, rel.Column{T: t})
	return table{node: &rel.Range{Column: column.Column, From: parts[0], To: parts[1], Step: parts[2]}, columns: []Column{column}, ordered: true}
}

func number(c rel.Const) float64 {
	switch v := c.Value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
