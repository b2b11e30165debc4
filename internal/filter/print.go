package filter

import (
	"fmt"
	"strings"

	"weir/internal/query"
)

// Print writes a condition as text, of which Parse makes the same condition if
// it made this one; empty for nil.
func Print(c query.Condition) string {
	switch c := c.(type) {
	case query.And:
		return printAll(c, " and ")
	case query.Or:
		return printAll(c, " or ")
	case query.Not:
		if t, ok := c.Condition.(query.Test); ok {
			if text, ok := printTest(t, true); ok {
				return text
			}
		}
		return "not " + printInside(c.Condition, false)
	case query.Test:
		text, _ := printTest(c, false)
		return text
	}
	return ""
}

func printAll(list []query.Condition, by string) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = printInside(c, by == " or ")
	}
	return strings.Join(texts, by)
}

// printInside writes a part of a condition, in brackets where it needs them:
// "and" binds more than "or", and a list in a list is one of its own.
func printInside(c query.Condition, inOr bool) string {
	_, and := c.(query.And)
	_, or := c.(query.Or)
	if or || and && !inOr {
		return "(" + Print(c) + ")"
	}
	return Print(c)
}

// printTest writes a test or its opposite; false where there is no shorter way
// for that than "not" before the test.
func printTest(t query.Test, not bool) (string, bool) {
	f, _, _ := query.FieldNamed(t.Field)
	name := f.NameAt(t.End)
	values := make([]string, len(t.Values))
	for i, v := range t.Values {
		text, ok := v.(string)
		if !ok {
			values[i] = fmt.Sprint(v)
			continue
		}
		switch values[i] = quote(text); {
		case t.Op == query.StartsWith && text == "":
			values[i] = "*"
		case t.Op == query.StartsWith:
			values[i] += "*"
		}
	}
	all := strings.Join(values, ", ")
	if len(values) > 1 {
		all = "(" + all + ")"
	}
	opposite := ""
	if not {
		opposite = "not "
	}
	switch {
	case f.Kind == query.KindFlag:
		return name, !not
	case t.Op == query.Has:
		return name + " " + opposite + "has " + all, true
	case t.Op == query.Between:
		return fmt.Sprintf("%s %sin %v..%v", name, opposite, t.Values[0], t.Values[1]), true
	case t.Op == query.Within || len(values) > 1:
		return name + " " + opposite + "in " + all, true
	case t.Op == query.Equals || t.Op == query.StartsWith:
		return name + " " + map[bool]string{false: "=", true: "!="}[not] + " " + all, true
	}
	op := map[query.Op]string{query.Below: "<", query.AtMost: "<=", query.Above: ">", query.AtLeast: ">="}[t.Op]
	return name + " " + op + " " + all, !not
}
