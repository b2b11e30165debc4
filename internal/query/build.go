package query

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Statement is a question as an engine takes it.
type Statement struct {
	SQL  string
	Args []any
}

var measureName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Build writes the question in a dialect. The columns of the answer are the
// dimensions, the measures and, with Totals, the number of rows and the sums
// over all rows. Rows are grouped by ids first and joined to the text behind
// them after that, because joining every fact would cost far more; they are
// then grouped by the text, because several ids can stand for the same text.
func Build(d Dialect, q Question) (Statement, error) {
	if err := q.check(); err != nil {
		return Statement{}, fmt.Errorf("cannot build a question: %w", err)
	}
	b := builder{dialect: d, q: q}
	b.write("WITH ids AS (\n")
	b.ids()
	b.write("),\nkeys AS (\n")
	b.keys()
	b.write(")\n")
	if q.Totals {
		b.folded()
	} else {
		b.kept()
	}
	return Statement{SQL: b.sql.String(), Args: b.args}, nil
}

func (q Question) check() error {
	if len(q.Measures) == 0 {
		return errors.New("it has no measure")
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return fmt.Errorf("it ends at %s, not after its start at %s", q.To.Format(time.RFC3339), q.From.Format(time.RFC3339))
	}
	if slices.Contains(q.Dimensions, Time) && (q.Grain < time.Second || q.Grain%time.Second != 0) {
		return fmt.Errorf("a grain of %s is not a number of seconds", q.Grain)
	}
	if q.Totals && (q.Limit == 0 || q.Per != nil) {
		return errors.New("totals go with a limit, and not with a limit per group")
	}
	names := map[string]bool{}
	for _, m := range q.Measures {
		if names[m.Name] || !measureName.MatchString(m.Name) {
			return fmt.Errorf("measure name %q is not a plain word or occurs twice", m.Name)
		}
		names[m.Name] = true
		for _, f := range m.Where {
			for _, d := range f.Dimensions {
				if columns[d].table != "" {
					return fmt.Errorf("measure %s is restricted by %s, which is not a column of the fact", m.Name, columns[d].name)
				}
			}
		}
	}
	for _, o := range q.Order {
		if o.Measure != "" && !names[o.Measure] {
			return fmt.Errorf("it is ordered by %q, which it does not measure", o.Measure)
		}
		if o.Measure == "" && !slices.Contains(q.Dimensions, o.Dimension) {
			return fmt.Errorf("it is ordered by %s, which it is not split by", columns[o.Dimension].name)
		}
	}
	if q.Per != nil {
		for _, d := range q.Per.Dimensions {
			if !slices.Contains(q.Dimensions, d) {
				return fmt.Errorf("it keeps rows per %s, which it is not split by", columns[d].name)
			}
		}
	}
	for _, f := range q.filters() {
		if len(f.Values) == 0 {
			return errors.New("a filter lets nothing pass")
		}
		for _, v := range f.Values {
			if len(v) != len(f.Dimensions) {
				return fmt.Errorf("a filter over %d dimensions has %d values", len(f.Dimensions), len(v))
			}
		}
	}
	return nil
}

// filters returns all filters of the question, those of its measures included.
func (q Question) filters() []Filter {
	all := slices.Clone(q.Filters)
	for _, m := range q.Measures {
		all = append(all, m.Where...)
	}
	return all
}

// bothEnds tells whether the question needs every flow once for each end.
func (q Question) bothEnds() bool {
	dims := slices.Clone(q.Dimensions)
	for _, f := range q.filters() {
		dims = append(dims, f.Dimensions...)
	}
	return slices.ContainsFunc(dims, func(d Dimension) bool { return columns[d].ends })
}

type builder struct {
	dialect Dialect
	q       Question
	sql     strings.Builder
	args    []any
}

func (b *builder) write(format string, args ...any) { fmt.Fprintf(&b.sql, format, args...) }

