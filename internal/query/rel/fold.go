package rel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxFolded is how many rows of one part are gone through one by one: the engine
// copies what it found at each of them.
const maxFolded = 10_000

// Fold goes through rows in the order of Place, within those of equal By, and
// carries a state from one to the next. Rows for which Cond (nil: none) is not
// true are gone, and leave the state as it is. Columns of In stay.
type Fold struct {
	In    Node
	Place Column
	By    []Expr
	Cond  Expr
	State []FoldItem
}

// FoldItem is a part of the state: a column that is X of the row, in which Before
// is what it was, at first Init.
type FoldItem struct {
	ID, Before int
	Init       Const
	X          Expr
}

func (*Fold) node() {}

func (p *printer) fold(n *Fold, need set) *block {
	inner := need.with(n.Place).with(n.By...)
	for _, s := range n.State {
		inner = inner.with(s.X)
	}
	if n.Cond != nil {
		inner = inner.with(n.Cond)
	}
	for _, s := range n.State {
		delete(inner, s.ID)
		delete(inner, s.Before)
	}
	b := p.close(p.block(n.In, inner))
	ids := slices.Sorted(maps.Keys(b.columns))
	fields := make([]string, len(ids))
	for i, id := range ids {
		fields[i] = name(id) + " := " + name(id)
	}
	// The state holds what the steps read of a row alone, as all of it is copied.
	read := set{n.Place.ID: true}
	for _, s := range n.State {
		read = read.with(s.X)
	}
	if n.Cond != nil {
		read = read.with(n.Cond)
	}
	step := &block{columns: map[int]string{}}
	row := func(of string) string {
		var parts []string
		for _, id := range ids {
			if read[id] {
				parts = append(parts, name(id)+" := "+of+"."+name(id))
			}
		}
		return "struct_pack(" + strings.Join(parts, ", ") + ")"
	}
	for _, id := range ids {
		step.columns[id] = "e[1].r." + name(id)
	}
	for _, s := range n.State {
		step.columns[s.Before] = "a[-1]." + name(s.ID)
	}
	hit := "true"
	if n.Cond != nil {
		hit = "coalesce(" + step.expr(n.Cond) + ", false)"
	}
	var first, next []string
	for _, s := range n.State {
		first = append(first, name(s.ID)+" := "+constant(s.Init))
		next = append(next, fmt.Sprintf("%s := CASE WHEN %s THEN %s ELSE a[-1].%[1]s END", name(s.ID), hit, step.expr(s.X)))
	}
	state := func(row string, items []string, hit string) string {
		return "struct_pack(r := " + row + ", " + strings.Join(items, ", ") + ", hit := " + hit + ")"
	}
	rows := fmt.Sprintf("CASE WHEN count(*) > %d THEN error('more than %[1]d rows are gone through one by one: ask for fewer') ELSE list(struct_pack(%s) ORDER BY %s) END AS l",
		maxFolded, strings.Join(fields, ", "), name(n.Place.ID))
	group := ""
	if len(n.By) > 0 {
		by := make([]string, len(n.By))
		for i, x := range n.By {
			by[i] = b.expr(x)
		}
		group = " GROUP BY " + strings.Join(by, ", ")
	}
	steps := "list_prepend([" + state(row("l[1]"), first, "false") + "], list_transform(l, lambda x: [" + state(row("x"), first, "false") + "]))"
	out := &block{columns: map[int]string{}, where: []string{"u.hit"}}
	out.from = "(SELECT unnest(l) AS w, unnest(list_reduce(" + steps + ", lambda a, e: list_append(a, " + state("e[1].r", next, hit) + "))[2:]) AS u FROM (SELECT " + rows + " FROM " + b.from + group + "))"
	for _, id := range ids {
		out.columns[id] = "w." + name(id)
	}
	for _, s := range n.State {
		out.columns[s.ID] = "u." + name(s.ID)
	}
	return p.close(out)
}
