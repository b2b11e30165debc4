// Package bind gives the names of a KQL query their meaning: it turns the syntax
// tree into a typed plan, with functions written out where they are called.
package bind

import (
	"time"

	"weir/internal/kql/catalog"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

const (
	maxNodes   = 50_000 // of the plan, functions written out
	maxColumns = 1_000
	maxMade    = 100_000 // columns, in all tables of the plan
	maxCalls   = 60      // of functions inside of each other
)

// Answer is a bound query.
type Answer struct {
	Plan    rel.Node
	Columns []Column
	// Names are how the columns of the plan are called, that of number 1 in front.
	Names []string
	// Chart is the kind that render asks for, empty where it does not.
	Chart string
	// Drawing are the properties of render, by their names in small letters.
	Drawing map[string]string
	// MaxRows and MaxBytes are how much of the answer is sent, 0: all.
	MaxRows, MaxBytes int64
}

// Column is a column of a table.
type Column struct {
	Name string
	rel.Column
}

// Options say what a query is asked of.
type Options struct {
	Now time.Time
	// From and Until bound the time of every table, Until exclusive; zero: not.
	From, Until time.Time
	// Look asks the store before the query is: for what its columns depend on, as
	// those of bag_unpack and pivot do. Nil: such queries are refused.
	Look func(sql string) ([][]string, error)
}

// Query binds a query. The error is a [*syntax.Fault] without line and column.
func Query(q *syntax.Query, o Options) (a Answer, err error) {
	b := &binder{tables: catalog.Tables(), book: newBook(), both: q.Mentions(flows) && q.Mentions(flowsBefore), options: o}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *syntax.Fault:
			err = r
		case lookFault:
			err = r.error
		default:
			panic(r)
		}
	}()
	e := &env{}
	last := b.statements(q.Statements, e, nil)
	t := b.table(last, e)
	a = Answer{Plan: t.node, Columns: t.columns, Names: b.names, Chart: b.chart, Drawing: b.drawing}
	for _, s := range q.Settings {
		b.setting(&a, s)
	}
	return a, nil
}

// binder counts columns and nodes.
type binder struct {
	tables []catalog.Table
	book   book
	// both tells that the query reads flows of both schemas, defining which table
	// is being written out.
	both     bool
	defining string
	options  Options
	columns  int
	names    []string // of the columns
	nodes    int
	calls    int
	chart    string
	drawing  map[string]string
	place    int // of the expression that was begun last, in the text
}

// table is a table of the plan with the names of its columns.
type table struct {
	node    rel.Node
	columns []Column
	ordered bool // its rows have an order that functions over rows look at
}

// env is what let says, the innermost first.
type env struct {
	up   *env
	name string
	// One of these: an expression of the text with its own names, a value, a
	// function, rows of before.
	text   syntax.Expr
	within *env
	value  rel.Expr
	fn     *syntax.Lambda
	rows   *table
	weight int // the steps of rows, which are written out where they are named
	// bound is the table of the text, once it was bound: it is asked once where it
	// is named twice.
	bound *boundText
}

type boundText struct {
	t      *table
	weight int
}

func (e *env) find(name string) *env {
	for ; e != nil; e = e.up {
		if e.name == name && name != "" {
			return e
		}
	}
	return nil
}

// fail ends binding; Query returns the fault.
func fail(x syntax.Expr, format string, args ...any) {
	panic(syntax.Faultf(x.Place(), syntax.CodeSemantic, format, args...))
}

func refuse(x syntax.Expr, format string, args ...any) {
	panic(syntax.Faultf(x.Place(), syntax.CodeUnsupported, format, args...))
}

