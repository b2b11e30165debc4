package bind

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func call(op rel.Op, t rel.Type, null bool, args ...rel.Expr) rel.Expr {
	return rel.Call{Op: op, Args: args, T: t, Null: null}
}

// convert makes a value one of a type, as the function of that name does.
func (b *binder) convert(x syntax.Expr, v rel.Expr, t rel.Type) rel.Expr {
	switch t {
	case rel.Bool:
		return b.toBool(v)
	case rel.Int:
		return b.toInt(v)
	case rel.Long:
		return b.toLong(v)
	case rel.Real:
		return b.toReal(v)
	case rel.String:
		return b.toText(v)
	case rel.DateTime:
		return b.micros(b.toTime(x, v))
	case rel.Instant:
		return b.ticks(b.toTime(x, v))
	case rel.Timespan:
		return b.toSpan(x, v)
	case rel.Decimal:
		return b.toDecimal(v)
	case rel.GUID:
		return call(rel.First, rel.GUID, true, b.guidOf(v))
	}
	return b.toDynamic(v)
}

// guidOf keeps what is a guid and makes the rest null.
func (b *binder) guidOf(v rel.Expr) rel.Expr {
	if v.Type() == rel.GUID {
		return v
	}
	if c, ok := v.(rel.Const); ok {
		text, _ := c.Value.(string)
		if g, ok := syntax.ReadLiteral("guid", text); ok {
			id, _ := g.(syntax.GUID)
			return rel.Const{T: rel.GUID, Value: string(id)}
		}
		return rel.Const{T: rel.GUID}
	}
	text := lower(b.toText(v))
	is := call(rel.Matches, rel.Bool, false, text, rel.Const{T: rel.String, Value: `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`})
	return call(rel.If, rel.GUID, true, is, text, rel.Const{T: rel.GUID})
}

// toType is convert for a value that must be of a type already, or a constant
// that fits.
func (b *binder) toType(x syntax.Expr, v rel.Expr, t rel.Type) rel.Expr {
	from := v.Type()
	c, known := v.(rel.Const)
	switch {
	case from == t, isTime(from) && isTime(t):
		return v
	case known && c.Value == nil:
		return rel.Const{T: t}
	case isNumeric(from) && isNumeric(t), isWhole(from) && t == rel.Bool, t == rel.Dynamic:
	case from == rel.String && known, from == rel.Dynamic && t != rel.DateTime && t != rel.Timespan:
	default:
		fail(x, "this is a %s where there should be a %s", TypeName(from), TypeName(t))
	}
	if known && from == rel.Dynamic {
		return b.convert(x, v, t)
	}
	if known && isNumber(from) && isWhole(t) {
		if f, ok := c.Value.(float64); ok {
			return rel.Const{T: t, Value: int64(f)}
		}
		return rel.Const{T: t, Value: c.Value}
	}
	if known && from == rel.String && t != rel.Dynamic {
		text, _ := c.Value.(string)
		value, ok := syntax.ReadLiteral(TypeName(t), text)
		if !ok {
			return rel.Const{T: t}
		}
		return b.literal(&syntax.Literal{At: syntax.At(x.Place()), Type: TypeName(t), Value: value})
	}
	return b.convert(x, v, t)
}

func (b *binder) toBool(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		switch n := c.Value.(type) {
		case nil:
			return rel.Const{T: rel.Bool}
		case int64:
			return rel.Const{T: rel.Bool, Value: n != 0}
		case string:
			if c.T != rel.Dynamic {
				value, ok := syntax.ReadLiteral("bool", n)
				if whole, err := strconv.ParseInt(strings.TrimSpace(n), 10, 64); err == nil {
					value, ok = whole != 0, true
				}
				if !ok {
					value = nil
				}
				return rel.Const{T: rel.Bool, Value: value}
			}
		}
	}
	switch v.Type() {
	case rel.Bool:
		return v
	case rel.Int, rel.Long, rel.Real:
		return call(rel.Ne, rel.Bool, v.Nullable(), v, rel.Const{T: rel.Long, Value: int64(0)})
	case rel.Dynamic:
		return call(rel.BoolOfJSON, rel.Bool, true, v)
	}
	return call(rel.BoolOfText, rel.Bool, true, b.toText(v))
}

