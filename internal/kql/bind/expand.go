package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// legacyRows is how many rows mvexpand makes of one.
const legacyRows = 128

func (b *binder) expand(t table, op *syntax.Operator, s *scope) table {
	entries := rel.Entries
	kind := option(op.Options, "kind") + option(op.Options, "bagexpansion")
	if kind == "array" {
		entries = rel.EntriesPair
	} else if kind != "" && kind != "bag" {
		fail(syntax.At(op.Pos), "mv-expand expands bags as bag or array, not as '%s'", kind)
	}
	most := int64(0)
	if op.Name == "mvexpand" {
		most = legacyRows
	}
	if op.Limit != nil {
		most = b.number(op.Limit, s)
	}
	columns := append([]Column(nil), t.columns...)
	before := &rel.Project{In: t.node, Items: pass(t.columns)}
	unnest := &rel.Unnest{In: before}
	converted := map[int]rel.Expr{}
	index := option(op.Options, "with_itemindex")
	if index != "" {
		c := b.column(newNamer(t.columns).free(index), rel.Column{T: rel.Long})
		columns = append(columns, c)
		unnest.Items = append(unnest.Items, rel.Item{ID: c.ID})
	}
	var longest []rel.Expr
	for _, e := range op.Expands {
		name, x := autoName(e.X), e.X
		if named, ok := e.X.(*syntax.Named); ok {
			name, x = named.Names[0], named.X
		}
		v := b.scalar(x, s)
		if v.Type() != rel.Dynamic {
			fail(x, "mv-expand takes a dynamic, not a %s: split() or parse_json() makes one", TypeName(v.Type()))
		}
		if _, ok := v.(rel.Column); !ok { // the list is written more than once
			c := b.column("", v)
			before.Items = append(before.Items, rel.Item{ID: c.ID, X: v})
			v = c.Column
		}
		list := call(entries, rel.Dynamic, false, v)
		if most > 0 {
			list = call(rel.Slice, rel.Dynamic, false, list, long1(most))
		}
		raw := b.column(name, rel.Column{T: rel.Dynamic, Null: true})
		unnest.Items = append(unnest.Items, rel.Item{ID: raw.ID, X: list})
		longest = append(longest, call(rel.Entered, rel.Long, false, list))
		out := raw
		if e.To != "" && e.To != "dynamic" {
			value := b.convert(x, raw.Column, typeNamed(x, e.To))
			out = b.column(name, value)
			converted[out.ID] = value
		}
		put := false
		for i := range columns {
			if columns[i].Name == name && !put {
				columns[i], put = out, true
			}
		}
		if !put {
			if out.Name == "" {
				out.Name = newNamer(columns).free("")
			}
			columns = append(columns, out)
		}
	}
	if index != "" {
		unnest.Items[0].X = call(rel.Numbers, rel.Dynamic, false, long1(0), b.arithmetic(syntax.At(op.Pos), "-", call(rel.Greatest, rel.Long, false, longest...), long1(1)))
	}
	items := pass(columns)
	for i := range items {
		if v, ok := converted[items[i].ID]; ok {
			items[i].X = v
		}
	}
	return table{node: &rel.Project{In: unnest, Items: items}, columns: columns}
}

// nested binds top-nested: the best of each level within the level above.
func (b *binder) nested(t table, op *syntax.Operator, s *scope) table {
	var out table
	var order []rel.Key
	var keys []rel.Expr // over t
	var keyNames []string
	for level, clause := range op.Nested {
		if clause.With != nil && level < len(op.Nested)-1 {
			refuse(clause.With, "'with others' is supported by Weir in the last clause alone")
		}
		name, x := autoName(clause.Of), clause.Of
		if named, ok := clause.Of.(*syntax.Named); ok {
			name, x = named.Names[0], named.X
		}
		key := b.scalar(x, s)
		b.key(x, key)
		if name == "" {
			name = newNamer(out.columns).free("")
		}
		keys, keyNames = append(keys, key), append(keyNames, name)
		byName, by := "aggregated_"+name, clause.By
		if named, ok := clause.By.(*syntax.Named); ok {
			byName, by = named.Names[0], named.X
		}
		agg := &rel.Aggregate{In: t.node}
		this := table{node: agg}
		for i, k := range keys {
			c := b.column(keyNames[i], k)
			this.columns = append(this.columns, c)
			agg.Keys = append(agg.Keys, rel.Item{ID: c.ID, X: k})
		}
		inner := *s
		inner.aggregating = true
		v := b.scalar(by, &inner)
		measure := b.column(byName, v)
		agg.Aggs = []rel.Item{{ID: measure.ID, X: v}}
		rank := rel.Key{X: measure.Column, Asc: clause.Asc, NullsFirst: clause.Asc}
		if clause.Count != nil {
			place := b.column("", rel.Column{T: rel.Long})
			r := &rel.Rank{In: agg, ID: place.ID, Keys: []rel.Key{rank, {X: this.columns[level].Column, Asc: true}}}
			for _, c := range this.columns[:level] {
				r.By = append(r.By, c.Column)
			}
			this.node = &rel.Filter{In: r, Cond: call(rel.Le, rel.Bool, false, place.Column, long1(b.number(clause.Count, s)))}
		}
		if clause.With != nil {
			this = b.others(t, this, keys, v, clause, s)
			measure = this.columns[len(this.columns)-1]
			this.columns = this.columns[:level+1]
			rank.X = measure.Column
			measure.Name = byName
		}
		order = append(order, rank)
		last := this.columns[level]
		if level == 0 {
			out = table{node: this.node, columns: []Column{last, measure}}
			continue
		}
		join := &rel.Join{Kind: rel.Inner, L: out.node, R: this.node}
		for i := range level {
			join.On = append(join.On, rel.Pair{L: out.columns[2*i].Column, R: this.columns[i].Column})
		}
		out.node, out.columns = join, append(out.columns, last, measure)
	}
	b.unique(syntax.At(op.Pos), out.columns)
	out.node = &rel.Sort{In: out.node, Keys: order}
	return out
}

// others adds to the best of the last level a row of all that is not among them.
func (b *binder) others(t, best table, keys []rel.Expr, measure rel.Expr, clause syntax.Nest, s *scope) table {
	last := len(keys) - 1
	hit := b.column("", rel.Column{T: rel.Long, Null: true})
	marked := &rel.Project{In: best.node, Items: append(pass(best.columns), rel.Item{ID: hit.ID, X: long1(1)})}
	join := &rel.Join{Kind: rel.Left, L: t.node, R: marked}
	for i, k := range keys {
		join.On = append(join.On, rel.Pair{L: k, R: best.columns[i].Column})
	}
	name := b.toType(clause.With, b.scalar(clause.With, &scope{env: s.env}), keys[last].Type())
	key := call(rel.If, keys[last].Type(), true, call(rel.IsNull, rel.Bool, false, hit.Column), name, keys[last])
	agg := &rel.Aggregate{In: join}
	out := table{node: agg}
	for i, k := range keys {
		if i == last {
			k = key
		}
		c := b.column(best.columns[i].Name, k)
		out.columns = append(out.columns, c)
		agg.Keys = append(agg.Keys, rel.Item{ID: c.ID, X: k})
	}
	c := b.column("", measure)
	out.columns = append(out.columns, c)
	agg.Aggs = []rel.Item{{ID: c.ID, X: measure}}
	return out
}