// ids writes the sums by the columns of the fact, text still as ids.
func (b *builder) ids() {
	var out, group []string
	for _, d := range b.q.Dimensions {
		c := columns[d]
		expr := c.value()
		if d == Time {
			expr = b.dialect.Bucket(expr, int64(b.q.Grain/time.Second))
		}
		if s := expr + " AS " + b.id(d); !slices.Contains(out, s) {
			out = append(out, s)
			group = append(group, fmt.Sprint(len(out)))
		}
	}
	for _, m := range b.q.Measures {
		out = append(out, b.dialect.Sum(b.conditions(m.Where), quantities[m.Of]...)+" AS "+m.Name)
	}
	from := counted
	if b.q.EachCapture {
		from = eachCapture
	}
	if b.q.bothEnds() {
		from = bothEnds(from)
	}
	b.write("  SELECT %s\n  FROM %s AS f\n", strings.Join(out, ",\n    "), from)

	var where []string
	if !b.q.From.IsZero() {
		where = append(where, "f.interval_start >= "+b.value(b.q.From.UTC()))
	}
	if !b.q.To.IsZero() {
		where = append(where, "f.interval_start < "+b.value(b.q.To.UTC()))
	}
	if c := b.conditions(b.q.Filters); c != "" {
		where = append(where, c)
	}
	if len(where) > 0 {
		b.write("  WHERE %s\n", strings.Join(where, "\n    AND "))
	}
	if len(group) > 0 {
		b.write("  GROUP BY %s\n", strings.Join(group, ", "))
	}
}

// id is the name that the fact's column of a dimension has in ids.
func (b *builder) id(d Dimension) string {
	if columns[d].table != "" {
		return columns[d].fact + "_id"
	}
	return columns[d].name
}

// keys writes the sums by the values of the dimensions, from sums by ids. The
// joins are inner ones, which the engine may turn round to suit their sizes: a
// store holds a row for every id (see the conformance suite of store).
func (b *builder) keys() {
	var out, group, joins []string
	for _, d := range b.q.Dimensions {
		c := columns[d]
		expr := "ids." + c.name
		if c.table != "" {
			expr = c.fact + "." + c.text
			join := fmt.Sprintf("  JOIN %s AS %s ON %s.id = ids.%s\n", c.table, c.fact, c.fact, b.id(d))
			if !slices.Contains(joins, join) {
				joins = append(joins, join)
			}
		}
		out = append(out, expr+" AS "+c.name)
		group = append(group, fmt.Sprint(len(out)))
	}
	for _, m := range b.q.Measures {
		expr := "ids." + m.Name
		if len(joins) > 0 {
			expr = b.dialect.Sum("", expr)
		}
		out = append(out, expr+" AS "+m.Name)
	}
	b.write("  SELECT %s\n  FROM ids\n%s", strings.Join(out, ",\n    "), strings.Join(joins, ""))
	if len(joins) > 0 {
		b.write("  GROUP BY %s\n", strings.Join(group, ", "))
	}
}

// totalName is the name of the sum of a measure over all rows.
func totalName(measure string) string { return "total_of_" + measure }

const totalCount = "total_count"

// kept writes the rows that are wanted, in order.
func (b *builder) kept() {
	b.write("SELECT %s\nFROM keys\n", strings.Join(b.columns("keys"), ", "))
	order := b.order("keys")
	if p := b.q.Per; p != nil {
		var group []string
		for _, d := range p.Dimensions {
			group = append(group, "keys."+columns[d].name)
		}
		b.write("QUALIFY row_number() OVER (PARTITION BY %s%s) <= %d\n", strings.Join(group, ", "), order, p.Limit)
	}
	if order != "" {
		b.write("%s\n", strings.TrimPrefix(order, " "))
	}
	if b.q.Limit > 0 {
		b.write("LIMIT %d\n", b.q.Limit)
	}
}

// columns returns the dimensions and measures, qualified.
func (b *builder) columns(of string) []string {
	var names []string
	for _, d := range b.q.Dimensions {
		names = append(names, of+"."+columns[d].name)
	}
	for _, m := range b.q.Measures {
		names = append(names, of+"."+m.Name)
	}
	return names
}

