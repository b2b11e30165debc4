package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// Kusto's times have ticks of 100 ns, those of the store microseconds. What the
// store has stays as it is; an instant is a number of ticks, and comes from finer
// literals, ends of days and the like.

const (
	unixTicks = 621355968000000000  // 1970-01-01
	lastTick  = 3155378975999999999 // of the year 9999
)

func isTime(t rel.Type) bool { return t == rel.DateTime || t == rel.Instant }

func isConst(x rel.Expr) bool {
	_, ok := x.(rel.Const)
	return ok
}

func ticksOfMicros(n int64) int64 { return n*10 + unixTicks }

// timeConst is a time of so many ticks, null where no year has it.
func timeConst(ticks int64) rel.Const {
	switch {
	case ticks < 0 || ticks > lastTick:
		return rel.Const{T: rel.DateTime}
	case ticks%10 != 0:
		return rel.Const{T: rel.Instant, Value: ticks}
	}
	return rel.Const{T: rel.DateTime, Value: syntax.Time(ticks).Micros()}
}

// ticks makes an instant of a time.
func (b *binder) ticks(v rel.Expr) rel.Expr {
	if c, ok := v.(rel.Const); ok && c.T != rel.Instant {
		if n, ok := c.Value.(int64); ok {
			return rel.Const{T: rel.Instant, Value: ticksOfMicros(n)}
		}
		return rel.Const{T: rel.Instant}
	}
	if v.Type() == rel.DateTime {
		return call(rel.TicksOf, rel.Instant, v.Nullable(), v)
	}
	return v
}

// micros makes a time of an instant; the tenth of a microsecond is lost.
func (b *binder) micros(v rel.Expr) rel.Expr {
	if v.Type() != rel.Instant {
		return v
	}
	if c, ok := v.(rel.Const); ok {
		if n, ok := c.Value.(int64); ok {
			return rel.Const{T: rel.DateTime, Value: syntax.Time(n).Micros()}
		}
		return rel.Const{T: rel.DateTime}
	}
	return call(rel.TimeOf, rel.DateTime, v.Nullable(), v)
}

// settled makes a time of an instant where that loses nothing.
func (b *binder) settled(v rel.Expr, exact bool) rel.Expr {
	if exact {
		return b.micros(v)
	}
	return v
}

// coarse tells whether a timespan is known to have whole microseconds.
func coarse(v rel.Expr) bool {
	switch v := v.(type) {
	case rel.Const:
		n, ok := v.Value.(int64)
		return !ok || n%10 == 0
	case rel.Call:
		switch v.Op {
		case rel.DiffTime, rel.DayOfWeek:
			return true
		case rel.Add, rel.Sub, rel.Neg, rel.Mod, rel.If, rel.First:
			for _, a := range v.Args {
				if a.Type() == rel.Timespan && !coarse(a) {
					return false
				}
			}
			return true
		case rel.BinLong:
			return coarse(v.Args[1])
		case rel.Mul: // of a number and the ticks of a unit
			return coarse(v.Args[0]) && isConst(v.Args[0]) || coarse(v.Args[1]) && isConst(v.Args[1])
		case rel.Scale:
			number, ok := v.Args[1].(rel.Call)
			span := v.Args[0]
			if v.Args[0].Type() == rel.Real {
				number, ok = v.Args[0].(rel.Call)
				span = v.Args[1]
			}
			whole := ok && (number.Op == rel.RealOfLong || number.Op == rel.Ceil)
			return whole && coarse(span)
		}
	}
	return false
}

// moved is a time and a timespan before or after it; what is known is computed.
func (b *binder) moved(t, by rel.Expr, sign int64) rel.Expr {
	tc, ok1 := t.(rel.Const)
	bc, ok2 := by.(rel.Const)
	if ok1 && ok2 && tc.Value != nil && bc.Value != nil {
		at, _ := b.ticks(tc).(rel.Const).Value.(int64)
		n, _ := bc.Value.(int64)
		return timeConst(at + sign*n)
	}
	if t.Type() == rel.Instant || !coarse(by) {
		if sign < 0 {
			by = call(rel.Neg, rel.Timespan, by.Nullable(), by)
		}
		return call(rel.MoveInstant, rel.Instant, true, b.ticks(t), by)
	}
	op := rel.AddTime
	if sign < 0 {
		op = rel.SubTime
	}
	return rel.Call{Op: op, Args: []rel.Expr{t, by}, T: rel.DateTime, Null: t.Nullable() || by.Nullable()}
}

