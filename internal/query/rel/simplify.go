package rel

import "slices"

// Simplify spares texts the way through JSON: the entries of a split, of a list of
// texts and of what is made of these are read as texts where they are used as such,
// also where columns are between. It also leaves out looking for NaN in numbers that
// are none. The answer stays the same.
func Simplify(n Node) Node {
	s := &simplifier{done: map[asked]simplified{}, next: 1 + mostID(n)}
	out, _ := s.node(n)
	return out
}

// simplifier goes through a plan once; tables that stand in it twice are one.
type simplifier struct {
	next int
	done map[asked]simplified
}

// asked is a node, and whether its columns may be replaced.
type asked struct {
	node Node
	free bool
}

// known says what columns of a node are made of, over other columns of that node.
type known map[int]Expr

type simplified struct {
	node  Node
	known known
}

func (s *simplifier) node(n Node) (Node, known) {
	if d, ok := s.done[asked{n, false}]; ok {
		return d.node, d.known
	}
	out, k := s.simplify(n)
	s.done[asked{n, false}] = simplified{out, k}
	return out, k
}

func (s *simplifier) simplify(n Node) (Node, known) {
	switch n := n.(type) {
	case *Filter:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		out.Cond = s.expr(n.Cond, k)
		return &out, k
	case *Project:
		return s.project(n)
	case *Aggregate:
		out := *n
		var k known
		out.In, k = s.below(n.In)
		out.Keys, out.Aggs = s.items(n.Keys, k), s.items(n.Aggs, k)
		return &out, nil
	case *Join:
		return s.join(n)
	case *Union:
		out := *n
		out.Ins, out.Items = make([]Node, len(n.Ins)), make([][]Expr, len(n.Ins))
		for i, in := range n.Ins {
			var k known
			out.Ins[i], k = s.node(in)
			out.Items[i] = s.exprs(n.Items[i], k)
		}
		return &out, nil
	case *Sort:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		out.Keys = s.keys(n.Keys, k)
		return &out, k
	case *Limit:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		return &out, k
	case *Unnest:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		out.Items = s.items(n.Items, k)
		return &out, k
	case *Window:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		out.Items, out.By, out.Keys = s.items(n.Items, k), s.exprs(n.By, k), s.keys(n.Keys, k)
		return &out, k
	case *Rank:
		out := *n
		var k known
		out.In, k = s.node(n.In)
		out.By, out.Keys = s.exprs(n.By, k), s.keys(n.Keys, k)
		return &out, k
	}
	return n, nil
}

func (s *simplifier) join(n *Join) (Node, known) {
	out := *n
	var l, r known
	out.L, l = s.node(n.L)
	out.R, r = s.node(n.R)
	out.On = make([]Pair, len(n.On))
	for i, on := range n.On {
		out.On[i] = Pair{s.expr(on.L, l), s.expr(on.R, r)}
	}
	switch n.Kind {
	case Left, Semi, Anti:
		return &out, l
	case Inner:
		both := known{}
		for _, k := range []known{l, r} {
			for id, x := range k {
				both[id] = x
			}
		}
		return &out, both
	}
	return &out, nil // the columns of a row without a partner are made of nothing
}

// below simplifies what is below a node that reads columns by expressions alone, so
// that a column may be replaced. The entries of lists of texts are then texts.
func (s *simplifier) below(n Node) (Node, known) {
	u, ok := n.(*Unnest)
	if !ok {
		return s.node(n)
	}
	if d, ok := s.done[asked{n, true}]; ok {
		return d.node, d.known
	}
	in, k := s.node(u.In)
	out, above := Unnest{In: in}, known{}
	for id, x := range k {
		above[id] = x
	}
	for _, item := range u.Items {
		if list, ok := entryTexts(item.X, k); ok {
			entry := Column{ID: s.id(), T: String, Null: true} // NULL where another list is longer
			out.Items = append(out.Items, Item{ID: entry.ID, X: list})
			above[item.ID] = Call{Op: JSONOf, Args: []Expr{entry}, T: Dynamic, Null: true}
			continue
		}
		if item.X != nil {
			item.X = s.expr(item.X, k)
		}
		out.Items = append(out.Items, item)
	}
	s.done[asked{n, true}] = simplified{&out, above}
	return &out, above
}

// entryTexts returns what Unnest wants of a list of texts, as texts.
func entryTexts(x Expr, k known) (Expr, bool) {
	c, ok := x.(Call)
	if !ok {
		return nil, false
	}
	switch c.Op {
	case Slice:
		list, ok := entryTexts(c.Args[0], k)
		return Call{Op: Slice, Args: []Expr{list, c.Args[1]}, T: Dynamic}, ok
	case Entries, EntriesPair:
		return textList(c.Args[0], k)
	}
	return nil, false
}