// statements binds lets into the environment and returns the last expression.
// Names of outer may be given again.
func (b *binder) statements(all []syntax.Statement, e, outer *env) syntax.Expr {
	var last syntax.Expr
	for _, s := range all {
		if s.Name == "" {
			last = s.Value
			continue
		}
		for at := e; at != nil && at != outer; at = at.up {
			if at.name == s.Name {
				fail(syntax.At(s.Pos), "A variable with the name '%s' has already been declared: give one of them another name", s.Name)
			}
		}
		up := *e
		*e = env{up: &up, name: s.Name}
		switch v := s.Value.(type) {
		case *syntax.Lambda:
			e.fn, e.within = v, &up
		default:
			if b.isTable(v, &up) {
				e.text, e.within, e.bound = v, &up, &boundText{}
			} else if e.value = b.scalar(v, &scope{env: &up}); s.Type != "" {
				at := syntax.At(s.Pos)
				e.value = b.toType(v, e.value, typeNamed(at, s.Type))
			}
		}
	}
	return last
}

// isTable tells whether an expression is one of rows.
func (b *binder) isTable(x syntax.Expr, e *env) bool {
	switch x := x.(type) {
	case *syntax.Pipe, *syntax.Datatable, *syntax.Print, *syntax.Range, *syntax.Union, *syntax.Search:
		return true
	case *syntax.Ident:
		if found := e.find(x.Name); found != nil {
			return found.text != nil || found.rows != nil || found.fn != nil && found.fn.View
		}
		return b.findTable(x.Name) != nil
	case *syntax.Call:
		if x.Name == "materialize" || x.Name == "table" {
			return true
		}
		if found := e.find(x.Name); found != nil && found.fn != nil {
			return b.givesTable(found)
		}
	}
	return false
}

// givesTable tells whether a function of a let gives rows.
func (b *binder) givesTable(found *env) bool {
	if b.calls++; b.calls > maxCalls {
		panic(syntax.Faultf(int(found.fn.At), syntax.CodeTooMuch, "functions call each other more than %d deep", maxCalls))
	}
	defer func() { b.calls-- }()
	e := *found.within
	inner := &e
	for _, s := range found.fn.Body {
		if s.Name == "" {
			return found.fn.View || b.isTable(s.Value, inner)
		}
		up := *inner
		inner = &env{up: &up, name: s.Name}
		if fn, ok := s.Value.(*syntax.Lambda); ok {
			inner.fn, inner.within = fn, &up
		} else if b.isTable(s.Value, &up) {
			inner.text, inner.within = s.Value, &up
		} else {
			inner.value = rel.Const{T: rel.Long}
		}
	}
	return false
}

func (b *binder) findTable(name string) *catalog.Table {
	for i := range b.tables {
		if b.tables[i].Name == name {
			return &b.tables[i]
		}
	}
	if stated := catalog.Stated(); b.defining != "" && name == stated.Name {
		return &stated
	}
	return nil
}

// column makes a new column of the plan.
func (b *binder) column(name string, x rel.Expr) Column {
	if b.columns++; b.columns > maxMade {
		panic(syntax.Faultf(b.place, syntax.CodeTooMuch, "the query makes more than %d columns when its functions are written out: ask for less at once", maxMade))
	}
	b.names = append(b.names, name)
	return Column{Name: name, Column: rel.Column{ID: b.columns, T: x.Type(), Null: x.Nullable()}}
}

// count counts a node of the plan.
func (b *binder) count(at syntax.Expr) {
	if b.nodes++; b.nodes > maxNodes {
		panic(syntax.Faultf(at.Place(), syntax.CodeTooMuch, "the query is more than %d steps when its functions are written out: ask for less at once", maxNodes))
	}
}