func (b *binder) toLong(v rel.Expr) rel.Expr {
	null := v.Nullable()
	if c, ok := v.(rel.Const); ok && c.Value == nil {
		return rel.Const{T: rel.Long}
	}
	switch v.Type() {
	case rel.Int, rel.Long, rel.Timespan:
		return retyped(v, rel.Long)
	case rel.Bool:
		return call(rel.LongOfBool, rel.Long, null, v)
	case rel.Real:
		return call(rel.LongOfReal, rel.Long, true, v)
	case rel.DateTime:
		return call(rel.TicksOf, rel.Long, null, v)
	case rel.Instant:
		return retyped(v, rel.Long)
	case rel.Decimal:
		return call(rel.Compute("decimal_whole"), rel.Long, true, v)
	case rel.Dynamic:
		return call(rel.LongOfJSON, rel.Long, true, v)
	}
	if c, ok := v.(rel.Const); ok {
		if text, _ := c.Value.(string); text != "" {
			if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
				return rel.Const{T: rel.Long, Value: n}
			}
		}
	}
	return call(rel.LongOfText, rel.Long, true, v)
}

// retyped is a value that is the same in the engine.
func retyped(v rel.Expr, t rel.Type) rel.Expr {
	switch v := v.(type) {
	case rel.Column:
		v.T = t
		return v
	case rel.Const:
		v.T = t
		return v
	case rel.Call:
		v.T = t
		return v
	}
	return call(rel.First, t, v.Nullable(), v)
}

func (b *binder) toInt(v rel.Expr) rel.Expr {
	if v.Type() == rel.Dynamic && !isConst(v) {
		return call(rel.IntOfJSON, rel.Int, true, v)
	}
	op := rel.IntOfLong
	if t := v.Type(); t == rel.Long || t == rel.Timespan {
		op = rel.IntWrapped
	}
	null := op == rel.IntOfLong || v.Nullable()
	v = b.toLong(v)
	if c, ok := v.(rel.Const); ok {
		if n, ok := c.Value.(int64); !ok || n == int64(int32(n)) {
			return rel.Const{T: rel.Int, Value: c.Value}
		}
		if op == rel.IntOfLong {
			return rel.Const{T: rel.Int}
		}
	}
	return call(op, rel.Int, null, v)
}

func (b *binder) toReal(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		switch n := c.Value.(type) {
		case nil:
			return rel.Const{T: rel.Real}
		case int64:
			if c.T != rel.DateTime {
				return rel.Const{T: rel.Real, Value: float64(n)}
			}
		}
	}
	switch v.Type() {
	case rel.Real:
		return v
	case rel.Int, rel.Long, rel.Bool, rel.Timespan:
		return call(rel.RealOfLong, rel.Real, v.Nullable(), v)
	case rel.DateTime, rel.Instant:
		return call(rel.RealOfLong, rel.Real, v.Nullable(), b.toLong(v))
	case rel.Dynamic:
		return call(rel.RealOfJSON, rel.Real, true, v)
	}
	return call(rel.RealOfText, rel.Real, true, v)
}

// toText makes a value text; null becomes ”.
func (b *binder) toText(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		if text, ok := constText(c); ok {
			return rel.Const{T: rel.String, Value: text}
		}
	}
	switch v.Type() {
	case rel.String:
		return v
	case rel.Bool:
		return call(rel.TextOfBool, rel.String, false, v)
	case rel.DateTime:
		return call(rel.TextOfTime, rel.String, false, v)
	case rel.Instant:
		return call(rel.Compute("time_text"), rel.String, false, v)
	case rel.Timespan:
		return call(rel.TextOfSpan, rel.String, false, v)
	case rel.Dynamic:
		return textOfDynamic(v)
	case rel.Real:
		return call(rel.TextOfReal, rel.String, false, v)
	}
	return call(rel.TextOfNumber, rel.String, false, v)
}

// textOfDynamic spares an entry of a split the way through JSON.
func textOfDynamic(v rel.Expr) rel.Expr {
	if entry, ok := v.(rel.Call); ok && entry.Op == rel.SplitEntry {
		return call(rel.SplitAt, rel.String, false, entry.Args...)
	}
	return call(rel.TextOfJSON, rel.String, false, v)
}

func constText(c rel.Const) (string, bool) {
	switch v := c.Value.(type) {
	case nil:
		return "", true
	case bool:
		return map[bool]string{true: "True", false: "False"}[v], true
	case int64:
		switch c.T {
		case rel.Int, rel.Long:
			return strconv.FormatInt(v, 10), true
		case rel.Timespan:
			return syntax.Ticks(v).String(), true
		case rel.Instant:
			return syntax.Time(v).String(), true
		case rel.DateTime:
			return syntax.Time(ticksOfMicros(v)).String(), true
		}
	case string:
		if c.T != rel.Dynamic {
			return v, true
		}
		var text string
		if json.Unmarshal([]byte(v), &text) == nil {
			return text, true
		}
		return v, true
	}
	return "", false
}

