package bind

import (
	"fmt"
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func names(columns []Column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return all
}

// pass is the items that leave columns as they are.
func pass(columns []Column) []rel.Item {
	items := make([]rel.Item, len(columns))
	for i, c := range columns {
		items[i] = rel.Item{ID: c.ID, X: c.Column}
	}
	return items
}

// operator binds an operator, and tells whether its rows have an order.
func (b *binder) operator(t table, op *syntax.Operator, e *env) table {
	out := b.operate(t, op, e)
	switch op.Name {
	case "sort", "top", "serialize", "top-hitters", "getschema":
		out.ordered = true
	case "where", "extend", "project", "project-away", "project-keep", "project-rename", "project-reorder", "parse", "parse-where", "parse-kv",
		"mv-expand", "take", "render", "assert-schema", "scan":
		out.ordered = t.ordered
	default:
		out.ordered = false
	}
	return out
}

func (b *binder) operate(t table, op *syntax.Operator, e *env) table {
	at := syntax.At(op.Pos)
	s := &scope{env: e, columns: t.columns, serial: newSerial(t)}
	switch op.Name {
	case "where":
		return b.where(t, op.Items[0], s)
	case "extend":
		return b.extend(t, op.Items, s)
	case "serialize":
		t.ordered = true
		s.serial = newSerial(t)
		return b.extend(t, op.Items, s)
	case "project":
		return b.project(t, op.Items, s)
	case "project-away", "project-keep", "project-reorder":
		return b.choose(t, op)
	case "project-rename":
		return b.rename(t, op)
	case "summarize":
		return b.summarize(t, op, s)
	case "distinct":
		return b.distinct(t, op, s)
	case "sort":
		t.node = &rel.Sort{In: t.node, Keys: steady(t, b.keys(op.Order, s))}
		return t
	case "top":
		t.node = &rel.Limit{In: &rel.Sort{In: t.node, Keys: steady(t, b.keys(op.Order, s))}, N: b.number(op.Count, s)}
		return t
	case "sample", "sample-distinct", "top-hitters":
		return b.sampled(t, op, s)
	case "scan":
		return b.stepped(t, op, s)
	case "evaluate":
		return b.evaluate(t, op, s)
	case "search":
		return b.search(op.Search, &t, e)
	case "mv-apply":
		return b.mvApply(t, op, s)
	case "partition":
		return b.partition(t, op, s)
	case "assert-schema":
		return b.asserted(t, op)
	case "consume":
		t.node = &rel.Limit{In: t.node}
		return t
	case "take":
		t.node = &rel.Limit{In: t.node, N: b.number(op.Count, s)}
		return t
	case "count":
		c := b.column("Count", rel.Column{T: rel.Long})
		return table{node: &rel.Aggregate{In: t.node, Aggs: []rel.Item{{ID: c.ID, X: call(rel.Count, rel.Long, false)}}}, columns: []Column{c}}
	case "getschema":
		return b.schema(t)
	case "join", "lookup":
		return b.join(t, op, s)
	case "union":
		return b.union(at, op.Options, op.Tables, &t, e)
	case "mv-expand", "mvexpand":
		return b.expand(t, op, s)
	case "top-nested":
		return b.nested(t, op, s)
	case "parse", "parse-where":
		return b.parse(t, op, s)
	case "make-series":
		return b.makeSeries(t, op, s)
	case "parse-kv":
		return b.parseKV(t, op, s)
	case "render":
		b.chart, b.drawing = identName(op.Items[0]), op.Drawing
		return t
	}
	refuse(at, "'%s' is not supported by Weir (docs/reference/kql.md lists what is)", op.Name)
	return t
}

func (b *binder) where(t table, x syntax.Expr, s *scope) table {
	cond := b.scalar(x, s)
	if t := cond.Type(); t != rel.Bool {
		if _, choice := x.(*syntax.Call); t != rel.Dynamic || !choice {
			fail(x, "a condition is true or false, and this is a %s: compare it with something", TypeName(t))
		}
		cond = b.toBool(cond)
	}
	if c, ok := cond.(rel.Const); ok && c.Value == true {
		return t
	}
	if s.serial != nil && s.serial.node != nil {
		t.node = &rel.Sort{In: &rel.Filter{In: s.serial.node, Cond: plain(cond)}, Keys: []rel.Key{{X: s.serial.place, Asc: true}}}
		return t
	}
	if sort, ok := t.node.(*rel.Sort); ok { // the rows that stay are sorted alone
		t.node = &rel.Sort{In: &rel.Filter{In: sort.In, Cond: plain(cond)}, Keys: sort.Keys}
		return t
	}
	t.node = &rel.Filter{In: t.node, Cond: plain(cond)}
	return t
}

// plain spares what tells false from NULL where a row is left out for both, so
// that the engine sees conditions that it can look up.
func plain(x rel.Expr) rel.Expr {
	c, ok := x.(rel.Call)
	if !ok {
		return x
	}
	switch c.Op {
	case rel.And, rel.Or:
		c.Args = []rel.Expr{plain(c.Args[0]), plain(c.Args[1])}
	case rel.EqOne, rel.EqBoth:
		c.Op = rel.Eq
	case rel.InOne:
		c.Op = rel.In
	}
	return c
}

func (b *binder) extend(t table, items []syntax.Expr, s *scope) table {
	t, items = b.spread(t, items, s)
	out := append([]Column(nil), t.columns...)
	all := map[int]rel.Expr{}
	n := newNamer(t.columns)
	declared := map[string]bool{}
	put := func(name string, v rel.Expr) {
		c := b.column(name, v)
		all[c.ID] = v
		for i := range out {
			if out[i].Name == name {
				out[i] = c
				return
			}
		}
		out = append(out, c)
	}
	for _, item := range items {
		switch x := item.(type) {
		case *syntax.Named:
			if x.Tuple {
				givesSeveral(x)
			}
			v := b.scalar(x.X, s)
			for i, name := range x.Names {
				if declared[name] {
					fail(x, "A column with the name '%s' is already declared: give one of them another name", name)
				}
				declared[name] = true
				if x.Tuple {
					put(name, dynamicAt(v, long1(int64(i))))
				} else {
					put(name, v)
				}
			}
		default:
			name := nameOf(item, s)
			if name == "" {
				name = n.free("")
			}
			put(name, b.scalar(item, s))
		}
	}
	list := make([]rel.Item, len(out))
	for i, c := range out {
		list[i] = rel.Item{ID: c.ID, X: c.Column}
		if v, ok := all[c.ID]; ok {
			list[i].X = v
		}
	}
	return table{node: s.serial.again(&rel.Project{In: s.serial.done(t.node), Items: list}), columns: out}
}

// givesSeveral refuses names for what does not give so many values.
func givesSeveral(x *syntax.Named) {
	c, ok := x.X.(*syntax.Call)
	if !ok || !strings.HasPrefix(c.Name, "array_sort_") || len(x.Names) > len(c.Args) {
		fail(x, "several names are for what gives several values, as array_sort_asc() of several lists does")
	}
	if len(x.Names) < 2 {
		refuse(x, "one name for several values is not supported by Weir: give each of them one")
	}
}

func (b *binder) project(t table, items []syntax.Expr, s *scope) table {
	t, items = b.spread(t, items, s)
	out := table{}
	project := &rel.Project{In: t.node}
	n := newNamer(nil)
	for _, item := range items {
		name, x := "", item
		switch given := item.(type) {
		case *syntax.Named:
			if given.Tuple {
				givesSeveral(given)
				refuse(item, "several names of one value are not supported by Weir in project: use extend")
			}
			name, x = n.declare(item, given.Names[0]), given.X
		case *syntax.Ident:
			name = n.declare(item, given.Name)
		default:
			name = n.free(nameOf(item, s))
		}
		v := b.scalar(x, s)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		project.Items = append(project.Items, rel.Item{ID: c.ID, X: v})
	}
	project.In = s.serial.done(t.node)
	out.node = s.serial.again(project)
	return out
}

func (b *binder) print(t table, x *syntax.Print, e *env) table {
	project := &rel.Project{In: t.node}
	out := table{node: project}
	s := &scope{env: e}
	n := newNamer(nil)
	for i, item := range x.Items {
		name, value := "", item
		if named, ok := item.(*syntax.Named); ok {
			if named.Tuple {
				givesSeveral(named)
				refuse(item, "several names of one value are not supported by Weir in print: use extend")
			}
			name, value = n.declare(item, named.Names[0]), named.X
		} else {
			name = n.free(fmt.Sprintf("print_%d", i))
		}
		v := b.scalar(value, s)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		project.Items = append(project.Items, rel.Item{ID: c.ID, X: v})
	}
	return out
}

func (b *binder) number(x syntax.Expr, s *scope) int64 {
	c, ok := b.scalar(x, &scope{env: s.env}).(rel.Const)
	n, whole := c.Value.(int64)
	if !ok || !whole || n < 0 || !isWhole(c.T) {
		fail(x, "this is a number of rows, and a constant")
	}
	return n
}

func (b *binder) keys(orders []syntax.Order, s *scope) []rel.Key {
	keys := make([]rel.Key, len(orders))
	for i, o := range orders {
		x := o.X
		if n, ok := x.(*syntax.Named); ok {
			x = n.X
		}
		v := b.scalar(x, s)
		if v.Type() == rel.Dynamic {
			fail(x, "rows cannot be sorted by a dynamic: say what it is, with tostring() or tolong()")
		}
		keys[i] = rel.Key{X: sortable(v), Asc: o.Asc, NullsFirst: o.NullsFirst}
	}
	return keys
}

// steady sorts groups that are equal in all else by what they are of, so that the
// same question has the same answer.
func steady(t table, keys []rel.Key) []rel.Key {
	if agg, ok := t.node.(*rel.Aggregate); ok {
		for _, c := range t.columns {
			for _, k := range agg.Keys {
				if k.ID == c.ID {
					keys = append(keys, rel.Key{X: c.Column, Asc: true, NullsFirst: true})
				}
			}
		}
	}
	return keys
}

func (b *binder) distinct(t table, op *syntax.Operator, s *scope) table {
	agg := &rel.Aggregate{In: t.node}
	out := table{node: agg}
	n := newNamer(nil)
	add := func(x syntax.Expr, name string, v rel.Expr) {
		b.key(x, v)
		c := b.column(name, v)
		out.columns = append(out.columns, c)
		agg.Keys = append(agg.Keys, rel.Item{ID: c.ID, X: v})
	}
	for _, item := range op.Items {
		if _, ok := item.(*syntax.Star); ok {
			for _, c := range t.columns {
				add(item, c.Name, c.Column)
			}
			continue
		}
		name, x := autoName(item), item
		if named, ok := item.(*syntax.Named); ok {
			name, x = named.Names[0], named.X
		}
		add(item, n.free(name), b.scalar(x, s))
	}
	return out
}

// key refuses what rows cannot be grouped by.
func (b *binder) key(x syntax.Expr, v rel.Expr) {
	if v.Type() == rel.Dynamic {
		panic(syntax.Faultf(x.Place(), "KS116", "rows cannot be grouped by a dynamic: say what it is, with tostring() or tolong()"))
	}
}

// schema is the columns of a table as a table.
func (b *binder) schema(t table) table {
	values := &rel.Values{}
	out := table{node: values}
	for _, name := range []string{"ColumnName", "ColumnOrdinal", "DataType", "ColumnType"} {
		c := b.column(name, rel.Column{T: rel.String})
		if name == "ColumnOrdinal" {
			c.T = rel.Long
		}
		out.columns = append(out.columns, c)
		values.Columns = append(values.Columns, c.Column)
	}
	data := map[rel.Type]string{
		rel.Bool: "System.SByte", rel.Int: "System.Int32", rel.Long: "System.Int64", rel.Real: "System.Double", rel.String: "System.String",
		rel.DateTime: "System.DateTime", rel.Timespan: "System.TimeSpan", rel.GUID: "System.Guid", rel.Dynamic: "System.Object",
		rel.Decimal: "System.Data.SqlTypes.SqlDecimal", rel.Instant: "System.DateTime",
	}
	for i, c := range t.columns {
		values.Rows = append(values.Rows, []rel.Const{
			{T: rel.String, Value: c.Name},
			{T: rel.Long, Value: int64(i)},
			{T: rel.String, Value: data[c.T]},
			{T: rel.String, Value: TypeName(c.T)},
		})
	}
	return out
}
