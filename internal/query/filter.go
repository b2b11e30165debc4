package query

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// restriction writes the filters of a measure.
func (b *builder) restriction(filters []Filter) string {
	return b.conditions(filters, func(d Dimension) string { return "g." + valueOf(d) })
}

// conditions writes filters, joined by AND; value tells what the value of a
// dimension, or the id of a text, is called where they stand.
func (b *builder) conditions(filters []Filter, value func(Dimension) string) string {
	terms := make([]string, len(filters))
	for i, f := range filters {
		terms[i] = b.condition(f, value)
	}
	return strings.Join(terms, " AND ")
}

func (b *builder) condition(f Filter, value func(Dimension) string) string {
	if f.Not {
		f.Not = false
		return "NOT (" + b.condition(f, value) + ")"
	}
	if slices.ContainsFunc(f.Dimensions, func(d Dimension) bool { return columns[d].table != "" }) {
		return b.textCondition(f, value)
	}
	left := make([]string, len(f.Dimensions))
	for i, d := range f.Dimensions {
		left[i] = value(d)
	}
	rows := make([]string, len(f.Values))
	for i, tuple := range f.Values {
		values := make([]string, len(tuple))
		for j, v := range tuple {
			values[j] = b.value(v)
		}
		rows[i] = inBrackets(values)
	}
	if len(rows) == 1 && len(left) == 1 {
		return left[0] + " = " + rows[0]
	}
	return inBrackets(left) + " IN (" + strings.Join(rows, ", ") + ")"
}

func inBrackets(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// textCondition writes a filter by texts, which facts have ids of. Texts of
// one table are of one row of it.
func (b *builder) textCondition(f Filter, value func(Dimension) string) string {
	if len(f.Dimensions) == 1 {
		c := columns[f.Dimensions[0]]
		list := make([]string, len(f.Values))
		for i, v := range f.Values {
			list[i] = b.value(v[0])
		}
		return fmt.Sprintf("%s IN (SELECT t.id FROM %s AS t WHERE %s IN (%s))", value(f.Dimensions[0]), c.table, c.value(b.dialect), strings.Join(list, ", "))
	}
	tuples := make([]string, len(f.Values))
	for i, tuple := range f.Values {
		tuples[i] = b.tuple(f.Dimensions, tuple, value)
	}
	return "(" + strings.Join(tuples, " OR ") + ")"
}

// tuple writes that the dimensions have these values.
func (b *builder) tuple(dims []Dimension, values []any, value func(Dimension) string) string {
	var terms []string
	seen := map[string]bool{}
	for i, d := range dims {
		c := columns[d]
		if c.table == "" {
			terms = append(terms, value(d)+" = "+b.value(values[i]))
			continue
		}
		if seen[c.fact] {
			continue
		}
		seen[c.fact] = true
		var texts []string
		for j, other := range dims {
			if o := columns[other]; o.table != "" && o.fact == c.fact {
				texts = append(texts, o.value(b.dialect)+" = "+b.value(values[j]))
			}
		}
		terms = append(terms, fmt.Sprintf("%s IN (SELECT t.id FROM %s AS t WHERE %s)", value(d), c.table, strings.Join(texts, " AND ")))
	}
	return "(" + strings.Join(terms, " AND ") + ")"
}

// value writes a value: constants of ours as such, all else as a placeholder.
func (b *builder) value(v any) string {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Uint8: // flow.Status, flow.Direction and the like
		return fmt.Sprint(rv.Uint())
	case reflect.Bool:
		if rv.Bool() {
			return "1"
		}
		return "0"
	default:
		b.args = append(b.args, v)
		return "?"
	}
}
