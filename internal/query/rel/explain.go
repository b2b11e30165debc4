package rel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Explain returns a plan as people read it: a line for each table, the tables
// that it is made of indented below it, with the columns that are read and their
// types. Name says how a column is called, empty where it has no name.
func Explain(n Node, columns []Column, name func(id int) string) string {
	e := &explainer{name: name}
	need := set{}
	for _, c := range columns {
		need[c.ID] = true
	}
	e.node(n, need, 0)
	return e.b.String()
}

type explainer struct {
	b    strings.Builder
	name func(id int) string
}

func (e *explainer) line(depth int, what string, list ...string) {
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	fmt.Fprintf(&e.b, "%s%s\n", strings.Repeat("  ", depth), strings.TrimSpace(what+" "+strings.Join(list, ", ")))
}

// column is the name of a column with its number, since names can be the same.
func (e *explainer) column(id int) string { return e.name(id) + "#" + strconv.Itoa(id) }

func (e *explainer) items(items []Item, need set) (list []string, exprs []Expr) {
	for _, item := range items {
		switch {
		case need != nil && !need[item.ID]:
		case item.X == nil:
			list = append(list, e.column(item.ID)+" = number of the entry")
		default:
			exprs = append(exprs, item.X)
			if c, ok := item.X.(Column); ok && c.ID == item.ID {
				list = append(list, e.column(item.ID))
			} else {
				list = append(list, e.column(item.ID)+": "+typeName(item.X.Type())+" = "+e.expr(item.X))
			}
		}
	}
	return list, exprs
}

func (e *explainer) node(n Node, need set, depth int) {
	switch n := n.(type) {
	case *Scan:
		e.line(depth, "read "+n.View+":", e.scanned(n, need)...)
	case *Values:
		e.line(depth, fmt.Sprintf("rows of the query (%d):", len(n.Rows)), e.typed(n.Columns, need)...)
	case *Range:
		e.line(depth, "count", fmt.Sprintf("%s from %s to %s by %s", e.column(n.Column.ID), e.expr(n.From), e.expr(n.To), e.expr(n.Step)))
	case *Filter:
		what := "where"
		if s, ok := n.In.(*Scan); ok && onBounds(n.Cond, s) {
			what = "where (implied, rows are found by it)"
		}
		e.line(depth, what, e.expr(n.Cond))
		e.node(n.In, need.with(n.Cond), depth+1)
	case *Project:
		list, exprs := e.items(n.Items, need)
		if passes(n.Items, need) {
			e.node(n.In, set{}.with(exprs...), depth)
			return
		}
		e.line(depth, "project", list...)
		e.node(n.In, set{}.with(exprs...), depth+1)
	case *Aggregate:
		keys, exprs := e.items(n.Keys, nil)
		list, more := e.items(n.Aggs, need)
		if len(keys) > 0 {
			keys[0] = "by " + keys[0]
		}
		e.line(depth, "summarize", strings.TrimSpace(strings.Join(list, ", ")+" "+strings.Join(keys, ", ")))
		e.node(n.In, set{}.with(append(exprs, more...)...), depth+1)
	case *Join:
		var on []string
		l, r := need, need
		for _, p := range n.On {
			on = append(on, e.expr(p.L)+" == "+e.expr(p.R))
			l, r = l.with(p.L), r.with(p.R)
		}
		e.line(depth, strings.ToLower(string(n.Kind))+" on", on...)
		e.node(n.L, l, depth+1)
		e.node(n.R, r, depth+1)
	case *Union:
		e.line(depth, "union:", e.typed(n.Columns, need)...)
		for i, in := range n.Ins {
			var exprs []Expr
			for j, c := range n.Columns {
				if need[c.ID] {
					exprs = append(exprs, n.Items[i][j])
				}
			}
			e.node(in, set{}.with(exprs...), depth+1)
		}
	default:
		e.wide(n, need, depth)
	}
}

