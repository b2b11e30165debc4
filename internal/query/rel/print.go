package rel

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weir/internal/store"
)

// maxSQL is the longest SQL that a plan may become, in bytes.
const maxSQL = store.MaxReadOnly

// maxDepth is how many SELECTs may stand inside each other. Each is copied into
// the one around it.
const maxDepth = 500

// ErrTooLong is returned for plans of which the SQL would be too long.
var ErrTooLong = errors.New("the query becomes too much SQL: ask for less at once")

// Print returns the SQL of a plan for DuckDB. The columns of the answer are
// those, in this order, under the names c1, c2 and so on. What stands in the plan
// more than once is asked once, where that is worth it.
func Print(n Node, columns []Column) (string, error) {
	p := &printer{once: map[Node]*once{}}
	tables := shared(n)
	for i, table := range tables {
		p.once[table] = &once{name: fmt.Sprintf("s%d", len(tables)-i), has: outputs(table), need: set{}}
	}
	need := set{}
	for _, c := range columns {
		need[c.ID] = true
	}
	b := p.block(n, need)
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = b.columns[c.ID] + " AS " + name(c.ID)
	}
	sql := p.with(tables) + b.sql(list)
	if p.tooLong || len(sql) > maxSQL {
		return "", ErrTooLong
	}
	return sql, nil
}

func name(id int) string { return fmt.Sprintf("c%d", id) }

type set map[int]bool

func (s set) with(exprs ...Expr) set {
	out := maps.Clone(s)
	for _, x := range exprs {
		Columns(x, func(id int) { out[id] = true })
	}
	return out
}

// block is a SELECT under construction.
type block struct {
	from    string
	where   []string
	columns map[int]string // SQL of each column that is needed, over from
	tail    string         // ORDER BY and what follows
	depth   int            // of SELECTs in from
}

type printer struct {
	tooLong bool
	once    map[Node]*once
	inside  Node // which of these is printed
}

// once is a table that is asked once, its columns, and which of them are needed
// anywhere.
type once struct {
	name      string
	has, need set
}

// with returns the tables that are asked once, what uses another behind the other.
func (p *printer) with(tables []Node) string {
	var all []string
	length := 0
	for _, n := range tables { // users first, so that all that is needed is known
		p.inside = n
		o := p.once[n]
		b := p.block(n, o.need)
		var list []string
		for _, id := range slices.Sorted(maps.Keys(o.need)) {
			list = append(list, b.columns[id]+" AS "+name(id))
		}
		all = append(all, o.name+" AS MATERIALIZED ("+b.sql(list)+")")
		if length += len(all[len(all)-1]); p.tooLong || length > maxSQL {
			p.tooLong = true
			return ""
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Reverse(all)
	return "WITH " + strings.Join(all, ", ") + " "
}

// read returns the table that is asked once.
func (o *once) read(need set) *block {
	b := &block{from: o.name, columns: map[int]string{}}
	for id := range need {
		if o.has[id] {
			o.need[id] = true
			b.columns[id] = name(id)
		}
	}
	return b
}

func (b *block) sql(list []string) string {
	if len(list) == 0 {
		list = []string{"1 AS c0"}
	}
	s := "SELECT " + strings.Join(list, ", ") + " FROM " + b.from
	if len(b.where) > 0 {
		s += " WHERE " + strings.Join(b.where, " AND ")
	}
	return s + b.tail
}

// close returns the block as a table: (SELECT ...).
func (p *printer) close(b *block) *block {
	ids := slices.Sorted(maps.Keys(b.columns))
	out := &block{columns: map[int]string{}}
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = b.columns[id] + " AS " + name(id)
		out.columns[id] = name(id)
	}
	out.from, out.depth = p.within(b.sql(list), b.depth)
	return out
}

// within returns a SELECT as a table, and its depth. What is too long or too deep
// is left out, since all of it is refused in the end.
func (p *printer) within(sql string, depth int) (string, int) {
	if p.tooLong || len(sql) > maxSQL || depth >= maxDepth {
		p.tooLong = true
		return "()", 0
	}
	return "(" + sql + ")", depth + 1
}

// heavy is the length from which SQL is not repeated.
const heavy = 60

// fits tells whether expressions can be written over the SQL of the block's
// columns without repeating much of it.
func (b *block) fits(most int, exprs ...Expr) bool {
	times := map[int]int{}
	for _, x := range exprs {
		uses(x, 1, times)
	}
	for id, n := range times {
		if sql := b.columns[id]; len(sql) > heavy && n > most || len(sql) > 100*heavy {
			return false
		}
	}
	return true
}

// uses counts how often the SQL of columns is written for an expression.
func uses(x Expr, times int, into map[int]int) {
	c, ok := x.(Call)
	if !ok {
		Columns(x, func(id int) { into[id] += times })
		return
	}
	template := c.Op.template()
	for i, a := range c.Args {
		n := strings.Count(template, fmt.Sprintf("$%d", i+1)) + strings.Count(template, "$*")
		if i > 0 {
			n += strings.Count(template, "$+")
		}
		uses(a, min(times*n, 100), into)
	}
}

func (p *printer) block(n Node, need set) *block {
	if o := p.once[n]; o != nil && n != p.inside {
		return o.read(need)
	}
	switch n := n.(type) {
	case *Scan:
		return scan(n, need)
	case *Values:
		return values(n, need)
	case *Range:
		return rangeOf(n)
	case *Filter:
		b := p.block(n.In, need.with(n.Cond))
		if b.tail != "" || !b.fits(0, n.Cond) {
			b = p.close(b)
		}
		b.where = append(b.where, b.expr(n.Cond))
		return b
	case *Project:
		return p.project(n, need)
	case *Aggregate:
		return p.aggregate(n, need)
	case *Join:
		return p.join(n, need)
	case *Union:
		return p.union(n, need)
	case *Sort:
		b := p.block(n.In, p.withKeys(need, n.Keys))
		b = p.open(b)
		b.tail = " ORDER BY " + b.keys(n.Keys)
		return b
	case *Limit:
		b := p.block(n.In, need)
		if strings.Contains(b.tail, " LIMIT ") {
			b = p.close(b)
		}
		b.tail += fmt.Sprintf(" LIMIT %d", n.N)
		return b
	case *Unnest:
		return p.unnest(n, need)
	case *Rank:
		return p.rank(n, need)
	case *Fold:
		return p.fold(n, need)
	case *Window:
		return p.window(n, need)
	}
	panic(fmt.Sprintf("BUG: no SQL for %T", n))
}

// open returns a block to which a tail can be put.
func (p *printer) open(b *block) *block {
	if b.tail != "" {
		return p.close(b)
	}
	return b
}

func (p *printer) withKeys(need set, keys []Key) set {
	for _, k := range keys {
		need = need.with(k.X)
	}
	return need
}

func (b *block) keys(keys []Key) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		sql := b.expr(k.X)
		if isText(sql) { // which the engine refuses, as it orders nothing
			sql += "::VARCHAR"
		}
		list[i] = "(" + sql + ")" // never a bare number, which would be a place
		if k.Asc {
			list[i] += " ASC"
		} else {
			list[i] += " DESC"
		}
		if k.NullsFirst {
			list[i] += " NULLS FIRST"
		} else {
			list[i] += " NULLS LAST"
		}
	}
	return strings.Join(list, ", ")
}

