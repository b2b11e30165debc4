package rel

// shared returns the tables that stand in a plan more than once and are worth asking
// once, what uses another before the other: those that have groups, which are few
// rows for much work. The order of rows is not kept by what is asked once, so that
// tables whose rows have one are not among them.
func shared(root Node) []Node {
	times := map[Node]int{}
	var all []Node
	var visit func(Node)
	visit = func(n Node) {
		if times[n]++; times[n] > 1 {
			return
		}
		ins, _ := parts(n)
		for _, in := range ins {
			visit(in)
		}
		all = append(all, n)
	}
	visit(root)
	var out []Node
	for i := len(all) - 1; i >= 0; i-- {
		if times[all[i]] > 1 && hasGroups(all[i]) {
			out = append(out, all[i])
		}
	}
	return out
}

func hasGroups(n Node) bool {
	switch n := n.(type) {
	case *Aggregate:
		return true
	case *Filter:
		return hasGroups(n.In)
	case *Project:
		return hasGroups(n.In)
	case *Unnest:
		return hasGroups(n.In)
	case *Join:
		return hasGroups(n.L) || hasGroups(n.R)
	case *Union:
		for _, in := range n.Ins {
			if hasGroups(in) {
				return true
			}
		}
	}
	return false
}