// betweenTicks compares a time of the store with an instant that is known, so
// that the store still finds rows by their time; nil where that is not so.
func (b *binder) betweenTicks(op string, l, r rel.Expr) rel.Expr {
	if k, ok := l.(rel.Const); ok && k.T == rel.Instant {
		l, r = r, l
		op = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
	}
	k, ok := r.(rel.Const)
	if !ok || k.T != rel.Instant || k.Value == nil || l.Type() != rel.DateTime || isConst(l) {
		return nil
	}
	floor := b.micros(k)
	switch op {
	case "<", "<=":
		return call(rel.Le, rel.Bool, l.Nullable(), l, floor)
	case ">", ">=":
		return call(rel.Gt, rel.Bool, l.Nullable(), l, floor)
	}
	return nil
}

// sharpen makes instants of the columns of which a time is one.
func sharpen(values *rel.Values, columns []Column) {
	b := &binder{}
	for i := range columns {
		fine := false
		for _, row := range values.Rows {
			fine = fine || i < len(row) && row[i].T == rel.Instant
		}
		if !fine {
			continue
		}
		columns[i].T, values.Columns[i].T = rel.Instant, rel.Instant
		for _, row := range values.Rows {
			row[i], _ = b.ticks(row[i]).(rel.Const)
		}
	}
}

// sameTimes makes two ends of a range instants where one of them or the step is
// finer than the times of the store.
func (b *binder) sameTimes(from, to *rel.Const, step rel.Const) {
	if n, _ := step.Value.(int64); isTime(from.T) && isTime(to.T) && (from.T != to.T || n%10 != 0) {
		*from, _ = b.ticks(*from).(rel.Const)
		*to, _ = b.ticks(*to).(rel.Const)
	}
}

// aligned brings columns of one name to one kind of time.
func (b *binder) aligned(all []table) []table {
	fine := map[string]bool{}
	for _, t := range all {
		for _, c := range t.columns {
			fine[c.Name] = fine[c.Name] || c.T == rel.Instant
		}
	}
	out := make([]table, len(all))
	for i, t := range all {
		out[i] = t
		items := pass(t.columns)
		columns := append([]Column(nil), t.columns...)
		changed := false
		for j, c := range t.columns {
			if fine[c.Name] && c.T == rel.DateTime {
				v := b.ticks(c.Column)
				columns[j] = b.column(c.Name, v)
				items[j] = rel.Item{ID: columns[j].ID, X: v}
				changed = true
			}
		}
		if changed {
			out[i] = table{node: &rel.Project{In: t.node, Items: items}, columns: columns}
		}
	}
	return out
}

// toDecimal makes a number a decimal.
func (b *binder) toDecimal(v rel.Expr) rel.Expr {
	switch {
	case v.Type() == rel.Decimal:
		return v
	case v.Type() == rel.Bool:
		v = b.toLong(v)
	}
	if c, ok := v.(rel.Const); ok && c.Value == nil {
		return rel.Const{T: rel.Decimal}
	}
	text := b.toText(v)
	if c, ok := text.(rel.Const); ok {
		s, _ := c.Value.(string)
		if d, ok := syntax.ReadLiteral("decimal", s); ok {
			s, _ := d.(syntax.Decimal)
			return rel.Const{T: rel.Decimal, Value: string(s)}
		}
		return rel.Const{T: rel.Decimal}
	}
	return call(rel.Compute("decimal"), rel.Decimal, true, text)
}

// sortable is a value that has the order of another one.
func sortable(v rel.Expr) rel.Expr {
	if v.Type() != rel.Decimal {
		return v
	}
	return call(rel.Compute("decimal_key"), rel.GUID, v.Nullable(), v)
}
