package rel

import "strings"

// The operations of a [Window], of which the last argument is what it is over.
const (
	RowNumber Op = "row number"
	Before    Op = "before" // value, how many rows, what stands for none
	Behind    Op = "behind"
	RunLong   Op = "run long" // the sum up to the row
	RunReal   Op = "run real"
	RunMax    Op = "run max"
)

func windows(op Op) string {
	switch op {
	case RowNumber:
		return "row_number() OVER $1"
	case Before:
		return "lag($1, $2, $3) OVER $4"
	case Behind:
		return "lead($1, $2, $3) OVER $4"
	case RunLong:
		return "coalesce(sum($1) OVER $2, 0)::BIGINT"
	case RunReal:
		return "coalesce(sum($1) OVER $2, 0)"
	case RunMax:
		return "max($1) OVER $2"
	}
	return ""
}

// over returns which rows a window is over, and their order.
func (b *block) over(by []Expr, keys []Key) string {
	var over []string
	if len(by) > 0 {
		list := make([]string, len(by))
		for i, x := range by {
			list[i] = b.expr(x)
		}
		over = append(over, "PARTITION BY "+strings.Join(list, ", "))
	}
	if len(keys) > 0 {
		over = append(over, "ORDER BY "+b.keys(keys))
	}
	return "(" + strings.Join(over, " ") + ")"
}

func (p *printer) window(n *Window, need set) *block {
	inner := p.withKeys(need.with(n.By...), n.Keys)
	var items []Item
	for _, item := range n.Items {
		if need[item.ID] {
			items = append(items, item)
			inner = inner.with(item.X)
		}
	}
	for _, item := range n.Items {
		delete(inner, item.ID)
	}
	b := p.close(p.block(n.In, inner))
	over := b.over(n.By, n.Keys)
	for _, item := range items {
		c, _ := item.X.(Call)
		args := make([]string, len(c.Args))
		for i, a := range c.Args {
			args[i] = b.expr(a)
		}
		b.columns[item.ID] = fill(c.Op.template(), append(args, over))
	}
	return p.close(b)
}
