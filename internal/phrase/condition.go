package phrase

import (
	"fmt"
	"net/netip"
	"strings"

	"weir/internal/query"
)

// sayer says filters, of rows of the view traffic. What counted as malicious is found
// in the time that the rows are of.
type sayer struct{ during string }

// condition writes a filter.
func (s sayer) condition(c query.Condition) string {
	switch c := c.(type) {
	case query.And:
		return s.joined(c, " and ")
	case query.Or:
		return s.joined(c, " or ")
	case query.Not:
		return "not(" + s.condition(c.Condition) + ")"
	case query.Test:
		return s.test(c)
	}
	return "true"
}

// joined writes a list; lists in it are in brackets.
func (s sayer) joined(list []query.Condition, by string) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = s.inside(c)
	}
	return strings.Join(texts, by)
}

// inside writes a part of a condition, in brackets where it is more than one test.
func (s sayer) inside(c query.Condition) string {
	text := s.condition(c)
	if _, not := c.(query.Not); not || !strings.Contains(text, " and ") && !strings.Contains(text, " or ") {
		return text
	}
	return "(" + text + ")"
}

// test writes a comparison of a field with values.
func (s sayer) test(t query.Test) string {
	f, _, _ := query.FieldNamed(t.Field)
	if means := f.Means(); means != nil {
		return s.condition(means)
	}
	if f.Name == "feed" || f.Name == "category" {
		return s.listed(&f, t)
	}
	var names []column
	switch {
	case f.Name == "app":
		names = []column{{name: "application"}}
	case f.Ends && t.End == query.HostEnd:
		names = []column{fieldColumn(f, query.InitiatorEnd), fieldColumn(f, query.ResponderEnd)}
	default:
		names = []column{fieldColumn(f, t.End)}
	}
	texts := make([]string, len(names))
	for i, c := range names {
		texts[i] = compare(&f, t, c)
		if f.Name == "app" { // a port without a name has none, not an empty one
			texts[i] = "isnotempty(application) and " + bracketed(texts[i])
		}
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return bracketed(texts[0]) + " or " + bracketed(texts[1])
}

func fieldColumn(f query.Field, e query.End) column {
	d, _ := f.Dimension(e)
	return columnsOf[d]
}

func bracketed(text string) string {
	if strings.Contains(text, " and ") || strings.Contains(text, " or ") {
		return "(" + text + ")"
	}
	return text
}

// compare writes that a column has one of the values of a test.
func compare(f *query.Field, t query.Test, c column) string {
	switch f.Kind {
	case query.KindText:
		return compareText(f, t, c.name)
	case query.KindAddress:
		return inAddresses(t.Values, c.name)
	case query.KindChoice:
		values := make([]string, len(t.Values))
		for i, v := range t.Values {
			_, stored := f.Choice(v.(string))
			values[i] = c.value(stored)
		}
		return among(c.name, values)
	}
	switch t.Op {
	case query.Between:
		return fmt.Sprintf("%s between (%v .. %v)", c.name, t.Values[0], t.Values[1])
	case query.Equals:
		values := make([]string, len(t.Values))
		for i, v := range t.Values {
			values[i] = fmt.Sprint(v)
		}
		return among(c.name, values)
	}
	op := map[query.Op]string{query.Below: "<", query.AtMost: "<=", query.Above: ">", query.AtLeast: ">="}[t.Op]
	return fmt.Sprintf("%s %s %v", c.name, op, t.Values[0])
}

func among(name string, values []string) string {
	if len(values) == 1 {
		return name + " == " + values[0]
	}
	return name + " in (" + strings.Join(values, ", ") + ")"
}

// compareText writes a comparison of texts as a person would, and where it is about
// parts of a path as the regular expression that filters use.
func compareText(f *query.Field, t query.Test, name string) string {
	pattern, plain := f.Pattern(t)
	texts := make([]string, len(t.Values))
	for i, v := range t.Values {
		texts[i] = v.(string)
		if texts[i] == "" && t.Op == query.StartsWith {
			return "isnotempty(" + name + ")"
		}
	}
	any := func(op string) string {
		each := make([]string, len(texts))
		for i, text := range texts {
			each[i] = name + " " + op + " " + quote(text)
		}
		return strings.Join(each, " or ")
	}
	switch {
	case !plain:
		return name + " matches regex " + quote(pattern)
	case t.Op == query.StartsWith:
		return any("startswith")
	case t.Op == query.Has:
		return any("contains")
	case len(texts) == 1:
		return name + " =~ " + quote(texts[0])
	}
	return name + " in~ " + quoteAll(texts)
}

// inAddresses writes that an address is one of some or in one of some prefixes.
func inAddresses(values []any, name string) string {
	var same, within []string
	for _, v := range values {
		switch v := v.(type) {
		case netip.Addr:
			same = append(same, v.String())
		case netip.Prefix:
			of := "ipv4_is_in_range"
			if v.Addr().Is6() {
				of = "ipv6_is_in_range"
			}
			within = append(within, fmt.Sprintf("coalesce(%s(%s, %s), false)", of, name, quote(v.String())))
		}
	}
	switch len(same) {
	case 0:
	case 1:
		within = append([]string{name + " == " + quote(same[0])}, within...)
	default:
		within = append([]string{name + " in " + quoteAll(same)}, within...)
	}
	return strings.Join(within, " or ")
}

// listed writes that a malicious flow has an end of which a verdict counted in its
// interval that passes a test.
func (s sayer) listed(f *query.Field, t query.Test) string {
	ends := []string{"initiator", "responder"}
	if t.End != query.HostEnd {
		ends = ends[t.End-query.InitiatorEnd : t.End-query.InitiatorEnd+1]
	}
	for i, end := range ends {
		ends[i] = fmt.Sprintf(`strcat(%[1]s, ' ', interval_start) in (
    (traffic | where %[2]s and flow_type == 'MaliciousFlow' | project address = %[1]s, interval_start, interval_end | distinct *
    | join kind=inner (verdicts | where %[3]s) on address
    | where (isnull(valid_from) or valid_from < interval_end) and (isnull(valid_until) or valid_until > interval_start)
    | project strcat(address, ' ', interval_start)))`, end, s.during, compareText(f, t, f.Name))
	}
	text := strings.Join(ends, " or ")
	if len(ends) > 1 {
		text = "(" + text + ")"
	}
	return "flow_type == 'MaliciousFlow' and " + text
}
