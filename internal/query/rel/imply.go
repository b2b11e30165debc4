package rel

// Bound is what a time of a view says of the interval of its rows, by whose ends
// they are found: where a row has Of at or after a time, it has After after that
// time, and where it has Of at or before it, Until at or before it.
type Bound struct{ Of, After, Until Column }

// Imply puts to each view what the conditions above it say of its intervals.
// Without that an engine reads all rows to find those of a few hours.
// A table that stands in a plan twice stays one where all of its views are bounded
// by its own conditions.
func Imply(n Node) Node {
	i := &implier{once: map[Node]bool{}, done: map[Node]Node{}}
	for _, n := range shared(n) {
		i.once[n] = true
	}
	return i.imply(n, nil)
}

type implier struct {
	once      map[Node]bool
	done      map[Node]Node
	unbounded int // views that have bounds of which nothing is known
}

// imply does it below a node of which the facts are true in every row that counts.
func (im *implier) imply(n Node, facts []Expr) Node {
	if !im.once[n] {
		return im.below(n, facts)
	}
	if im.done[n] == nil {
		before := im.unbounded
		im.done[n] = im.below(n, nil)
		if im.unbounded > before { // each of them has what is said above it
			im.once[n], im.unbounded = false, before
			return im.below(n, facts)
		}
	}
	return im.done[n]
}

func (im *implier) below(n Node, facts []Expr) Node {
	switch n := n.(type) {
	case *Scan:
		return im.implied(n, facts)
	case *Filter:
		out := *n
		out.Cond = im.within(n.Cond)
		out.In = im.imply(n.In, conjuncts(n.Cond, facts[:len(facts):len(facts)]))
		return &out
	case *Project:
		out := *n
		out.Items = make([]Item, len(n.Items))
		for i, item := range n.Items {
			out.Items[i] = Item{ID: item.ID, X: im.within(item.X)}
		}
		out.In = im.imply(n.In, through(facts, n.Items))
		return &out
	case *Aggregate:
		out := *n
		out.In = im.imply(n.In, through(facts, n.Keys))
		return &out
	case *Join:
		out := *n
		var l, r []Expr
		if n.Kind != Right && n.Kind != Full {
			l = facts
		}
		if n.Kind == Inner || n.Kind == Right {
			r = facts
		}
		out.L, out.R = im.imply(n.L, l), im.imply(n.R, r)
		return &out
	case *Union:
		out := *n
		out.Ins = make([]Node, len(n.Ins))
		for i, in := range n.Ins {
			items := make([]Item, len(n.Columns))
			for j, c := range n.Columns {
				items[j] = Item{ID: c.ID, X: n.Items[i][j]}
			}
			out.Ins[i] = im.imply(in, through(facts, items))
		}
		return &out
	case *Sort:
		out := *n
		out.In = im.imply(n.In, facts)
		return &out
	case *Limit: // which rows are the first depends on all of them
		out := *n
		out.In = im.imply(n.In, nil)
		return &out
	case *Unnest:
		out := *n
		out.In = im.imply(n.In, facts)
		return &out
	case *Rank:
		out := *n
		out.In = im.imply(n.In, nil)
		return &out
	case *Window:
		out := *n
		out.In = im.imply(n.In, nil)
		return &out
	}
	return n
}

// within does it in the tables that an expression asks.
func (im *implier) within(x Expr) Expr {
	switch x := x.(type) {
	case Call:
		args := make([]Expr, len(x.Args))
		for i, a := range x.Args {
			args[i] = im.within(a)
		}
		x.Args = args
		return x
	case Scalar:
		x.In = im.imply(x.In, nil)
		return x
	case Member:
		x.X, x.In = im.within(x.X), im.imply(x.In, nil)
		return x
	}
	return x
}

// implied returns the view with what follows from facts.
func (im *implier) implied(n *Scan, facts []Expr) Node {
	var all Expr
	for _, fact := range facts {
		c, ok := fact.(Call)
		if !ok || len(c.Args) != 2 {
			continue
		}
		x, isColumn := c.Args[0].(Column)
		k, isConst := c.Args[1].(Const)
		if !isColumn || !isConst || k.T != DateTime || k.Value == nil {
			continue
		}
		for _, b := range n.Bounds {
			var more Expr
			switch {
			case b.Of.ID != x.ID:
				continue
			case c.Op == Ge || c.Op == Gt:
				more = Call{Op: Gt, Args: []Expr{b.After, k}, T: Bool, Null: true}
			case c.Op == Le || c.Op == Lt:
				more = Call{Op: Le, Args: []Expr{b.Until, k}, T: Bool, Null: true}
			default:
				continue
			}
			if all != nil {
				more = Call{Op: And, Args: []Expr{all, more}, T: Bool, Null: true}
			}
			all = more
		}
	}
	if all == nil {
		if len(n.Bounds) > 0 {
			im.unbounded++
		}
		return n
	}
	return &Filter{In: n, Cond: all}
}

// conjuncts appends the conditions that must all hold.
func conjuncts(x Expr, to []Expr) []Expr {
	c, ok := x.(Call)
	if ok && c.Op == And {
		return conjuncts(c.Args[1], conjuncts(c.Args[0], to))
	}
	return append(to, x)
}

// through returns the facts below a node that computes items: those that read
// nothing else, in the words of below.
func through(facts []Expr, items []Item) []Expr {
	by := make(map[int]Expr, len(items))
	for _, item := range items {
		by[item.ID] = item.X
	}
	var out []Expr
	for _, fact := range facts {
		if x, ok := substitute(fact, by); ok {
			out = conjuncts(x, out)
		}
	}
	return out
}

func substitute(x Expr, by map[int]Expr) (Expr, bool) {
	switch x := x.(type) {
	case Column:
		to, ok := by[x.ID]
		return to, ok
	case Const:
		return x, true
	case Call:
		if x.Op != And && len(x.Args) != 2 { // comparisons are all that says something of a time
			return nil, false
		}
		args := make([]Expr, len(x.Args))
		for i, a := range x.Args {
			to, ok := substitute(a, by)
			if !ok {
				return nil, false
			}
			args[i] = to
		}
		x.Args = args
		return x, true
	}
	return nil, false
}
