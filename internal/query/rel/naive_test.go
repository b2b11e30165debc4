package rel_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"weir/internal/query/rel"
)

// row is a row of a plan: values by the number of their column. A value is nil,
// bool, int64, float64, string or, of a dynamic, a list of such.
type row map[int]any

// naive answers a plan row by row, as plainly as its words are meant.
type naive struct {
	views map[string][]row // by the numbers of the columns of the scan
}

func (v naive) rows(n rel.Node) []row {
	var out []row
	switch n := n.(type) {
	case *rel.Scan:
		return v.views[n.View]
	case *rel.Values:
		for _, cells := range n.Rows {
			r := row{}
			for i, c := range n.Columns {
				r[c.ID] = cells[i].Value
				if c.T == rel.String && cells[i].Value == nil {
					r[c.ID] = ""
				}
			}
			out = append(out, r)
		}
	case *rel.Range:
		from, to, step := n.From.Value.(int64), n.To.Value.(int64), n.Step.Value.(int64)
		for x := from; step > 0 && x <= to || step < 0 && x >= to; x += step {
			out = append(out, row{n.Column.ID: x})
		}
	case *rel.Filter:
		for _, r := range v.rows(n.In) {
			if v.value(n.Cond, r) == true {
				out = append(out, r)
			}
		}
	case *rel.Project:
		for _, r := range v.rows(n.In) {
			out = append(out, v.items(n.Items, r))
		}
	case *rel.Aggregate:
		return v.aggregate(n)
	case *rel.Join:
		return v.join(n)
	case *rel.Union:
		for i, in := range n.Ins {
			for _, r := range v.rows(in) {
				one := row{}
				for j, c := range n.Columns {
					one[c.ID] = v.value(n.Items[i][j], r)
				}
				out = append(out, one)
			}
		}
	case *rel.Sort:
		out = slices.Clone(v.rows(n.In))
		v.sort(out, n.Keys)
	case *rel.Limit:
		all := v.rows(n.In)
		return all[:min(int64(len(all)), n.N)]
	case *rel.Unnest:
		for _, r := range v.rows(n.In) {
			out = append(out, v.unnest(n, r)...)
		}
	case *rel.Rank:
		return v.parts(n.In, n.By, n.Keys, func(part []row, i int, r row) { r[n.ID] = int64(i + 1) })
	case *rel.Window:
		return v.parts(n.In, n.By, n.Keys, func(part []row, i int, r row) {
			for _, item := range n.Items {
				r[item.ID] = v.windowed(item.X.(rel.Call), part, i)
			}
		})
	default:
		panic(fmt.Sprintf("no meaning of %T", n))
	}
	return out
}

func (v naive) items(items []rel.Item, r row) row {
	out := row{}
	for _, item := range items {
		out[item.ID] = v.value(item.X, r)
	}
	return out
}

// key is a text of values, the same for those that are the same.
func (v naive) key(exprs []rel.Expr, r row) string {
	var b strings.Builder
	for _, x := range exprs {
		fmt.Fprintf(&b, "%#v|", v.value(x, r))
	}
	return b.String()
}

func (v naive) aggregate(n *rel.Aggregate) []row {
	var keys []rel.Expr
	for _, k := range n.Keys {
		keys = append(keys, k.X)
	}
	groups := map[string][]row{}
	var order []string
	if len(keys) == 0 {
		order = []string{""}
	}
	for _, r := range v.rows(n.In) {
		k := v.key(keys, r)
		if groups[k] == nil && len(keys) > 0 {
			order = append(order, k)
		}
		groups[k] = append(groups[k], r)
	}
	var out []row
	for _, k := range order {
		one := row{}
		if len(keys) > 0 {
			one = v.items(n.Keys, groups[k][0])
		}
		for _, a := range n.Aggs {
			one[a.ID] = v.over(a.X.(rel.Call), groups[k])
		}
		out = append(out, one)
	}
	return out
}

