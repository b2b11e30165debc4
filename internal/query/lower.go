package query

import (
	"net/netip"
	"regexp"
	"strings"

	"weir/internal/flow"
)

// holds writes a condition, of a fact as seen from a side.
func (b *builder) holds(c Condition, s side) string { return c.holds(b, s) }

func (c And) holds(b *builder, s side) string { return joined(b, c, s, " AND ") }
func (c Or) holds(b *builder, s side) string  { return joined(b, c, s, " OR ") }

func joined(b *builder, list []Condition, s side, by string) string {
	terms := make([]string, len(list))
	for i, c := range list {
		terms[i] = b.holds(c, s)
	}
	return "(" + strings.Join(terms, by) + ")"
}

func (c Not) holds(b *builder, s side) string { return "NOT (" + b.holds(c.Condition, s) + ")" }

func (t Test) holds(b *builder, s side) string {
	f, _ := fieldOf(t.Field)
	switch {
	case f.means != nil:
		return b.holds(f.means, s)
	case f.application:
		return format("(%s, %s) IN (SELECT t.port, t.protocol FROM weir.application AS t WHERE %s)",
			s.column("port"), s.column("protocol"), b.compare(f, t, "t.name"))
	}
	dims := f.dimensions(t.End)
	terms := make([]string, len(dims))
	for i, d := range dims {
		c := columns[d]
		column := s.column(c.fact)
		switch {
		case f.verdict != "":
			terms[i] = format("(%s, f.interval_start) IN (%s)", column, b.listed(f, t, c.fact))
		case f.Kind == KindAddress:
			terms[i] = format("%s IN (SELECT t.id FROM %s AS t WHERE %s)", column, c.table, b.addresses(t))
		case c.table != "":
			terms[i] = format("%s IN (SELECT t.id FROM %s AS t WHERE %s)", column, c.table, b.compare(f, t, c.value(b.dialect)))
		default:
			terms[i] = b.compare(f, t, column)
		}
	}
	text := terms[0]
	if len(terms) > 1 {
		text = "(" + strings.Join(terms, " OR ") + ")"
	}
	if f.verdict != "" {
		text = format("(%s = %d AND %s)", s.column("flow_type"), flow.MaliciousFlow, text)
	}
	return text
}

// listed writes which hosts, at an end of malicious flows, had a verdict that passes
// in which intervals: as with the kind of a flow, at any instant of it. There
// are few of these flows, so that they are looked at first.
func (b *builder) listed(f *Field, t Test, end string) string {
	where := append([]string{format("f.flow_type = %d", flow.MaliciousFlow)}, b.within(stretch{from: b.q.From, to: b.q.To})...)
	flows := format("SELECT f.%[1]s AS s_host, f.interval_start AS s_start FROM weir.fact AS f WHERE %[2]s GROUP BY f.%[1]s, f.interval_start",
		end, strings.Join(where, " AND "))
	hosts := format("SELECT m.s_host, m.s_start, h.address AS s_address FROM (%s) AS m JOIN weir.host AS h ON h.id = m.s_host", flows)
	return format("SELECT k.s_host, k.s_start FROM (%s) AS k JOIN weir.verdict AS t ON t.address = k.s_address WHERE %s AND t.from_time < %s AND t.until_time > k.s_start",
		hosts, b.compare(f, t, f.verdict), b.dialect.IntervalEnd("k.s_start"))
}

// compare writes the comparison of a value in SQL with those of a test.
func (b *builder) compare(f *Field, t Test, value string) string {
	switch {
	case f.Kind == KindText:
		return b.dialect.Matches(value, b.value(f.pattern(t)))
	case t.Op == Between && t.Values[1] == f.Max: // for what stands for the last ones, see tellsEphemeral
		return value + " >= " + b.value(t.Values[0])
	case t.Op == Between:
		return value + " >= " + b.value(t.Values[0]) + " AND " + value + " <= " + b.value(t.Values[1])
	case t.Op != Equals:
		return value + map[Op]string{Below: " < ", AtMost: " <= ", Above: " > ", AtLeast: " >= "}[t.Op] + b.value(t.Values[0])
	}
	list := make([]string, len(t.Values))
	for i, v := range t.Values {
		if f.Kind == KindChoice {
			_, v = f.Choice(v.(string))
		}
		list[i] = b.value(v)
	}
	return value + " IN (" + strings.Join(list, ", ") + ")"
}

// pattern returns the regular expression that a text matches which passes.
func (f *Field) pattern(t Test) string {
	words := make([]string, len(t.Values))
	for i, v := range t.Values {
		v := strings.Map(func(r rune) rune {
			if strings.ContainsRune(f.form.ignored, r) {
				return -1
			}
			return r
		}, v.(string))
		words[i] = regexp.QuoteMeta(v)
		if t.Op == StartsWith && v == "" {
			words[i] = "."
		}
	}
	begin, end := f.form.begin, f.form.end
	switch {
	case t.Op == StartsWith:
		end = f.form.rest
	case t.Op == Has && f.form != listed:
		begin, end = "", ""
	}
	return "(?i)" + begin + "(?:" + strings.Join(words, "|") + ")" + end
}

// addresses writes that the host t has one of the addresses or is in one of the
// prefixes: one that is of the length of a half or less has any other half.
func (b *builder) addresses(t Test) string {
	terms := make([]string, len(t.Values))
	for i, v := range t.Values {
		first, last := bounds128(v)
		terms[i] = b.inRange(first, last)
	}
	return strings.Join(terms, " OR ")
}

// inRange writes that the host t is in a range: of all that agree in a half, or
// of any other half.
func (b *builder) inRange(first, last flow.Addr) string {
	switch {
	case first == last:
		return "t.hi = " + b.value(first.Hi) + " AND t.lo = " + b.value(first.Lo)
	case first.Hi == last.Hi:
		return "t.hi = " + b.value(first.Hi) + " AND t.lo >= " + b.value(first.Lo) + " AND t.lo <= " + b.value(last.Lo)
	}
	return "t.hi >= " + b.value(first.Hi) + " AND t.hi <= " + b.value(last.Hi)
}

// bounds128 returns the first and last address of an address or a prefix.
func bounds128(v any) (first, last flow.Addr) {
	if a, ok := v.(netip.Addr); ok {
		first = flow.AddrFrom16(a.As16())
		return first, first
	}
	p := v.(netip.Prefix)
	first = flow.AddrFrom16(p.Addr().As16())
	free := uint(p.Addr().BitLen() - p.Bits())
	if free >= 64 {
		return first, flow.Addr{Hi: first.Hi | (1<<(free-64) - 1), Lo: 1<<64 - 1}
	}
	return first, flow.Addr{Hi: first.Hi, Lo: first.Lo | (1<<free - 1)}
}
