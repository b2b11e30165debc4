package query

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// Statement is a question as an engine takes it.
type Statement struct {
	SQL  string
	Args []any
}

// Statements are what a question is put with.
type Statements struct {
	// Rows asks for the dimensions and the measures and, with Totals, for the
	// number of rows and the sums over all of them.
	Rows Statement
	// Totals asks for these where the engine cannot tell them beside the rows, else nil.
	Totals *Statement
}

// Build writes the question in a dialect. Facts are grouped by what they hold,
// which are numbers alone; what these stand for is looked up for the groups,
// which are then grouped by that, as several ids can stand for the same text.
func Build(d store.Dialect, q Question) (Statements, error) {
	return build(d, q, nil)
}

// build writes the question as put to parts of the facts; nil: to the facts.
func build(d store.Dialect, q Question, parts []part) (Statements, error) {
	if err := q.check(); err != nil {
		return Statements{}, fmt.Errorf("cannot build a question: %w", err)
	}
	if parts == nil {
		parts = q.facts()
	}
	rows := builder{dialect: d, q: q, parts: parts}
	beside := rows.rows()
	s := Statements{Rows: rows.statement()}
	if q.Totals && !beside {
		totals := builder{dialect: d, q: q, parts: parts}
		totals.totals()
		statement := totals.statement()
		s.Totals = &statement
	}
	return s, nil
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
func (q Question) bothEnds() bool { return q.needs(func(c column) bool { return c.ends }) }

// pairs tells whether it needs the ends of flows in the order of their identities.
func (q Question) pairs() bool { return q.needs(func(c column) bool { return c.pairs }) }

// needs tells whether one of its dimensions is such.
func (q Question) needs(such func(column) bool) bool {
	dims := slices.Clone(q.Dimensions)
	for _, f := range q.filters() {
		dims = append(dims, f.Dimensions...)
	}
	return slices.ContainsFunc(dims, func(d Dimension) bool { return such(columns[d]) })
}

// builder writes a statement from its beginning to its end, so that arguments
// come in the order of their placeholders. No alias is the name of a column:
// by_ begins those of dimensions, m_ those of measures, id_ those of columns
// that facts are grouped by, s_ those of sums over them and of the first of their
// times, v_ those of values that are looked up for ids.
type builder struct {
	dialect store.Dialect
	q       Question
	parts   []part
	sql     strings.Builder
	args    []any
}

func (b *builder) write(text string, args ...any) { fmt.Fprintf(&b.sql, text, args...) }

func (b *builder) statement() Statement { return Statement{SQL: b.sql.String(), Args: b.args} }

func format(text string, args ...any) string { return fmt.Sprintf(text, args...) }

// rows writes the statement for the rows that are wanted, in order. It returns
// whether totals stand beside them.
func (b *builder) rows() (beside bool) {
	var out, order, sums []string
	for _, d := range b.q.Dimensions {
		out = append(out, "k.by_"+columns[d].name)
	}
	for _, m := range b.q.Measures {
		out, sums = append(out, "k.m_"+m.Name), append(sums, "k.m_"+m.Name)
	}
	for _, o := range b.q.Order {
		if o.Measure != "" {
			order = append(order, "k.m_"+o.Measure+" DESC")
		} else {
			order = append(order, "k.by_"+columns[o.Dimension].name)
		}
	}
	if b.q.Totals {
		var count string
		if count, sums, beside = b.dialect.Beside(sums...); beside {
			out = append(append(out, count), sums...)
		}
	}
	b.write("SELECT %s\nFROM (\n", strings.Join(out, ", "))
	b.groups()
	b.write(") AS k\n")
	switch p := b.q.Per; {
	case p != nil:
		var group []string
		for _, d := range p.Dimensions {
			group = append(group, "k.by_"+columns[d].name)
		}
		b.write("%s\n", b.dialect.FirstOfEach(p.Limit, group, order))
	case len(order) > 0:
		b.write("ORDER BY %s\n", strings.Join(order, ", "))
	}
	if b.q.Limit > 0 {
		b.write("LIMIT %d", b.q.Limit)
		if b.q.Offset > 0 {
			b.write(" OFFSET %d", b.q.Offset)
		}
		b.write("\n")
	}
	return beside
}

// totals writes the statement for the number of rows and the sums over them.
func (b *builder) totals() {
	out := []string{"count(*)"}
	for _, m := range b.q.Measures {
		out = append(out, b.dialect.Sum("k.m_"+m.Name))
	}
	b.write("SELECT %s\nFROM (\n", strings.Join(out, ", "))
	b.groups()
	b.write(") AS k\n")
}

// groups writes the measures by the values of the dimensions, from sums by
// what facts hold.
func (b *builder) groups() {
	if i := slices.IndexFunc(b.q.Measures, func(m Measure) bool { return m.Of == Initiators }); i >= 0 {
		b.counted(b.q.Measures[i])
		return
	}
	layers := b.layers()
	regroup := len(layers) > 0
	var out, group []string
	for _, d := range b.q.Dimensions {
		out, group = append(out, "g."+valueOf(d)+" AS by_"+columns[d].name), append(group, "g."+valueOf(d))
	}
	for _, m := range b.q.Measures {
		regroup = regroup || len(m.Where) > 0
	}
	for _, m := range b.q.Measures {
		expr := "g." + sumOf(m.Of)
		if len(m.Where) > 0 {
			expr = "CASE WHEN " + b.restriction(m.Where) + " THEN " + expr + " ELSE 0 END"
		}
		if regroup {
			expr = b.together(m.Of, expr)
		}
		out = append(out, expr+" AS m_"+m.Name)
	}
	b.write("  SELECT %s\n  FROM (\n", strings.Join(out, ",\n    "))
	b.looked(layers)
	b.write("  ) AS g\n")
	if regroup && len(group) > 0 {
		b.write("  GROUP BY %s\n", strings.Join(group, ", "))
	}
	switch fresh := b.q.Fresh; {
	case fresh.IsZero():
	case regroup:
		b.write("  HAVING min(g.s_first) >= %s\n", b.value(fresh.UTC()))
	default:
		b.write("  WHERE g.s_first >= %s\n", b.value(fresh.UTC()))
	}
}

// layer looks up the values of dimensions for the column of the facts that
// they come out of: in a table or, without one, by what folds them.
type layer struct {
	table, fact string
	values      []Dimension
}

// layers returns what has to be looked up, in the order of the dimensions.
func (b *builder) layers() []layer {
	var layers []layer
	for _, d := range b.named() {
		c := columns[d]
		if c.table == "" && c.fold == "" {
			continue
		}
		i := slices.IndexFunc(layers, func(l layer) bool { return l.table == c.table && l.fact == c.fact })
		if i < 0 {
			i = len(layers)
			layers = append(layers, layer{table: c.table, fact: c.fact})
		}
		if !slices.Contains(layers[i].values, d) {
			layers[i].values = append(layers[i].values, d)
		}
	}
	return layers
}

// looked writes the sums by ids with what these stand for. The joins are inner
// ones, which the engine may turn round to suit their sizes: a store holds a
// row for every id (see the conformance suite of store). Each layer has a
// sub-select of its own, as some engines take no two joins in a row, and no
// IN (SELECT ...) in what they group by.
func (b *builder) looked(layers []layer) {
	if len(layers) == 0 {
		b.facts()
		return
	}
	before, last := layers[:len(layers)-1], layers[len(layers)-1]
	var out []string
	for _, d := range b.grouped() {
		out = append(out, "i."+idOf(d))
	}
	for _, l := range before {
		for _, d := range l.values {
			out = append(out, "i."+valueOf(d))
		}
	}
	for _, d := range last.values {
		expr := columns[d].of("i." + idOf(d))
		if last.table != "" {
			expr = columns[d].value(b.dialect)
		}
		out = append(out, expr+" AS "+valueOf(d))
	}
	for _, s := range b.sums() {
		out = append(out, "i."+sumOf(s))
	}
	if !b.q.Fresh.IsZero() {
		out = append(out, "i.s_first")
	}
	b.write("    SELECT %s FROM (\n", strings.Join(out, ", "))
	b.looked(before)
	b.write("    ) AS i")
	if last.table != "" {
		b.write(" JOIN %s AS t ON t.id = i.id_%s", last.table, last.fact)
	}
	b.write("\n")
}

// idOf is the name that what facts are grouped by for a dimension has.
func idOf(d Dimension) string {
	if d == Time {
		return "id_time"
	}
	return "id_" + columns[d].fact
}

// sumOf is the name of the sums of a quantity.
func sumOf(q Quantity) string {
	if n := q.ago(); n > 0 {
		return format("s_bytes_ago_%d", n)
	}
	return "s_" + quantityNames[q]
}

// valueOf is the name that the value of a dimension has among looked.
func valueOf(d Dimension) string {
	if c := columns[d]; c.table != "" || c.fold != "" {
		return "v_" + c.name
	}
	return idOf(d)
}

// named returns the dimensions that the question is split by and those that
// its measures are restricted by.
func (b *builder) named() []Dimension {
	dims := slices.Clone(b.q.Dimensions)
	for _, m := range b.q.Measures {
		for _, f := range m.Where {
			dims = append(dims, f.Dimensions...)
		}
	}
	return dims
}

// grouped returns a dimension for each of the columns that facts are grouped
// by. What measures are restricted by is among them, so that each counter is
// summed once, however many measures take a part of it.
func (b *builder) grouped() []Dimension {
	seen := map[string]bool{}
	return slices.DeleteFunc(b.named(), func(d Dimension) bool {
		again := seen[idOf(d)]
		seen[idOf(d)] = true
		return again
	})
}

// sums returns the quantities that the measures need.
func (b *builder) sums() []Quantity {
	var sums []Quantity
	for _, m := range b.q.Measures {
		if !slices.Contains(sums, m.Of) {
			sums = append(sums, m.Of)
		}
	}
	return sums
}

// facts writes the sums by what facts hold.
func (b *builder) facts() {
	sums := b.sums()
	var out, group []string
	alike := b.alike()
	for _, d := range b.grouped() {
		expr := "f." + columns[d].fact
		switch {
		case d == Time:
			expr = b.dialect.Bucket(expr, int64(b.q.Grain/time.Second))
		case alike[columns[d].fact] != nil:
			expr = "like_" + columns[d].fact + ".first"
		}
		out, group = append(out, expr+" AS "+idOf(d)), append(group, expr)
	}
	for _, s := range sums {
		var summed []string
		if n := s.ago(); n > 0 {
			summed = b.sentAgo(n)
		}
		for _, c := range quantities[s] {
			c = "f." + c
			if s.isTime() {
				c = b.dialect.Bucket(c, int64(b.q.Grain/time.Second))
			}
			summed = append(summed, c)
		}
		out = append(out, b.together(s, summed...)+" AS "+sumOf(s))
	}
	if !b.q.Fresh.IsZero() {
		out = append(out, "min(f.interval_start) AS s_first")
	}
	b.write("    SELECT %s\n    FROM ", strings.Join(out, ",\n      "))
	if reads := b.reads(); len(reads) == 1 && reads[0].side == nil {
		b.write("%s AS f\n", b.from(reads[0].part.relation))
		b.join(alike)
		b.passing(reads[0].part, reads[0].side, "    ")
	} else {
		b.union(reads, sums)
		b.join(alike)
	}
	if len(group) > 0 {
		b.write("    GROUP BY %s\n", strings.Join(group, ", "))
	}
}

// reading is a part of the facts as seen from a side.
type reading struct {
	part part
	side side
}

// reads returns what is read: each part once, or once for each of the ends.
func (b *builder) reads() []reading {
	var reads []reading
	for _, p := range b.parts {
		sides := b.q.sides()
		if p.ends {
			sides = []side{nil}
		}
		for _, s := range sides {
			reads = append(reads, reading{p, s})
		}
	}
	return reads
}

// union writes several readings, with the columns that are needed and no
// others. They are grouped together: grouping each end alone and then all again
// was slower.
func (b *builder) union(reads []reading, sums []Quantity) {
	var needed []string
	for _, d := range b.grouped() {
		needed = append(needed, columns[d].fact)
	}
	for _, s := range sums {
		needed = append(needed, quantities[s]...)
		if s.ago() > 0 {
			needed = append(needed, agoColumns...)
		}
	}
	if !b.q.Fresh.IsZero() {
		needed = append(needed, columns[Time].fact)
	}
	slices.Sort(needed)
	needed = slices.Compact(needed)
	for i, r := range reads {
		union := "(\n"
		if i > 0 {
			union = "      UNION ALL\n"
		}
		out := make([]string, len(needed))
		for i, c := range needed {
			out[i] = r.side.column(c) + " AS " + c
		}
		b.write("%s      SELECT %s\n      FROM ", union, strings.Join(out, ", "))
		b.read(r.part, r.side, "      ")
	}
	b.write("    ) AS f\n")
}

// read writes the rows of a part that pass the filters, as seen from a side.
func (b *builder) read(p part, s side, indent string) {
	b.write("%s AS f\n", b.from(p.relation))
	b.passing(p, s, indent)
}

// passing writes the conditions of the rows of a part that pass the filters, as seen
// from a side.
func (b *builder) passing(p part, s side, indent string) {
	fact := func(d Dimension) string { return columns[d].of(s.column(columns[d].fact)) }
	var where []string
	first, last := p.times[0], p.times[len(p.times)-1] // they are in order
	where = append(where, b.within(stretch{from: first.from, to: last.to})...)
	if p.kept {
		where = append(where, "f.folded = 0")
	}
	if len(b.q.Filters) > 0 {
		where = append(where, b.conditions(b.q.Filters, fact))
	}
	if b.q.Where != nil {
		where = append(where, b.holds(b.q.Where, s))
	}
	if len(p.times) > 1 {
		any := make([]string, len(p.times))
		for i, t := range p.times {
			any[i] = "(" + strings.Join(b.within(t), " AND ") + ")"
		}
		where = append(where, "("+strings.Join(any, "\n"+indent+"    OR ")+")")
	}
	if len(p.lacking) > 0 {
		where = append(where, b.notKept(p, fact))
	}
	if len(where) > 0 {
		b.write("%sWHERE %s\n", indent, strings.Join(where, "\n"+indent+"  AND "))
	}
}

// within writes the conditions of a stretch.
func (b *builder) within(t stretch) (where []string) {
	if !t.from.IsZero() {
		where = append(where, "f.interval_start >= "+b.value(t.from.UTC()))
	}
	if !t.to.IsZero() {
		where = append(where, "f.interval_start < "+b.value(t.to.UTC()))
	}
	return where
}
