package rel

// mostID is the greatest number of a column of a plan.
func mostID(n Node) int {
	most, seen := 0, map[Node]bool{}
	var node func(Node)
	var expr func(Expr)
	id := func(n int) { most = max(most, n) }
	expr = func(x Expr) {
		switch x := x.(type) {
		case Column:
			id(x.ID)
		case Call:
			for _, a := range x.Args {
				expr(a)
			}
		case Scalar:
			id(x.Column.ID)
			node(x.In)
		case Member:
			id(x.Column.ID)
			expr(x.X)
			node(x.In)
		}
	}
	node = func(n Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, made := range columnsMade(n) {
			id(made)
		}
		ins, exprs := parts(n)
		for _, x := range exprs {
			expr(x)
		}
		for _, in := range ins {
			node(in)
		}
	}
	node(n)
	return most
}

// columnsMade are the numbers of the columns that a node makes.
func columnsMade(n Node) (ids []int) {
	items := func(lists ...[]Item) {
		for _, list := range lists {
			for _, item := range list {
				ids = append(ids, item.ID)
			}
		}
	}
	switch n := n.(type) {
	case *Scan:
		for _, c := range n.Columns {
			ids = append(ids, c.ID)
		}
		for _, b := range n.Bounds {
			ids = append(ids, b.Of.ID, b.After.ID, b.Until.ID)
		}
	case *Values:
		for _, c := range n.Columns {
			ids = append(ids, c.ID)
		}
	case *Range:
		ids = append(ids, n.Column.ID)
	case *Project:
		items(n.Items)
	case *Aggregate:
		items(n.Keys, n.Aggs)
	case *Union:
		for _, c := range n.Columns {
			ids = append(ids, c.ID)
		}
	case *Unnest:
		items(n.Items)
	case *Window:
		items(n.Items)
	case *Rank:
		ids = append(ids, n.ID)
	case *Fold:
		ids = append(ids, n.Place.ID)
		for _, st := range n.State {
			ids = append(ids, st.ID, st.Before)
		}
	}
	return ids
}

// outputs returns the columns of a table.
func outputs(n Node) set {
	out := set{}
	for _, id := range columnsMade(n) {
		out[id] = true
	}
	switch n := n.(type) {
	case *Project, *Aggregate, *Union:
		return out
	case *Join:
		for id := range outputs(n.L) {
			out[id] = true
		}
		if n.Kind == Semi || n.Kind == Anti {
			return out
		}
		for id := range outputs(n.R) {
			out[id] = true
		}
		return out
	}
	ins, _ := parts(n)
	for _, in := range ins {
		for id := range outputs(in) {
			out[id] = true
		}
	}
	return out
}