// table binds an expression of rows.
func (b *binder) table(x syntax.Expr, e *env) table {
	b.count(x)
	switch x := x.(type) {
	case *syntax.Pipe:
		before := b.nodes
		t := b.table(x.Source, e)
		for i := range x.Ops {
			b.count(syntax.At(x.Ops[i].Pos))
			switch x.Ops[i].Name {
			case "as":
				done := t
				e = &env{up: e, name: identName(x.Ops[i].Items[0]), rows: &done, weight: b.nodes - before}
				continue
			case "invoke":
				t = b.invoke(t, &x.Ops[i], e, b.nodes-before)
				continue
			}
			if copies := copied(&x.Ops[i]); copies > 1 { // so are the steps below it
				b.nodes += (copies - 1) * (b.nodes - before)
				b.count(syntax.At(x.Ops[i].Pos))
			}
			t = b.operator(t, &x.Ops[i], e)
			if len(t.columns) > maxColumns {
				panic(syntax.Faultf(x.Ops[i].Pos, syntax.CodeTooMuch, "more than %d columns: project those that you need", maxColumns))
			}
		}
		return t
	case *syntax.Ident:
		return b.named(x, e)
	case *syntax.Call:
		return b.tableCall(x, e)
	case *syntax.Datatable:
		return b.datatable(x, e)
	case *syntax.Print:
		t := table{node: &rel.Values{Rows: [][]rel.Const{{}}}}
		return b.print(t, x, e)
	case *syntax.Range:
		return b.rangeOf(x, e)
	case *syntax.Search:
		return b.search(x, nil, e)
	case *syntax.Union:
		return b.union(x, x.Options, x.Tables, nil, e)
	}
	fail(x, "this is a value where there should be a table: begin with the name of one, such as NTANetAnalytics, or with print")
	return table{}
}

func (b *binder) named(x *syntax.Ident, e *env) table {
	if found := e.find(x.Name); found != nil {
		switch {
		case found.rows != nil:
			if b.nodes += found.weight; b.nodes > maxNodes {
				b.count(x)
			}
			return b.fresh(*found.rows)
		case found.text != nil:
			return b.again(x, found)
		case found.fn != nil && len(found.fn.Params) == 0:
			return b.call(x, found, nil, e)
		}
		fail(x, "'%s' is a value where there should be a table", x.Name)
	}
	t := b.findTable(x.Name)
	if t == nil {
		b.unknownTable(x, x.Name, e)
	}
	return b.catalogued(x, t)
}

// again binds a table of a let where it is named, which is one table everywhere.
func (b *binder) again(x syntax.Expr, found *env) table {
	if found.bound == nil {
		return b.table(found.text, found.within)
	}
	if found.bound.t == nil {
		before := b.nodes
		t := b.table(found.text, found.within)
		found.bound.t, found.bound.weight = &t, b.nodes-before
		return t
	}
	if b.nodes += found.bound.weight; b.nodes > maxNodes {
		b.count(x)
	}
	t := b.fresh(*found.bound.t)
	t.ordered = found.bound.t.ordered
	return t
}

func (b *binder) unknownTable(x syntax.Expr, name string, e *env) {
	var names []string
	for _, t := range b.tables {
		names = append(names, t.Name)
	}
	for at := e; at != nil; at = at.up {
		if at.name != "" && (at.text != nil || at.fn != nil || at.rows != nil) {
			names = append(names, at.name)
		}
	}
	fail(x, "Failed to resolve table or column expression named '%s'%s", name, syntax.Nearest(name, names))
}

func (b *binder) tableCall(x *syntax.Call, e *env) table {
	switch x.Name {
	case "materialize":
		if len(x.Args) != 1 {
			fail(x, "materialize() takes one table")
		}
		return b.table(x.Args[0], e)
	case "table":
		if len(x.Args) == 1 {
			if l, ok := x.Args[0].(*syntax.Literal); ok && l.Type == "string" {
				name, _ := l.Value.(string)
				return b.named(&syntax.Ident{At: x.At, Name: name}, e)
			}
		}
		fail(x, "table() takes the name of a table in quotes")
	}
	found := e.find(x.Name)
	if found == nil || found.fn == nil {
		b.unknownTable(x, x.Name, e)
	}
	return b.call(x, found, x.Args, e)
}