func textList(x Expr, k known) (Expr, bool) {
	if c, ok := x.(Column); ok {
		if x, ok = k[c.ID]; !ok {
			return nil, false
		}
	}
	c, ok := x.(Call)
	if !ok {
		return nil, false
	}
	switch c.Op {
	case SplitBy:
		return Call{Op: SplitTexts, Args: c.Args, T: Dynamic}, true
	case ListOf:
		args := make([]Expr, len(c.Args))
		for i, a := range c.Args {
			if args[i], ok = textIn(a); !ok {
				return nil, false
			}
		}
		return Call{Op: TextList, Args: args, T: Dynamic}, len(args) > 0
	case If:
		yes, ok1 := textList(c.Args[1], k)
		no, ok2 := textList(c.Args[2], k)
		return Call{Op: If, Args: []Expr{c.Args[0], yes, no}, T: Dynamic}, ok1 && ok2
	}
	return nil, false
}

// textIn returns the text of which JSON is made.
func textIn(x Expr) (Expr, bool) {
	c, ok := x.(Call)
	if !ok || c.Op != JSONOf || c.Args[0].Type() != String {
		return nil, false
	}
	return c.Args[0], true
}

func (s *simplifier) project(n *Project) (Node, known) {
	in, k := s.below(n.In)
	out, above := &Project{In: in, Items: s.items(n.Items, k)}, known{}
	items := len(out.Items)
	for _, item := range out.Items[:items] {
		x := item.X
		if c, ok := x.(Column); ok {
			x = k[c.ID]
		}
		if x, ok := s.keep(x, out); ok {
			above[item.ID] = x
		}
	}
	return out, above
}

// keep returns an expression worth to know above a projection, over columns of it;
// what it is made of is carried on.
func (s *simplifier) keep(x Expr, out *Project) (Expr, bool) {
	c, ok := x.(Call)
	if !ok {
		return nil, false
	}
	args := slices.Clone(c.Args)
	switch c.Op {
	case SplitBy, SplitEntry: // the others are constants
		args[0] = s.carry(args[0], out)
	case JSONOf:
		if args[0].Type() != String {
			return nil, false
		}
		args[0] = s.carry(args[0], out)
	case ListOf, If:
		if _, ok := textList(c, nil); !ok {
			return nil, false
		}
		for i, a := range args {
			if args[i], ok = s.keep(a, out); !ok {
				args[i] = s.carry(a, out)
			}
		}
	default:
		return nil, false
	}
	c.Args = args
	return c, true
}

// carry returns the column of a projection that is an expression over what is below
// it. What nobody reads is not printed.
func (s *simplifier) carry(x Expr, out *Project) Expr {
	if _, ok := x.(Const); ok {
		return x
	}
	c, isColumn := x.(Column)
	if isColumn {
		for _, item := range out.Items {
			if of, ok := item.X.(Column); ok && of.ID == c.ID {
				return Column{ID: item.ID, T: c.T, Null: c.Null}
			}
		}
	}
	made := Column{ID: s.id(), T: x.Type(), Null: x.Nullable() || isColumn && c.Null}
	out.Items = append(out.Items, Item{ID: made.ID, X: x})
	return made
}

func (s *simplifier) id() int {
	s.next++
	return s.next - 1
}

func (s *simplifier) items(list []Item, k known) []Item {
	out := make([]Item, len(list))
	for i, item := range list {
		out[i] = Item{ID: item.ID}
		if item.X != nil {
			out[i].X = s.expr(item.X, k)
		}
	}
	return out
}

func (s *simplifier) exprs(list []Expr, k known) []Expr {
	out := make([]Expr, len(list))
	for i, x := range list {
		out[i] = s.expr(x, k)
	}
	return out
}

func (s *simplifier) keys(list []Key, k known) []Key {
	out := slices.Clone(list)
	for i := range out {
		out[i].X = s.expr(out[i].X, k)
	}
	return out
}

func (s *simplifier) expr(x Expr, k known) Expr {
	switch x := x.(type) {
	case Column:
		// The entry of an Unnest is no column any more.
		if c, ok := k[x.ID].(Call); ok && c.Op == JSONOf {
			return c
		}
		return x
	case Call:
		x.Args = s.exprs(x.Args, k)
		return reduced(x, k)
	case Scalar:
		x.In, _ = s.node(x.In)
		return x
	case Member:
		x.X = s.expr(x.X, k)
		x.In, _ = s.node(x.In)
		return x
	}
	return x
}
