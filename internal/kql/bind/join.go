package bind

import (
	"slices"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func option(options map[string]syntax.Expr, name string) string {
	x, ok := options[name]
	if !ok {
		return ""
	}
	if l, ok := x.(*syntax.Literal); ok {
		text, _ := l.Value.(string)
		return text
	}
	return identName(x)
}

func (b *binder) join(l table, op *syntax.Operator, s *scope) table {
	at := syntax.At(op.Pos)
	r := b.table(op.Tables[0], s.env)
	kind := option(op.Options, "kind")
	if op.Name == "lookup" && kind == "" {
		kind = "leftouter"
	}
	if op.Name == "lookup" && kind != "leftouter" && kind != "inner" {
		fail(at, "'%s' is no kind of lookup: leftouter or inner", kind)
	}
	if kind == "rightsemi" || kind == "rightanti" || kind == "rightantisemi" {
		return b.semi(r, l, op, s, kind == "rightsemi", true)
	}
	switch kind {
	case "leftsemi":
		return b.semi(l, r, op, s, true, false)
	case "leftanti", "anti", "leftantisemi":
		return b.semi(l, r, op, s, false, false)
	}
	r = b.fresh(r)
	on := b.on(l, r, op.By, s, false)
	node := &rel.Join{Kind: rel.Inner, On: on}
	padLeft, padRight := false, false
	switch kind {
	case "inner":
	case "", "innerunique":
		l = b.firstOfKeys(l, on)
		on = b.on(l, r, op.By, s, false)
		node.On = on
	case "leftouter":
		node.Kind, padRight = rel.Left, true
	case "rightouter":
		node.Kind, padLeft = rel.Right, true
	case "fullouter":
		node.Kind, padLeft, padRight = rel.Full, true, true
	default:
		fail(at, "'%s' is no kind of join: inner, innerunique, leftouter, rightouter, fullouter, leftsemi, leftanti, rightsemi or rightanti", kind)
	}
	node.L, node.R = l.node, r.node
	out := table{}
	project := &rel.Project{In: node}
	add := func(c Column, name string, padded bool) {
		v := rel.Expr(c.Column)
		if padded {
			c.Null = true
			v = c.Column
			if c.T == rel.String {
				v = call(rel.Text, rel.String, false, v)
			}
		}
		made := b.column(name, v)
		out.columns = append(out.columns, made)
		project.Items = append(project.Items, rel.Item{ID: made.ID, X: v})
	}
	n := newNamer(append(append([]Column(nil), l.columns...), r.columns...))
	for _, c := range l.columns {
		add(c, c.Name, padLeft)
	}
	for _, c := range r.columns {
		if op.Name == "lookup" && isRight(on, c) {
			continue
		}
		name := c.Name
		if _, ok := find(l.columns, name); ok {
			name = n.free(name)
		}
		add(c, name, padRight)
	}
	out.node = project
	return out
}

func isRight(on []rel.Pair, c Column) bool {
	for _, p := range on {
		if x, ok := p.R.(rel.Column); ok && x.ID == c.ID {
			return true
		}
	}
	return false
}

// fresh gives the columns of a table new numbers, so that it can stand beside
// another reading of itself.
func (b *binder) fresh(t table) table {
	project := &rel.Project{In: t.node}
	out := table{node: project}
	for _, c := range t.columns {
		made := b.column(c.Name, c.Column)
		out.columns = append(out.columns, made)
		project.Items = append(project.Items, rel.Item{ID: made.ID, X: c.Column})
	}
	return out
}

// firstOfKeys keeps one row of each key.
func (b *binder) firstOfKeys(t table, on []rel.Pair) table {
	agg := &rel.Aggregate{In: t.node}
	out := table{node: agg}
	keys := map[int]bool{}
	for _, p := range on {
		if x, ok := p.L.(rel.Column); ok {
			keys[x.ID] = true
		}
	}
	for _, c := range t.columns {
		v := rel.Expr(c.Column)
		if !keys[c.ID] {
			v = call(rel.AnyRow, c.T, true, c.Column)
		}
		made := b.column(c.Name, c.Column)
		out.columns = append(out.columns, made)
		item := rel.Item{ID: made.ID, X: v}
		if keys[c.ID] {
			agg.Keys = append(agg.Keys, item)
		} else {
			agg.Aggs = append(agg.Aggs, item)
		}
	}
	return out
}

// semi keeps the rows of one table that have, or have not, a partner in the other.
func (b *binder) semi(keep, other table, op *syntax.Operator, s *scope, has, swapped bool) table {
	other = b.fresh(other)
	on := b.on(keep, other, op.By, s, swapped)
	node := &rel.Join{Kind: rel.Anti, L: keep.node, R: other.node, On: on}
	if has {
		node.Kind = rel.Semi
	}
	keep.node = node
	return keep
}

// on binds the conditions of a join. Swapped: the second table is $left.
func (b *binder) on(l, r table, by []syntax.Expr, s *scope, swapped bool) []rel.Pair {
	inner := &scope{env: s.env, left: l.columns, right: r.columns, joining: true}
	if swapped {
		inner.left, inner.right = r.columns, l.columns
	}
	var pairs []rel.Pair
	var add func(x syntax.Expr)
	add = func(x syntax.Expr) {
		var lx, rx rel.Expr
		switch x := x.(type) {
		case *syntax.Ident:
			lc, ok1 := find(l.columns, x.Name)
			rc, ok2 := find(r.columns, x.Name)
			if !ok1 || !ok2 {
				fail(x, "'%s' is no column of both tables%s", x.Name, syntax.Nearest(x.Name, names(l.columns)))
			}
			if lc.T != rc.T {
				fail(x, "The common column '%s' must have the same type on both sides of the join, not %s and %s", x.Name, TypeName(lc.T), TypeName(rc.T))
			}
			lx, rx = lc.Column, rc.Column
		case *syntax.Binary:
			switch x.Op {
			case "and":
				add(x.L)
				add(x.R)
				return
			case "==":
				lx, rx = b.scalar(x.L, inner), b.scalar(x.R, inner)
				if first, ok := x.L.(*syntax.Member); ok && (identName(first.X) == "$right") != swapped {
					lx, rx = rx, lx
				}
			}
		}
		if lx == nil {
			fail(x, "a join is on columns that are the same: name one of both tables, or write $left.a == $right.b")
		}
		if lx.Type() == rel.Dynamic || rx.Type() == rel.Dynamic {
			fail(x, "tables are not joined on dynamic values: say what they are before, with tostring() or tolong()")
		}
		if lx.Type() != rx.Type() && isTime(lx.Type()) && isTime(rx.Type()) {
			lx, rx = b.ticks(lx), b.ticks(rx)
		}
		if lt, rt := lx.Type(), rx.Type(); lt != rt && !(isWhole(lt) && isWhole(rt)) {
			fail(x, "tables are joined on columns of one type, not %s and %s", TypeName(lt), TypeName(rt))
		}
		pairs = append(pairs, rel.Pair{L: lx, R: rx})
	}
	for _, x := range by {
		add(x)
	}
	return pairs
}

// union binds tables one below the other; first may be nil.
func (b *binder) union(at syntax.Expr, options map[string]syntax.Expr, texts []syntax.Expr, first *table, e *env) table {
	var all []table
	var labels []string
	if first != nil {
		all, labels = append(all, *first), append(labels, "union_arg0")
	}
	fuzzy := option(options, "isfuzzy") == "true"
	if l, ok := options["isfuzzy"].(*syntax.Literal); ok {
		fuzzy = l.Value == true
	}
	var named []syntax.Expr
	for _, x := range texts {
		named = append(named, b.matching(x)...)
	}
	for _, x := range named {
		name := identName(x)
		if fuzzy && name != "" && e.find(name) == nil && b.findTable(name) == nil {
			continue
		}
		t, missing := b.maybe(x, e, fuzzy)
		if missing {
			continue
		}
		all = append(all, t)
		labels = append(labels, b.label(x, len(labels), "union_arg"))
	}
	if len(all) == 0 {
		fail(at, "none of the tables of this union exists")
	}
	source := option(options, "withsource")
	if source == "" {
		source = option(options, "with_source")
	}
	return b.stack(b.aligned(all), labels, source, option(options, "kind") == "inner")
}

// maybe binds a table that may be missing where a union is fuzzy.
func (b *binder) maybe(x syntax.Expr, e *env, fuzzy bool) (t table, missing bool) {
	if fuzzy {
		defer func() {
			if f, ok := recover().(*syntax.Fault); ok {
				if f.Code != syntax.CodeSemantic {
					panic(f)
				}
				missing = true
			}
		}()
	}
	return b.table(x, e), false
}

// stack puts tables below each other: columns of one name and type are one.
func (b *binder) stack(all []table, labels []string, source string, inner bool) table {
	type column struct {
		name string
		t    rel.Type
		null bool
		ins  map[int]Column
	}
	var columns []*column
	types := map[string]map[rel.Type]bool{}
	for i, t := range all {
		for _, c := range t.columns {
			var found *column
			for _, known := range columns {
				if known.name == c.Name && known.t == c.T {
					found = known
				}
			}
			if found == nil {
				found = &column{name: c.Name, t: c.T, ins: map[int]Column{}}
				place := len(columns)
				for i, known := range columns {
					if known.name == c.Name { // those of one name stand side by side
						place = i + 1
					}
				}
				columns = slices.Insert(columns, place, found)
			}
			if types[c.Name] == nil {
				types[c.Name] = map[rel.Type]bool{}
			}
			types[c.Name][c.T] = true
			found.ins[i] = c
			found.null = found.null || c.Nullable()
		}
	}
	u := &rel.Union{Items: make([][]rel.Expr, len(all))}
	out := table{node: u}
	put := func(name string, t rel.Type, null bool, of func(i int) rel.Expr) {
		c := b.column(name, rel.Column{T: t, Null: null})
		out.columns = append(out.columns, c)
		u.Columns = append(u.Columns, c.Column)
		for i := range all {
			u.Items[i] = append(u.Items[i], of(i))
		}
	}
	if source != "" {
		put(source, rel.String, false, func(i int) rel.Expr { return word1(labels[i]) })
	}
	for _, c := range columns {
		if inner && len(c.ins) < len(all) {
			continue
		}
		name := c.name
		if len(types[name]) > 1 {
			name += "_" + TypeName(c.t)
		}
		put(name, c.t, c.null || len(c.ins) < len(all), func(i int) rel.Expr {
			if in, ok := c.ins[i]; ok {
				return in.Column
			}
			return rel.Const{T: c.t}
		})
	}
	for _, t := range all {
		u.Ins = append(u.Ins, t.node)
	}
	return out
}