// call binds a function of a let that gives rows.
func (b *binder) call(x syntax.Expr, found *env, args []syntax.Expr, e *env) table {
	if b.calls++; b.calls > maxCalls {
		panic(syntax.Faultf(x.Place(), syntax.CodeTooMuch, "functions call each other more than %d deep", maxCalls))
	}
	defer func() { b.calls-- }()
	inner := b.arguments(x, found, args, &scope{env: e})
	last := b.statements(found.fn.Body, inner, found.within)
	return b.table(last, inner)
}

// arguments returns the environment of a function's body.
func (b *binder) arguments(x syntax.Expr, found *env, args []syntax.Expr, s *scope) *env {
	fn := found.fn
	if len(args) > len(fn.Params) {
		fail(x, "'%s' takes %d arguments, not %d", found.name, len(fn.Params), len(args))
	}
	inner := &env{up: found.within}
	for i, p := range fn.Params {
		var text syntax.Expr
		switch {
		case i < len(args):
			text = args[i]
		case p.Default != nil:
			text = p.Default
		default:
			fail(x, "'%s' takes an argument '%s: %s'", found.name, p.Name, p.Type)
		}
		if n, ok := text.(*syntax.Named); ok {
			text = n.X
		}
		one := &env{up: inner, name: p.Name}
		if bound, ok := text.(*boundTable); ok {
			b.fits(x, *bound.t, p)
			one.rows, one.weight = bound.t, bound.weight
		} else if p.Type == "table" {
			if !b.isTable(text, s.env) {
				fail(text, "'%s' takes a table as '%s'", found.name, p.Name)
			}
			if len(p.Columns) > 0 {
				b.fits(text, b.table(text, s.env), p)
			}
			one.text, one.within = text, s.env
		} else {
			one.value = b.toType(text, b.scalar(text, s), typeNamed(text, p.Type))
		}
		inner = one
	}
	out := *inner
	return &out
}

func (b *binder) datatable(x *syntax.Datatable, e *env) table {
	values := &rel.Values{}
	out := table{node: values}
	for _, c := range x.Columns {
		column := b.column(c.Name, rel.Column{T: typeNamed(syntax.At(c.Pos), c.Type), Null: true})
		out.columns = append(out.columns, column)
		values.Columns = append(values.Columns, column.Column)
	}
	b.unique(x, out.columns)
	for i, v := range x.Values {
		if i%len(x.Columns) == 0 {
			b.count(v)
			values.Rows = append(values.Rows, nil)
		}
		want := out.columns[i%len(x.Columns)].T
		c, ok := b.toType(v, b.scalar(v, &scope{env: e}), want).(rel.Const)
		if !ok {
			fail(v, "a datatable has constants alone: use extend for what is computed")
		}
		row := &values.Rows[len(values.Rows)-1]
		*row = append(*row, c)
	}
	sharpen(values, out.columns)
	return out
}

func (b *binder) unique(x syntax.Expr, columns []Column) {
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[c.Name] {
			fail(x, "A column with the name '%s' is already declared: give one of them another name", c.Name)
		}
		seen[c.Name] = true
	}
}

func typeNamed(x syntax.Expr, name string) rel.Type {
	switch name {
	case "bool":
		return rel.Bool
	case "int":
		return rel.Int
	case "long":
		return rel.Long
	case "real":
		return rel.Real
	case "string":
		return rel.String
	case "datetime":
		return rel.DateTime
	case "timespan":
		return rel.Timespan
	case "guid":
		return rel.GUID
	case "dynamic":
		return rel.Dynamic
	case "decimal":
		return rel.Decimal
	}
	refuse(x, "type '%s' is not supported by Weir", name)
	return 0
}

// TypeName returns the name of a type in KQL.
func TypeName(t rel.Type) string {
	names := [...]string{
		rel.Bool: "bool", rel.Int: "int", rel.Long: "long", rel.Real: "real", rel.String: "string",
		rel.DateTime: "datetime", rel.Timespan: "timespan", rel.GUID: "guid", rel.Dynamic: "dynamic",
		rel.Decimal: "decimal", rel.Instant: "datetime",
	}
	return names[t]
}