// wide explains the nodes of which the columns below stay.
func (e *explainer) wide(n Node, need set, depth int) {
	ins, exprs := parts(n)
	var what string
	var list []string
	switch n := n.(type) {
	case *Sort:
		what, list = "sort by", e.keys(n.Keys)
	case *Limit:
		what = fmt.Sprintf("take %d", n.N)
	case *Unnest:
		what = "mv-expand"
		list, _ = e.items(n.Items, nil)
	case *Rank:
		what, list = "number "+e.column(n.ID)+e.by(n.By)+e.inOrder(n.Keys), nil
	case *Window:
		list, _ = e.items(n.Items, need)
		what = "over rows" + e.by(n.By) + e.inOrder(n.Keys) + ":"
	case *Fold:
		for _, s := range n.State {
			list = append(list, e.column(s.ID)+" = "+e.expr(s.X))
		}
		what = "row by row" + e.by(n.By) + ":"
	}
	e.line(depth, what, list...)
	for _, in := range ins {
		e.node(in, need.with(exprs...), depth+1)
	}
}

func (e *explainer) by(list []Expr) string {
	if len(list) == 0 {
		return ""
	}
	all := make([]string, len(list))
	for i, x := range list {
		all[i] = e.expr(x)
	}
	return " within " + strings.Join(all, ", ")
}

func (e *explainer) inOrder(keys []Key) string {
	if len(keys) == 0 {
		return ""
	}
	return " by " + strings.Join(e.keys(keys), ", ")
}

func (e *explainer) keys(keys []Key) []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = e.expr(k.X) + map[bool]string{true: " asc", false: " desc"}[k.Asc]
		if k.Asc != k.NullsFirst { // where it is not as usual
			all[i] += map[bool]string{true: " nulls first", false: " nulls last"}[k.NullsFirst]
		}
	}
	return all
}

func (e *explainer) scanned(n *Scan, need set) []string {
	var list []string
	for _, c := range n.Columns {
		if need[c.ID] {
			list = append(list, c.Name+"#"+strconv.Itoa(c.ID)+": "+typeName(c.T))
		}
	}
	if left := len(n.Columns) - len(list); left > 0 {
		list = append(list, fmt.Sprintf("not the other %d columns", left))
	}
	return list
}

func (e *explainer) typed(columns []Column, need set) []string {
	var list []string
	for _, c := range columns {
		if need[c.ID] {
			list = append(list, e.column(c.ID)+": "+typeName(c.T))
		}
	}
	return list
}

// passes tells whether items leave the columns that are needed as they are.
func passes(items []Item, need set) bool {
	for _, item := range items {
		if c, ok := item.X.(Column); need[item.ID] && (!ok || c.ID != item.ID) {
			return false
		}
	}
	return true
}

// onBounds tells whether a condition is on the ends of a view's intervals alone.
func onBounds(x Expr, s *Scan) bool {
	all := len(s.Bounds) > 0
	Columns(x, func(id int) {
		all = all && slices.ContainsFunc(s.Bounds, func(b Bound) bool { return id == b.After.ID || id == b.Until.ID })
	})
	return all
}

// expr writes an expression with the words of operations.
func (e *explainer) expr(x Expr) string {
	switch x := x.(type) {
	case Column:
		return e.column(x.ID)
	case Const:
		return constantText(x)
	case Scalar:
		return "toscalar(" + e.inline(x.In, x.Column) + ")"
	case Member:
		return "(" + e.expr(x.X) + " in (" + e.inline(x.In, x.Column) + "))"
	}
	c, _ := x.(Call)
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = e.expr(a)
	}
	switch op := string(c.Op); {
	case len(args) == 2 && strings.Trim(op, "<=>+-*/%") == "" || c.Op == And || c.Op == Or:
		return "(" + strings.Join(args, " "+op+" ") + ")"
	default:
		return strings.ReplaceAll(op, " ", "_") + "(" + strings.Join(args, ", ") + ")"
	}
}

// inline is a table within an expression, the steps of which stand behind each
// other.
func (e *explainer) inline(n Node, c Column) string {
	lines := strings.Split(strings.TrimSpace(Explain(n, []Column{c}, e.name)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, " <- ")
}

func constantText(c Const) string {
	n, whole := c.Value.(int64)
	switch {
	case c.Value == nil:
		return "null"
	case whole && c.T == DateTime:
		return time.UnixMicro(n).UTC().Format("2006-01-02T15:04:05.999999Z")
	case whole && c.T == Timespan:
		return time.Duration(n * 100).String()
	}
	if s, ok := c.Value.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(c.Value)
}

func typeName(t Type) string {
	names := map[Type]string{
		Bool: "bool", Int: "int", Long: "long", Real: "real", Decimal: "decimal", String: "string", DateTime: "datetime",
		Instant: "datetime in ticks", Timespan: "timespan", GUID: "guid", Dynamic: "dynamic",
	}
	return names[t]
}