// folded writes the rows that are wanted, in order, with the totals, in one
// pass over the keys, of which there can be more than fit in memory.
func (b *builder) folded() {
	var fields []Field
	value := map[string]string{} // how a column comes out of its field
	add := func(name, expr, back string) {
		if value[name] == "" {
			fields = append(fields, Field{name, expr})
			value[name] = back
		}
	}
	for _, o := range b.q.Order {
		if o.Measure != "" {
			add(o.Measure, "-"+o.Measure, "-first."+o.Measure) // highest first; sums are never negative
		} else {
			add(columns[o.Dimension].name, columns[o.Dimension].name, "first."+columns[o.Dimension].name)
		}
	}
	totals := []string{"count(*) AS " + totalCount}
	names := []string{totalCount}
	for _, d := range b.q.Dimensions {
		add(columns[d].name, columns[d].name, "first."+columns[d].name)
	}
	for _, m := range b.q.Measures {
		add(m.Name, m.Name, "first."+m.Name)
		totals = append(totals, b.dialect.Sum("", m.Name)+" AS "+totalName(m.Name))
		names = append(names, totalName(m.Name))
	}
	var out []string
	for _, c := range b.columns("first") {
		name := strings.TrimPrefix(c, "first.")
		out = append(out, value[name]+" AS "+name)
	}
	b.write("SELECT %s, %s\nFROM (\n  SELECT %s, %s AS first\n  FROM (\n    SELECT %s,\n      %s AS firsts\n    FROM keys\n  ) AS total\n) AS unfolded\n",
		strings.Join(out, ", "), strings.Join(names, ", "),
		strings.Join(names, ", "), b.dialect.Unfold("firsts"),
		strings.Join(totals, ",\n      "), b.dialect.Lowest(fields, b.q.Limit))
	if order := b.order("unfolded"); order != "" {
		b.write("%s\n", strings.ReplaceAll(strings.TrimPrefix(order, " "), "unfolded.", ""))
	}
}

func (b *builder) order(of string) string {
	var terms []string
	for _, o := range b.q.Order {
		if o.Measure != "" {
			terms = append(terms, of+"."+o.Measure+" DESC")
		} else {
			terms = append(terms, of+"."+columns[o.Dimension].name)
		}
	}
	if len(terms) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(terms, ", ")
}

// conditions writes filters over the fact, joined by AND.
func (b *builder) conditions(filters []Filter) string {
	terms := make([]string, len(filters))
	for i, f := range filters {
		terms[i] = b.condition(f)
	}
	return strings.Join(terms, " AND ")
}

func (b *builder) condition(f Filter) string {
	if len(f.Dimensions) > 1 {
		return b.tupleCondition(f)
	}
	c := columns[f.Dimensions[0]]
	list := make([]string, len(f.Values))
	for i, v := range f.Values {
		list[i] = b.value(v[0])
	}
	in := " IN (" + strings.Join(list, ", ") + ")"
	if len(list) == 1 {
		in = " = " + list[0]
	}
	if c.table == "" {
		return c.value() + in
	}
	return fmt.Sprintf("f.%s IN (SELECT id FROM %s WHERE %s%s)", c.fact, c.table, c.text, in)
}

// tupleCondition writes a filter over several dimensions at once.
func (b *builder) tupleCondition(f Filter) string {
	var names, values, rows []string
	for i := range f.Dimensions {
		name := fmt.Sprintf("v%d", i)
		names, values = append(names, name), append(values, "wanted."+name)
	}
	for _, tuple := range f.Values {
		row := make([]string, len(tuple))
		for i, v := range tuple {
			row[i] = b.value(v)
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	relation := fmt.Sprintf("(VALUES %s) AS wanted(%s)", strings.Join(rows, ", "), strings.Join(names, ", "))

	var fact, wanted, tables []string
	on := map[string][]string{} // by table, in the order of tables
	for i, d := range f.Dimensions {
		c := columns[d]
		if c.table == "" {
			fact, wanted = append(fact, c.value()), append(wanted, values[i])
			continue
		}
		alias := "d_" + c.fact
		table := c.table + " AS " + alias
		if on[table] == nil {
			fact, wanted, tables = append(fact, "f."+c.fact), append(wanted, alias+".id"), append(tables, table)
		}
		on[table] = append(on[table], fmt.Sprintf("%s.%s = %s", alias, c.text, values[i]))
	}
	for _, t := range tables {
		relation += "\n      JOIN " + t + " ON " + strings.Join(on[t], " AND ")
	}
	left := strings.Join(fact, ", ")
	if len(fact) > 1 {
		left = "(" + left + ")"
	}
	return fmt.Sprintf("%s IN (\n      SELECT %s\n      FROM %s)", left, strings.Join(wanted, ", "), relation)
}

// value writes a value: constants of ours as such, all else as a placeholder.
func (b *builder) value(v any) string {
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Uint8, reflect.Bool: // flow.Status, flow.Direction and the like
		return fmt.Sprint(rv.Convert(plain[rv.Kind()]).Interface())
	default:
		b.args = append(b.args, v)
		return "?"
	}
}

// plain strips a named type of its String method.
var plain = map[reflect.Kind]reflect.Type{
	reflect.Uint8: reflect.TypeFor[uint8](),
	reflect.Bool:  reflect.TypeFor[bool](),
}