func scan(n *Scan, need set) *block {
	b := &block{from: viewName(n.View), columns: map[int]string{}}
	for _, c := range n.Columns {
		if !need[c.ID] {
			continue
		}
		sql := identifier(c.Name)
		switch {
		case c.List:
			sql = "to_json(" + sql + ")"
		case c.T == String:
			sql = "coalesce(" + sql + ", '')"
		case c.T == Long:
			sql += "::BIGINT"
		}
		b.columns[c.ID] = sql
	}
	return b
}

func values(n *Values, need set) *block {
	b := &block{columns: map[int]string{}}
	names := make([]string, len(n.Columns))
	nothing := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		names[i] = name(c.ID)
		nothing[i] = constant(Const{T: c.T}) + " AS " + names[i]
		if need[c.ID] {
			b.columns[c.ID] = names[i]
		}
	}
	switch {
	case len(n.Columns) == 0: // one row of nothing
		b.from = "(SELECT 1 AS c0)"
		return b
	case len(n.Rows) == 0:
		b.from = "(SELECT " + strings.Join(nothing, ", ") + " WHERE false)"
		return b
	}
	rows := make([]string, len(n.Rows))
	for i, row := range n.Rows {
		cells := make([]string, len(row))
		for j, c := range row {
			cells[j] = constant(c)
		}
		rows[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	b.from = "(VALUES " + strings.Join(rows, ", ") + ") AS v(" + strings.Join(names, ", ") + ")"
	return b
}

func rangeOf(n *Range) *block {
	c := name(n.Column.ID)
	from, to, step := constant(n.From), constant(n.To), constant(n.Step)
	b := &block{columns: map[int]string{n.Column.ID: c}}
	if n.From.T == Real || n.To.T == Real || n.Step.T == Real {
		b.from = fmt.Sprintf("(SELECT %s + r.i * %s AS %s FROM range(0, greatest(0, floor((%s - %s) / %s) + 1)::BIGINT) AS r(i))",
			from, step, c, to, from, step)
		return b
	}
	if n.Column.T == DateTime {
		b.columns[n.Column.ID] = "make_timestamp(" + c + ")"
	}
	b.from = fmt.Sprintf("generate_series(%s, %s, %s) AS r(%s)", from, to, step, c)
	return b
}

func (p *printer) project(n *Project, need set) *block {
	var items []Item
	var exprs []Expr
	for _, item := range n.Items {
		if need[item.ID] {
			items, exprs = append(items, item), append(exprs, item.X)
		}
	}
	b := p.block(n.In, set{}.with(exprs...))
	if !b.fits(1, exprs...) {
		b = p.close(b)
	}
	columns := map[int]string{}
	for _, item := range items {
		columns[item.ID] = b.expr(item.X)
	}
	b.columns = columns
	return b
}

func (p *printer) aggregate(n *Aggregate, need set) *block {
	exprs := make([]Expr, 0, len(n.Keys)+len(n.Aggs))
	for _, k := range n.Keys {
		exprs = append(exprs, k.X)
	}
	for _, a := range n.Aggs {
		if need[a.ID] {
			exprs = append(exprs, a.X)
		}
	}
	b := p.open(p.block(n.In, set{}.with(exprs...)))
	if !b.fits(1, exprs...) {
		b = p.close(b)
	}
	inner := &block{from: b.from, where: b.where, columns: map[int]string{}}
	var places []string
	var list []string
	out := map[int]string{}
	for i, k := range n.Keys {
		list = append(list, b.expr(k.X)+" AS "+name(k.ID))
		places = append(places, fmt.Sprint(i+1))
		out[k.ID] = name(k.ID)
	}
	for _, a := range n.Aggs {
		if need[a.ID] {
			list = append(list, b.expr(a.X)+" AS "+name(a.ID))
			out[a.ID] = name(a.ID)
		}
	}
	if len(places) > 0 {
		inner.tail = " GROUP BY " + strings.Join(places, ", ")
	} else if len(list) == 0 {
		list = []string{"count(*) AS c0"} // one row, of which nothing is needed
	}
	from, depth := p.within(inner.sql(list), b.depth)
	return &block{from: from, columns: out, depth: depth}
}

func (p *printer) join(n *Join, need set) *block {
	lneed, rneed := need, need
	for _, on := range n.On {
		lneed, rneed = lneed.with(on.L), rneed.with(on.R)
	}
	l, r := p.close(p.block(n.L, lneed)), p.close(p.block(n.R, rneed))
	both := &block{columns: maps.Clone(l.columns), depth: max(l.depth, r.depth)}
	maps.Copy(both.columns, r.columns)
	on := []string{"true"}
	for i, pair := range n.On {
		op := " = "
		if pair.L.Nullable() && pair.R.Nullable() {
			op = " IS NOT DISTINCT FROM "
		}
		cond := both.expr(pair.L) + op + both.expr(pair.R)
		if i == 0 {
			on[0] = cond
		} else {
			on = append(on, cond)
		}
	}
	both.from = l.from + " " + string(n.Kind) + " " + r.from + " ON " + strings.Join(on, " AND ")
	if n.Kind == Semi || n.Kind == Anti {
		both.columns = l.columns
	}
	return both
}

func (p *printer) union(n *Union, need set) *block {
	b := &block{columns: map[int]string{}}
	var used []int
	for i, c := range n.Columns {
		if need[c.ID] {
			used = append(used, i)
			b.columns[c.ID] = name(c.ID)
		}
	}
	parts := make([]string, len(n.Ins))
	for i, in := range n.Ins {
		var exprs []Expr
		for _, u := range used {
			exprs = append(exprs, n.Items[i][u])
		}
		one := p.block(in, set{}.with(exprs...))
		if !one.fits(1, exprs...) || one.tail != "" {
			one = p.close(one)
		}
		list := make([]string, len(used))
		for j, u := range used {
			list[j] = one.expr(n.Items[i][u]) + " AS " + name(n.Columns[u].ID)
		}
		parts[i] = one.sql(list)
		b.depth = max(b.depth, one.depth)
	}
	b.from, b.depth = p.within(strings.Join(parts, " UNION ALL "), b.depth)
	return b
}

func (p *printer) unnest(n *Unnest, need set) *block {
	exprs := make([]Expr, len(n.Items))
	inner := maps.Clone(need)
	for i, item := range n.Items {
		exprs[i] = item.X
		delete(inner, item.ID)
	}
	b := p.open(p.block(n.In, inner.with(exprs...)))
	if !b.fits(1, exprs...) {
		b = p.close(b)
	}
	columns := map[int]string{}
	for id := range inner {
		if sql, ok := b.columns[id]; ok {
			columns[id] = sql
		}
	}
	for _, item := range n.Items { // also where nobody reads it: it makes rows
		columns[item.ID] = "unnest(" + b.expr(item.X) + ")"
	}
	b.columns = columns
	return p.close(b)
}

func (p *printer) rank(n *Rank, need set) *block {
	inner := p.withKeys(need.with(n.By...), n.Keys)
	delete(inner, n.ID)
	b := p.close(p.block(n.In, inner))
	b.columns[n.ID] = "row_number() OVER " + b.over(n.By, n.Keys)
	return p.close(b)
}
