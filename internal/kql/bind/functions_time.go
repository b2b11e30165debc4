package bind

import (
	"strings"

	"weir/internal/query/rel"
)

const (
	tickSecond = 10_000_000
	tickDay    = 86400 * tickSecond
)

func timeFunctions() []Function {
	part := func(name, word string) Function {
		return Function{Name: name, Params: "t", Result: rel.Int, make: func(c *funcall) rel.Expr { return partOf(word, c.args[0]) }}
	}
	edge := func(name, word string, op rel.Op) Function {
		return Function{Name: name, Params: "t*l", Result: rel.DateTime, make: edgeOf(word, op)}
	}
	ends := func(name, word string) Function {
		return Function{Name: name, Params: "i*l", Result: rel.DateTime, make: func(c *funcall) rel.Expr {
			return computed("end_of", rel.Instant, append([]rel.Expr{c.args[0], word1(word)}, c.args[1:]...)...)
		}}
	}
	unix := func(name string, ticks int64) Function {
		return Function{Name: name, Params: "r", Result: rel.DateTime, make: func(c *funcall) rel.Expr {
			return c.b.micros(computed("unix_time", rel.Instant, c.args[0], long1(ticks)))
		}}
	}
	const zones = "zones have the names of IANA: Europe/Berlin"
	return []Function{
		{Name: "now", Params: "*n", Result: rel.DateTime, make: now},
		{Name: "ago", Params: "n", Result: rel.DateTime, make: ago},
		{Name: "datetime_add", Params: "slT", Result: rel.DateTime, make: datetimeAdd},
		{Name: "datetime_diff", Params: "sTT", Result: rel.Long, make: datetimeDiff},
		{Name: "datetime_part", Params: "si", Result: rel.Int, make: datetimePart},
		{Name: "datepart", Params: "si", Result: rel.Int, make: datetimePart},
		{Name: "make_datetime", Params: "lll*llr", Result: rel.DateTime, make: makeDatetime},
		pure("make_timespan", "rr*rr", rel.Timespan, "make_timespan"),
		pure("format_datetime", "is", rel.String, "format_datetime"),
		pure("format_timespan", "ns", rel.String, "format_timespan"),
		noted(pure("datetime_local_to_utc", "is", rel.Instant, "zone_to_utc"), zones),
		noted(pure("datetime_utc_to_local", "is", rel.Instant, "utc_to_zone"), zones),
		unix("unixtime_seconds_todatetime", tickSecond), unix("unixtime_milliseconds_todatetime", 10_000),
		unix("unixtime_microseconds_todatetime", 10), unix("unixtime_nanoseconds_todatetime", 0),
		edge("startofday", "day", rel.StartOf), edge("startofmonth", "month", rel.StartOf), edge("startofyear", "year", rel.StartOf),
		edge("startofweek", "week", rel.StartWeek),
		ends("endofday", "day"), ends("endofmonth", "month"), ends("endofyear", "year"), ends("endofweek", "week"),
		part("getyear", "year"), part("getmonth", "month"), part("monthofyear", "month"), part("dayofmonth", "day"),
		part("dayofyear", "doy"), part("hourofday", "hour"), part("week_of_year", "week"), part("weekofyear", "week"),
		{Name: "dayofweek", Params: "t", Result: rel.Timespan, op: rel.DayOfWeek, null: true},
	}
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

func partOf(word string, t rel.Expr) rel.Expr {
	return call(rel.PartOf, rel.Int, t.Nullable(), word1(word), t)
}

// partWord reads a part of a time: a word that the engine knows, and ticks where
// the part has a fixed length, of which a nanosecond has none.
func partWord(c *funcall) (word string, ticks int64) {
	text, _ := c.constText(0)
	switch text = strings.ToLower(text); text {
	case "year", "quarter", "month", "nanosecond":
		return text, 0
	case "week":
		return text, 7 * tickDay
	case "day":
		return text, tickDay
	case "hour":
		return text, 3600 * tickSecond
	case "minute":
		return text, 60 * tickSecond
	case "second":
		return text, tickSecond
	case "millisecond":
		return text, tickSecond / 1000
	case "microsecond":
		return text, 10
	}
	fail(c.x, "'%s' is no part of a time: year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond, in quotes", text)
	return "", 0
}

func datetimeAdd(c *funcall) rel.Expr {
	word, ticks := partWord(c)
	t, n := c.args[2], c.args[1]
	switch {
	case ticks > 0:
		return c.b.moved(t, retyped(c.b.arithmetic(c.x, "*", n, long1(ticks)), rel.Timespan), 1)
	case word == "nanosecond":
		return c.b.moved(t, retyped(c.b.arithmetic(c.x, "/", n, long1(100)), rel.Timespan), 1)
	}
	months := c.b.arithmetic(c.x, "*", n, long1(map[string]int64{"year": 12, "quarter": 3, "month": 1}[word]))
	return c.b.addMonths(t, months)
}

// addMonths keeps the day, or takes the last one of the month.
func (b *binder) addMonths(t, months rel.Expr) rel.Expr {
	if t.Type() == rel.Instant || isConst(t) && isConst(months) {
		return computed("add_months", rel.Instant, b.ticks(t), months)
	}
	return call(rel.AddMonths, rel.DateTime, t.Nullable() || months.Nullable(), t, months)
}

func datetimeDiff(c *funcall) rel.Expr {
	word, _ := partWord(c)
	to, from := c.args[1], c.args[2]
	null := to.Nullable() || from.Nullable()
	if word == "nanosecond" {
		ticks := call(rel.Sub, rel.Long, null, c.b.ticks(to), c.b.ticks(from))
		return c.b.arithmetic(c.x, "*", ticks, long1(100))
	}
	to, from = c.b.micros(to), c.b.micros(from)
	if word == "week" { // begins on Sunday; a real, as in Kusto
		week := func(t rel.Expr) rel.Expr { return call(rel.StartWeek, rel.DateTime, t.Nullable(), t) }
		return c.b.toReal(call(rel.CountParts, rel.Long, null, word1(word), week(from), week(to)))
	}
	return call(rel.CountParts, rel.Long, null, word1(word), from, to)
}

func makeDatetime(c *funcall) rel.Expr {
	return c.b.settled(computed("make_datetime", rel.Instant, c.args...), len(c.args) < 6)
}

func datetimePart(c *funcall) rel.Expr {
	word, _ := c.constText(0)
	ticks := c.args[1]
	t := c.b.micros(ticks)
	second := func(each, times int64) rel.Expr {
		return call(rel.PartOfSecond, rel.Int, ticks.Nullable(), ticks, long1(each), long1(times))
	}
	switch word = strings.ToLower(word); word {
	case "year", "quarter", "month", "day", "hour", "minute", "second":
		return partOf(word, t)
	case "week_of_year", "weekofyear", "week":
		return partOf("week", t)
	case "dayofyear":
		return partOf("doy", t)
	case "millisecond":
		return second(10_000, 1)
	case "microsecond":
		return second(10, 1)
	case "nanosecond":
		return second(1, 100)
	}
	fail(c.x.Args[0], "'%s' is no part of a time: year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond or nanosecond, in quotes", word)
	return nil
}

func edgeOf(word string, op rel.Op) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		t := c.args[0]
		if len(c.args) == 2 {
			n := c.args[1]
			if word == "week" || word == "day" {
				days := map[string]int64{"day": 1, "week": 7}[word]
				t = c.b.micros(c.b.moved(t, retyped(c.b.arithmetic(c.x, "*", n, long1(days*tickDay)), rel.Timespan), 1))
			} else {
				months := map[string]int64{"month": 1, "year": 12}[word]
				t = c.b.micros(c.b.addMonths(t, c.b.arithmetic(c.x, "*", n, long1(months))))
			}
		}
		if op == rel.StartWeek {
			return call(op, rel.DateTime, t.Nullable(), t)
		}
		return call(op, rel.DateTime, t.Nullable(), word1(word), t)
	}
}
