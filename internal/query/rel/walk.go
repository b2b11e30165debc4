package rel

import "fmt"

// parts returns the tables below a node, and the expressions that it computes.
func parts(n Node) (ins []Node, exprs []Expr) {
	items := func(lists ...[]Item) {
		for _, list := range lists {
			for _, item := range list {
				if item.X != nil { // the number of an entry has none
					exprs = append(exprs, item.X)
				}
			}
		}
	}
	keys := func(list []Key) {
		for _, k := range list {
			exprs = append(exprs, k.X)
		}
	}
	switch n := n.(type) {
	case *Filter:
		return []Node{n.In}, []Expr{n.Cond}
	case *Project:
		items(n.Items)
		return []Node{n.In}, exprs
	case *Aggregate:
		items(n.Keys, n.Aggs)
		return []Node{n.In}, exprs
	case *Join:
		for _, on := range n.On {
			exprs = append(exprs, on.L, on.R)
		}
		return []Node{n.L, n.R}, exprs
	case *Union:
		for _, list := range n.Items {
			exprs = append(exprs, list...)
		}
		return n.Ins, exprs
	case *Sort:
		keys(n.Keys)
		return []Node{n.In}, exprs
	case *Limit:
		return []Node{n.In}, nil
	case *Unnest:
		items(n.Items)
		return []Node{n.In}, exprs
	case *Window:
		items(n.Items)
		keys(n.Keys)
		return []Node{n.In}, append(exprs, n.By...)
	case *Rank:
		keys(n.Keys)
		return []Node{n.In}, append(exprs, n.By...)
	case *Fold:
		for _, s := range n.State {
			exprs = append(exprs, s.X)
		}
		if n.Cond != nil {
			exprs = append(exprs, n.Cond)
		}
		return []Node{n.In}, append(exprs, n.By...)
	}
	return nil, nil
}

const (
	// maxSteps is the size of the largest plan; the longest query of Microsoft's
	// dashboard has 50 000 steps.
	maxSteps = 250_000
	// maxNested is how many operations may stand inside each other: the engine
	// takes 1 000.
	maxNested = 900
)

// Errors of plans that are too much for an engine.
var (
	ErrTooMany = fmt.Errorf("the query is more than %d steps when its functions are written out: ask for less at once", maxSteps)
	ErrTooDeep = fmt.Errorf("more than %d operations stand inside each other: put some of them into an extend before", maxNested)
)

// Check refuses a plan that is too large or too deep when all of it is written
// out, as its SQL is: a part that stands in it twice counts twice. It takes no
// longer than counting to the bound, while there may be more than can be counted.
func Check(n Node) error {
	w := &weight{}
	w.node(n)
	return w.err
}

// weight counts the steps of a plan.
type weight struct {
	steps int
	err   error
}

// step counts one, and tells whether to go on.
func (w *weight) step(depth int) bool {
	w.steps++
	switch {
	case w.err != nil:
	case w.steps > maxSteps:
		w.err = ErrTooMany
	case depth > maxNested:
		w.err = ErrTooDeep
	}
	return w.err == nil
}

func (w *weight) node(n Node) {
	if !w.step(0) {
		return
	}
	ins, exprs := parts(n)
	for _, x := range exprs {
		w.expr(x, 0)
	}
	for _, in := range ins {
		w.node(in)
	}
}

func (w *weight) expr(x Expr, depth int) {
	if !w.step(depth) {
		return
	}
	switch x := x.(type) {
	case Call:
		for _, a := range x.Args {
			w.expr(a, depth+1)
		}
	case Scalar:
		w.node(x.In)
	case Member:
		w.expr(x.X, depth+1)
		w.node(x.In)
	}
}