func (v naive) join(n *rel.Join) []row {
	l, r := v.rows(n.L), v.rows(n.R)
	met := make([]bool, len(r))
	var out []row
	for _, a := range l {
		found := false
		for i, b := range r {
			same := true
			for _, on := range n.On {
				x := v.value(on.L, a)
				same = same && v.key([]rel.Expr{on.L}, a) == v.key([]rel.Expr{on.R}, b) && (x != nil || on.L.Nullable() && on.R.Nullable())
			}
			if !same {
				continue
			}
			found, met[i] = true, true
			if n.Kind != rel.Semi && n.Kind != rel.Anti {
				both := row{}
				for id, x := range a {
					both[id] = x
				}
				for id, x := range b {
					both[id] = x
				}
				out = append(out, both)
			}
		}
		if found == (n.Kind == rel.Semi) && (n.Kind == rel.Semi || n.Kind == rel.Anti) || !found && (n.Kind == rel.Left || n.Kind == rel.Full) {
			out = append(out, a)
		}
	}
	for i, b := range r {
		if !met[i] && (n.Kind == rel.Right || n.Kind == rel.Full) {
			out = append(out, b)
		}
	}
	return out
}

func (v naive) unnest(n *rel.Unnest, r row) []row {
	most := 0
	lists := make([][]any, len(n.Items))
	for i, item := range n.Items {
		lists[i] = v.value(item.X, r).([]any)
		most = max(most, len(lists[i]))
	}
	var out []row
	for k := range most {
		one := row{}
		for id, x := range r {
			one[id] = x
		}
		for i, item := range n.Items {
			one[item.ID] = nil
			if k < len(lists[i]) {
				one[item.ID] = lists[i][k]
			}
		}
		out = append(out, one)
	}
	return out
}

// parts visits the rows of each part in the order of keys, as copies.
func (v naive) parts(in rel.Node, by []rel.Expr, keys []rel.Key, visit func(part []row, i int, r row)) []row {
	parts := map[string][]row{}
	var order []string
	for _, r := range v.rows(in) {
		k := v.key(by, r)
		if parts[k] == nil {
			order = append(order, k)
		}
		parts[k] = append(parts[k], r)
	}
	var out []row
	for _, k := range order {
		part := parts[k]
		v.sort(part, keys)
		for i, r := range part {
			one := row{}
			for id, x := range r {
				one[id] = x
			}
			visit(part, i, one)
			out = append(out, one)
		}
	}
	return out
}

func (v naive) sort(rows []row, keys []rel.Key) {
	slices.SortStableFunc(rows, func(a, b row) int {
		for _, k := range keys {
			x, y := v.value(k.X, a), v.value(k.X, b)
			d := 0
			switch {
			case x == nil && y == nil:
			case x == nil || y == nil:
				if d = 1; (x == nil) == k.NullsFirst {
					d = -1
				}
			case k.Asc:
				d = order(x, y)
			default:
				d = -order(x, y)
			}
			if d != 0 {
				return d
			}
		}
		return 0
	})
}

// order compares values of one type, of which NaN is the greatest.
func order(x, y any) int {
	switch x := x.(type) {
	case bool:
		y := y.(bool)
		switch {
		case x == y:
			return 0
		case x:
			return 1
		}
		return -1
	case int64:
		return cmp.Compare(x, y.(int64))
	case float64:
		y := y.(float64)
		switch {
		case math.IsNaN(x) && math.IsNaN(y):
			return 0
		case math.IsNaN(x):
			return 1
		case math.IsNaN(y):
			return -1
		}
		return cmp.Compare(x, y)
	case string:
		return cmp.Compare(x, y.(string))
	}
	panic(fmt.Sprintf("no order of %T", x))
}

// The interpreter is right about what can be said by hand.
func TestNaive(t *testing.T) {
	a, b := rel.Column{ID: 1, T: rel.Long, Null: true}, rel.Column{ID: 2, T: rel.String}
	long := func(n int64) rel.Const { return rel.Const{T: rel.Long, Value: n} }
	values := &rel.Values{Columns: []rel.Column{a, b}, Rows: [][]rel.Const{{long(1), {T: rel.String, Value: "x"}}, {{T: rel.Long}, {T: rel.String}}, {long(1), {T: rel.String, Value: "y"}}}}
	n := &rel.Aggregate{In: values, Keys: []rel.Item{{ID: 3, X: a}}, Aggs: []rel.Item{{ID: 4, X: rel.Call{Op: rel.Count, T: rel.Long}}}}
	got := fmt.Sprint(naive{}.rows(n))
	if want := "[map[3:1 4:2] map[3:<nil> 4:1]]"; got != want {
		t.Errorf("rows are %s, want %s", got, want)
	}
}
