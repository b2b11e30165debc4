package bind

import (
	"encoding/json"
	"slices"
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// maxFound is the most columns that the data may make.
const maxFound = 500

// evaluate binds plugins.
func (b *binder) evaluate(t table, op *syntax.Operator, s *scope) table {
	x, _ := op.Items[0].(*syntax.Call)
	switch x.Name {
	case "bag_unpack":
		return b.bagUnpack(t, op, x, s)
	case "pivot":
		return b.pivot(t, op, x, s)
	case "ipv4_lookup":
		return b.ipv4Lookup(t, op, x, s)
	}
	return b.narrow(t)
}

// look asks the store for what the columns of an answer depend on.
func (b *binder) look(x syntax.Expr, n rel.Node, columns ...Column) [][]string {
	if b.options.Look == nil {
		refuse(x, "the columns depend on the data: say which they are, behind a colon, such as : (a: long, b: string)")
	}
	list := make([]rel.Column, len(columns))
	for i, c := range columns {
		list[i] = c.Column
	}
	sql, err := rel.Print(&rel.Limit{In: n, N: maxFound + 1}, list)
	if err != nil {
		panic(syntax.Faultf(x.Place(), syntax.CodeTooMuch, "%v", err))
	}
	rows, err := b.options.Look(sql)
	if err != nil {
		panic(lookFault{err})
	}
	if len(rows) > maxFound {
		panic(syntax.Faultf(x.Place(), syntax.CodeTooMuch, "this makes more than %d columns: ask for fewer values, or say which columns, behind a colon", maxFound))
	}
	return rows
}

// lookFault is an error of the store, which is none of the query.
type lookFault struct{ error }

// bagUnpack makes columns of the properties of a bag.
func (b *binder) bagUnpack(t table, op *syntax.Operator, x *syntax.Call, s *scope) table {
	if len(x.Args) == 0 {
		fail(x, "bag_unpack takes the column of the bags")
	}
	bag, ok := find(t.columns, identName(x.Args[0]))
	if !ok || bag.T != rel.Dynamic {
		fail(x.Args[0], "bag_unpack takes the name of a dynamic column%s", syntax.Nearest(identName(x.Args[0]), names(t.columns)))
	}
	prefix, conflict := "", "error"
	ignored := map[string]bool{}
	for i, a := range x.Args[1:] {
		name := []string{"OutputColumnPrefix", "columnsConflict", "ignoredProperties"}[min(i, 2)]
		if n, ok := a.(*syntax.Named); ok {
			name, a = n.Names[0], n.X
		}
		c, ok := b.scalar(a, &scope{env: s.env}).(rel.Const)
		text, isText := c.Value.(string)
		if !ok || !isText {
			fail(a, "'%s' of bag_unpack is a constant", name)
		}
		switch name {
		case "OutputColumnPrefix":
			prefix = text
		case "columnsConflict":
			conflict = text
		case "ignoredProperties":
			var list []string
			if err := json.Unmarshal([]byte(text), &list); err != nil {
				fail(a, "ignoredProperties are a list of names: %v", err)
			}
			for _, p := range list {
				ignored[p] = true
			}
		default:
			fail(a, "bag_unpack knows OutputColumnPrefix, columnsConflict and ignoredProperties, not '%s'", name)
		}
	}
	project := &rel.Project{In: t.node}
	out := table{node: project}
	put := func(name string, v rel.Expr) {
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		project.Items = append(project.Items, rel.Item{ID: c.ID, X: v})
	}
	taken := func(name string) bool {
		c, ok := find(t.columns, name)
		return ok && c.ID != bag.ID
	}
	keep := func(except map[string]bool) {
		for _, c := range t.columns {
			if c.ID != bag.ID && !except[c.Name] {
				put(c.Name, c.Column)
			}
		}
	}
	if op.Columns != nil {
		if op.Star {
			keep(nil)
		}
		for _, p := range op.Columns {
			at := syntax.At(p.Pos)
			if c, _ := find(t.columns, p.Name); taken(p.Name) {
				if !op.Star {
					put(p.Name, b.toType(at, c.Column, typeNamed(at, p.Type)))
				}
				continue
			}
			put(p.Name, b.convert(at, property(at, bag.Column, word1(strings.TrimPrefix(p.Name, prefix))), typeNamed(at, p.Type)))
		}
		b.unique(x, out.columns)
		return out
	}
	found := b.properties(t, x, bag)
	replaced := map[string]bool{}
	for _, f := range found {
		if name := prefix + f.name; taken(name) && !ignored[f.name] {
			if conflict == "error" {
				fail(x, "there is a column '%s' already: write columnsConflict='replace_source' or 'keep_source'", name)
			}
			replaced[name] = conflict == "replace_source"
		}
	}
	keep(replaced)
	for _, f := range found {
		if ignored[f.name] || taken(prefix+f.name) && !replaced[prefix+f.name] {
			continue
		}
		put(prefix+f.name, b.convert(x, property(x, bag.Column, word1(f.name)), f.t))
	}
	return out
}

// foundProperty is a property of the bags of a column.
type foundProperty struct {
	name string
	t    rel.Type
}

// properties asks which properties the bags of a column have, by name.
func (b *binder) properties(t table, x syntax.Expr, bag Column) []foundProperty {
	entry := b.column("", rel.Column{T: rel.Dynamic, Null: true})
	kind := call(rel.JSONType, rel.String, false, bag.Column)
	bags := &rel.Filter{In: t.node, Cond: b.compare(x, "==", kind, word1("OBJECT"))}
	entries := &rel.Unnest{In: bags, Items: []rel.Item{{ID: entry.ID, X: call(rel.EntriesPair, rel.Dynamic, false, bag.Column)}}}
	name := b.column("", rel.Column{T: rel.String})
	is := b.column("", rel.Column{T: rel.String})
	distinct := &rel.Aggregate{In: entries, Keys: []rel.Item{
		{ID: name.ID, X: b.toText(dynamicAt(entry.Column, long1(0)))},
		{ID: is.ID, X: call(rel.JSONType, rel.String, false, dynamicAt(entry.Column, long1(1)))},
	}}
	var all []foundProperty
	for _, row := range b.look(x, &rel.Sort{In: distinct, Keys: []rel.Key{{X: name.Column, Asc: true}, {X: is.Column, Asc: true}}}, name, is) {
		t, known := map[string]rel.Type{"BIGINT": rel.Long, "UBIGINT": rel.Long, "DOUBLE": rel.Real, "VARCHAR": rel.String, "BOOLEAN": rel.Bool, "NULL": 0}[row[1]]
		if !known {
			t = rel.Dynamic
		}
		if strings.ContainsAny(row[0], `"\`) {
			continue // no name of a property that Weir reads
		}
		if n := len(all); n > 0 && all[n-1].name == row[0] {
			switch before := &all[n-1]; {
			case before.t == 0:
				before.t = t
			case t == 0 || before.t == t:
			case isNumber(t) && isNumber(before.t):
				before.t = rel.Real
			default:
				before.t = rel.Dynamic
			}
			continue
		}
		all = append(all, foundProperty{row[0], t})
	}
	for i := range all {
		if all[i].t == 0 {
			all[i].t = rel.Dynamic
		}
	}
	return all
}

// pivot makes a column of each value of a column.
func (b *binder) pivot(t table, op *syntax.Operator, x *syntax.Call, s *scope) table {
	if len(x.Args) == 0 {
		fail(x, "pivot takes the column whose values become columns")
	}
	by, ok := find(t.columns, identName(x.Args[0]))
	if !ok {
		fail(x.Args[0], "pivot takes the name of a column%s", syntax.Nearest(identName(x.Args[0]), names(t.columns)))
	}
	measure := &syntax.Call{At: x.At, Name: "count"}
	rest := x.Args[1:]
	if len(rest) > 0 {
		if c, ok := rest[0].(*syntax.Call); ok {
			measure, rest = c, rest[1:]
		}
	}
	used := map[string]bool{by.Name: true}
	for _, a := range measure.Args {
		used[identName(a)] = true
	}
	keys := slices.DeleteFunc(slices.Clone(t.columns), func(c Column) bool { return used[c.Name] })
	if len(rest) > 0 {
		keys = nil
		for _, a := range rest {
			c, ok := find(t.columns, identName(a))
			if !ok {
				fail(a, "pivot takes names of columns%s", syntax.Nearest(identName(a), names(t.columns)))
			}
			keys = append(keys, c)
		}
	}
	inner := *s
	inner.aggregating, inner.serial = true, nil
	v := b.scalar(measure, &inner)
	cells := &rel.Aggregate{In: t.node}
	final := &rel.Aggregate{In: cells}
	out := table{node: final}
	for _, k := range keys {
		b.key(x, k.Column)
		c, key := b.column("", k.Column), b.column(k.Name, k.Column)
		cells.Keys = append(cells.Keys, rel.Item{ID: c.ID, X: k.Column})
		final.Keys = append(final.Keys, rel.Item{ID: key.ID, X: c.Column})
		out.columns = append(out.columns, key)
	}
	text, cell := b.column("", rel.Column{T: rel.String}), b.column("", v)
	cell.Null = true
	cells.Keys = append(cells.Keys, rel.Item{ID: text.ID, X: b.toText(by.Column)})
	cells.Aggs = []rel.Item{{ID: cell.ID, X: v}}
	n := newNamer(out.columns)
	put := func(value string, t rel.Type) {
		one := call(rel.AnyIf, cell.T, true, cell.Column, b.compare(x, "==", text.Column, word1(value)))
		switch {
		case isNumber(cell.T) || cell.T == rel.Timespan:
			one = call(rel.First, cell.T, false, one, rel.Const{T: rel.Long, Value: int64(0)})
		case cell.T == rel.String:
			one = call(rel.Text, rel.String, false, one)
		}
		one = b.convert(x, one, t)
		c := b.column(n.free(value), one)
		out.columns = append(out.columns, c)
		final.Aggs = append(final.Aggs, rel.Item{ID: c.ID, X: one})
	}
	if op.Columns != nil {
		for _, p := range op.Columns {
			at := syntax.At(p.Pos)
			if c, ok := find(out.columns, p.Name); ok {
				if c.T != typeNamed(at, p.Type) {
					fail(at, "'%s' is a %s", p.Name, TypeName(c.T))
				}
				continue
			}
			put(p.Name, typeNamed(at, p.Type))
		}
		return out
	}
	value := b.column("", rel.Column{T: rel.String})
	distinct := &rel.Aggregate{In: t.node, Keys: []rel.Item{{ID: value.ID, X: b.toText(by.Column)}}}
	for _, row := range b.look(x, &rel.Sort{In: distinct, Keys: []rel.Key{{X: value.Column, Asc: true}}}, value) {
		put(row[0], cell.T)
	}
	return out
}

// narrow makes a row of each cell.
func (b *binder) narrow(t table) table {
	number := b.column("", rel.Column{T: rel.Long})
	ranked := &rel.Rank{In: t.node, ID: number.ID}
	u := &rel.Unnest{In: ranked}
	name := b.column("Column", rel.Column{T: rel.Dynamic})
	value := b.column("Value", rel.Column{T: rel.Dynamic})
	titles, cells := make([]rel.Expr, len(t.columns)), make([]rel.Expr, len(t.columns))
	for i, c := range t.columns {
		titles[i], cells[i] = b.toDynamic(word1(c.Name)), call(rel.JSONOf, rel.Dynamic, false, b.toText(c.Column))
	}
	list := func(items []rel.Expr) rel.Expr {
		return call(rel.Entries, rel.Dynamic, false, call(rel.ListOf, rel.Dynamic, false, items...))
	}
	u.Items = []rel.Item{{ID: name.ID, X: list(titles)}, {ID: value.ID, X: list(cells)}}
	project := &rel.Project{In: u}
	out := table{node: project}
	for _, c := range []struct {
		name string
		v    rel.Expr
	}{{"Row", b.arithmetic(syntax.At(0), "-", number.Column, long1(1))}, {"Column", b.toText(name.Column)}, {"Value", b.toText(value.Column)}} {
		made := b.column(c.name, c.v)
		out.columns = append(out.columns, made)
		project.Items = append(project.Items, rel.Item{ID: made.ID, X: c.v})
	}
	return out
}

// invoke binds a function of a let whose first argument is the table before it.
func (b *binder) invoke(t table, op *syntax.Operator, e *env, weight int) table {
	x, ok := op.Items[0].(*syntax.Call)
	if !ok {
		fail(op.Items[0], "invoke takes a function with its arguments, such as f()")
	}
	found := e.find(x.Name)
	if found == nil || found.fn == nil {
		b.unknownTable(x, x.Name, e)
	}
	if len(found.fn.Params) == 0 || found.fn.Params[0].Type != "table" {
		fail(x, "'%s' takes no table as its first argument: declare it as (T: (*))", x.Name)
	}
	return b.call(x, found, append([]syntax.Expr{&boundTable{x.At, &t, weight}}, x.Args...), e)
}

// boundTable is a table in the place of an argument that was bound already.
type boundTable struct {
	syntax.At
	t      *table
	weight int
}

// fits refuses a table that lacks columns of a parameter.
func (b *binder) fits(x syntax.Expr, t table, p syntax.Param) {
	for _, want := range p.Columns {
		at := syntax.At(want.Pos)
		c, ok := find(t.columns, want.Name)
		if !ok {
			fail(x, "the table '%s' has no column '%s'%s", p.Name, want.Name, syntax.Nearest(want.Name, names(t.columns)))
		}
		if c.T != typeNamed(at, want.Type) {
			fail(x, "'%s' of the table '%s' is a %s, and the function takes a %s", c.Name, p.Name, TypeName(c.T), want.Type)
		}
	}
}