func (b *binder) toTime(x syntax.Expr, v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		if c.Value == nil {
			return rel.Const{T: rel.DateTime}
		}
		if text, ok := c.Value.(string); ok {
			text, _ = constText(rel.Const{T: c.T, Value: text})
			if t, ok := syntax.ReadTime(text); ok {
				return timeConst(int64(t))
			}
			return rel.Const{T: rel.DateTime}
		}
	}
	switch v.Type() {
	case rel.DateTime, rel.Instant:
		return v
	case rel.Timespan, rel.Int, rel.Long, rel.Real, rel.Decimal:
		if v.Type() == rel.Timespan && coarse(v) {
			return call(rel.TimeOf, rel.DateTime, v.Nullable(), v)
		}
		if v = b.toLong(v); !isConst(v) {
			return call(rel.MoveInstant, rel.Instant, true, v, long1(0))
		}
		if c, _ := v.(rel.Const); c.Value != nil {
			ticks, _ := c.Value.(int64)
			return timeConst(ticks)
		}
		return rel.Const{T: rel.DateTime}
	case rel.String, rel.Dynamic:
		return call(rel.TimeOfText, rel.DateTime, true, b.toText(v))
	}
	fail(x, "a %s is no datetime", TypeName(v.Type()))
	return nil
}

func (b *binder) toSpan(x syntax.Expr, v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		if c.Value == nil {
			return rel.Const{T: rel.Timespan}
		}
		if text, ok := c.Value.(string); ok {
			text, _ = constText(rel.Const{T: c.T, Value: text})
			if t, ok := syntax.ReadTicks(text); ok {
				return rel.Const{T: rel.Timespan, Value: int64(t)}
			}
			return rel.Const{T: rel.Timespan}
		}
	}
	switch v.Type() {
	case rel.Timespan:
		return v
	case rel.Int, rel.Long:
		return retyped(v, rel.Timespan)
	case rel.String, rel.Dynamic:
		return call(rel.Compute("span_of_text"), rel.Timespan, true, b.toText(v))
	}
	fail(x, "a %s is no timespan", TypeName(v.Type()))
	return nil
}

// toDynamic makes a value JSON.
func (b *binder) toDynamic(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok {
		switch n := c.Value.(type) {
		case nil:
			return rel.Const{T: rel.Dynamic}
		case string:
			if c.T != rel.Dynamic {
				text, err := json.Marshal(n)
				if err == nil {
					return rel.Const{T: rel.Dynamic, Value: string(text)}
				}
			}
		case float64:
			if math.IsNaN(n) || math.IsInf(n, 0) {
				return rel.Const{T: rel.Dynamic}
			}
		}
	}
	switch v.Type() {
	case rel.Dynamic:
		return v
	case rel.DateTime:
		return call(rel.JSONOfTime, rel.Dynamic, v.Nullable(), v)
	case rel.Instant:
		return call(rel.Compute("time_json"), rel.Dynamic, v.Nullable(), v)
	case rel.Timespan:
		return call(rel.JSONOfSpan, rel.Dynamic, v.Nullable(), v)
	}
	if v.Type() == rel.Real {
		return call(rel.JSONOfReal, rel.Dynamic, v.Nullable(), v)
	}
	return call(rel.JSONOf, rel.Dynamic, v.Nullable(), v)
}

// common returns the type of a choice between values, all converted to it.
func (b *binder) common(x syntax.Expr, all []rel.Expr) (rel.Type, []rel.Expr) {
	var t rel.Type
	for _, v := range all {
		if c, ok := v.(rel.Const); ok && c.Value == nil && c.T != rel.String && t != 0 {
			continue
		}
		switch vt := v.Type(); {
		case t == 0 || t == vt:
			t = vt
		case isWhole(t) && isWhole(vt):
			t = rel.Long
		case isNumber(t) && isNumber(vt):
			t = rel.Real
		case isNumeric(t) && isNumeric(vt):
			t = rel.Decimal
		case isTime(t) && isTime(vt):
			t = rel.Instant
		default:
			t = rel.Dynamic
		}
	}
	// A null at the beginning takes the type of the others.
	if c, ok := all[0].(rel.Const); ok && c.Value == nil && len(all) > 1 {
		rest, _ := b.common(x, all[1:])
		t = rest
	}
	out := make([]rel.Expr, len(all))
	for i, v := range all {
		if c, ok := v.(rel.Const); ok && c.Value == nil {
			out[i] = rel.Const{T: t}
		} else {
			out[i] = b.convert(x, v, t)
		}
	}
	return t, out
}
