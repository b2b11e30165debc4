package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"weir/internal/near"
	"weir/internal/query"
)

// comparing is a way to compare.
type comparing int

const (
	equal   comparing = iota // = != in
	ordered                  // < <= > >=
	has
)

// list collects the values of a comparison.
type list struct {
	field named
	kind  comparing
	op    string
	tests []query.Test
}

// put adds a value to the test that compares so; one that takes no further
// value is a test of its own.
func (l *list) put(op query.Op, values ...any) {
	i := slices.IndexFunc(l.tests, func(t query.Test) bool { return t.Op == op && op != query.Between })
	if i < 0 {
		i = len(l.tests)
		l.tests = append(l.tests, query.Test{Field: l.field.Name, End: l.field.end, Op: op})
	}
	l.tests[i].Values = append(l.tests[i].Values, values...)
}

// condition returns what holds where one of the values does.
func (l *list) condition() query.Condition {
	if len(l.tests) == 1 {
		return l.tests[0]
	}
	either := make(query.Or, len(l.tests))
	for i, t := range l.tests {
		either[i] = t
	}
	return either
}

func (l *list) add(t token) *Error {
	switch l.field.Kind {
	case query.KindNumber:
		return l.number(t)
	case query.KindAddress:
		return l.address(t)
	case query.KindChoice:
		return l.choice(t)
	}
	return l.text(t)
}

func (l *list) text(t token) *Error {
	text, star := t.text, t.star
	if t.kind == word {
		text, star = strings.CutSuffix(text, "*")
		if strings.Contains(text, "*") {
			return t.fault("a * can only stand at the end, for any text that begins so", `write "has" for a part of a text, or quotes where * is meant`)
		}
	}
	op := query.Equals
	switch {
	case l.kind == has && star:
		return t.fault(`"has" needs no *`, fmt.Sprintf("write has %s", quote(text)))
	case l.kind == has:
		op = query.Has
	case star:
		op = query.StartsWith
	}
	if op == query.Has && text == "" {
		return t.fault("every text has an empty one", fmt.Sprintf("for those that are not empty write %s = *", l.field.text))
	}
	if err := query.CheckText(text); err != nil {
		return t.fault("this text cannot be looked for: "+err.Error(), "")
	}
	l.put(op, text)
	return nil
}

func (l *list) number(t token) *Error {
	wrong := func(text string) *Error {
		return t.fault(fmt.Sprintf("%s is not a %s from 0 to %d", text, l.field.Name, l.field.Max), "write as in: "+l.field.Example)
	}
	read := func(text string) (int64, bool) {
		n, err := strconv.ParseUint(text, 10, 63)
		return int64(n), err == nil && int64(n) <= l.field.Max
	}
	from, to, isRange := strings.Cut(t.text, "..")
	first, ok := read(from)
	if !ok || t.star {
		return wrong(fmt.Sprintf("%q", from))
	}
	if !isRange {
		ops := map[string]query.Op{"<": query.Below, "<=": query.AtMost, ">": query.Above, ">=": query.AtLeast}
		l.put(ops[l.op], first)
		return nil
	}
	last, ok := read(to)
	switch {
	case !ok:
		return wrong(fmt.Sprintf("%q", to))
	case l.kind == ordered:
		return t.fault(fmt.Sprintf("a range is not compared with %s", l.op), fmt.Sprintf("write %s in %s", l.field.text, t.text))
	case first > last:
		return t.fault("the range begins after its end", fmt.Sprintf("write %s..%s", to, from))
	}
	l.put(query.Between, first, last)
	return nil
}

func (l *list) address(t token) *Error {
	if t.star {
		return l.notAddress(t)
	}
	if strings.Contains(t.text, "/") {
		p, err := netip.ParsePrefix(t.text)
		if err != nil {
			return l.notAddress(t)
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		l.widen()
		l.put(query.Within, p.Masked())
		return nil
	}
	a, err := netip.ParseAddr(t.text)
	if err != nil || a.Zone() != "" {
		return l.notAddress(t)
	}
	a = a.Unmap()
	if len(l.tests) > 0 && l.tests[0].Op == query.Within {
		l.put(query.Within, netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	l.put(query.Equals, a)
	return nil
}

// widen makes prefixes of the addresses that are in the list, beside which a
// prefix is to stand.
func (l *list) widen() {
	if len(l.tests) == 0 || l.tests[0].Op == query.Within {
		return
	}
	l.tests[0].Op = query.Within
	for i, v := range l.tests[0].Values {
		a := v.(netip.Addr)
		l.tests[0].Values[i] = netip.PrefixFrom(a, a.BitLen())
	}
}

func (l *list) notAddress(t token) *Error {
	return t.fault(fmt.Sprintf("%s is neither an address nor a prefix", t), "write as 10.0.0.4, 10.0.0.0/8 or 2001:db8::/32")
}

func (l *list) choice(t token) *Error {
	w, _ := l.field.Choice(t.text)
	if w != "" && !t.star {
		l.put(query.Equals, w)
		return nil
	}
	words := l.field.Choices()
	hint := "it can be "
	for i, choice := range words {
		switch {
		case i == len(words)-1 && i > 0:
			hint += " or "
		case i > 0:
			hint += ", "
		}
		hint += quote(choice)
	}
	if name := near.Name(t.text, words); name != "" {
		hint = fmt.Sprintf("the nearest is %s; %s", quote(name), hint)
	}
	return t.fault(fmt.Sprintf("%s is no %s", t, l.field.Name), hint)
}
