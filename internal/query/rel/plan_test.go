package rel_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/query/rel"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// TestPlans compares what the engine answers to the SQL of random plans with
// what a naive interpreter says that they mean, as they are and simplified.
// WEIR_PLANS=N asks more of them.
func TestPlans(t *testing.T) {
	s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	most := 500
	if n, err := strconv.Atoi(os.Getenv("WEIR_PLANS")); err == nil {
		most = n
	}
	answered, nothing, once := 0, 0, 0
	for seed := range most {
		m := &maker{Rand: rand.New(rand.NewPCG(uint64(seed), 7))}
		plan, columns := m.plan(1 + seed%6)
		var want []string
		for _, r := range (naive{}).rows(plan) {
			cells := make([]any, len(columns))
			for i, c := range columns {
				cells[i] = r[c.ID]
			}
			want = append(want, texts(cells, columns))
		}
		_, sorted := plan.(*rel.Sort)
		for _, form := range []rel.Node{plan, rel.Simplify(plan)} {
			sql, err := rel.Print(form, columns)
			if err != nil {
				continue // too long
			}
			got, err := answers(t.Context(), s, sql, columns)
			if err != nil {
				if !strings.Contains(err.Error(), "Out of Range") { // where KQL has another number
					t.Errorf("plan %d: %v\n%s", seed, err, sql)
				}
				continue
			}
			if !sorted {
				slices.Sort(got)
				slices.Sort(want)
			}
			answered++
			if strings.Contains(sql, "MATERIALIZED") {
				once++
			}
			if len(want) == 0 {
				nothing++
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("plan %d (-got +want):\n%s%s", seed, diff, sql)
			}
		}
	}
	most *= 2
	t.Logf("%d plans, %d of them without rows, %d with a table that is asked once", answered, nothing, once)
	if once == 0 {
		t.Error("no plan has a table that is asked once")
	}
	if answered < most*9/10 || nothing > most/2 {
		t.Errorf("%d of %d plans are answered, %d of them with nothing", answered, most, nothing)
	}
}

// answers returns the rows of an answer, each as a text.
func answers(ctx context.Context, s store.Store, sql string, columns []rel.Column) (all []string, err error) {
	rows, err := s.ReadOnly(ctx, sql)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		all = append(all, texts(rows.Values(), columns))
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

func texts(cells []any, columns []rel.Column) string {
	all := make([]string, len(cells))
	for i, v := range cells {
		switch v := v.(type) {
		case time.Time:
			all[i] = fmt.Sprint(v.UnixMicro())
		case float64:
			if all[i] = fmt.Sprintf("%.9g", v); v == 0 || math.IsNaN(v) {
				all[i] = strings.TrimPrefix(all[i], "-")
			}
		case string:
			all[i] = strconv.Quote(v)
		default:
			all[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(all, " ")
}

// TestImply puts conditions on times above a view, among joins, unions, groups
// and the rest, and shows that what they imply of intervals takes no row away.
func TestImply(t *testing.T) {
	changed := 0
	for seed := range 3000 {
		m := &maker{Rand: rand.New(rand.NewPCG(uint64(seed), 11))}
		v := naive{views: map[string][]row{}}
		plan, columns := m.overView(v, 4)
		implied := rel.Imply(plan)
		before, after := v.rows(plan), v.rows(implied)
		text := func(rows []row) []string {
			var all []string
			for _, r := range rows {
				cells := make([]any, len(columns))
				for i, c := range columns {
					cells[i] = r[c.ID]
				}
				all = append(all, texts(cells, columns))
			}
			return all
		}
		if diff := cmp.Diff(text(after), text(before)); diff != "" {
			sql, err := rel.Print(implied, columns)
			t.Errorf("plan %d (-got +want):\n%s%s %v", seed, diff, sql, err)
		}
		if len(columns) > 0 && strings.Count(printed(t, implied, columns), `"end"`) > strings.Count(printed(t, plan, columns), `"end"`) {
			changed++
		}
	}
	if t.Logf("%d plans got conditions", changed); changed < 300 {
		t.Errorf("%d of 3000 plans got conditions: the plans are of the wrong kind", changed)
	}
}

func printed(t *testing.T, n rel.Node, columns []rel.Column) string {
	t.Helper()
	sql, err := rel.Print(n, columns)
	if err != nil {
		t.Fatal(err)
	}
	return sql
}

// overView makes a plan over a view of intervals, with times within them.
func (m *maker) overView(v naive, depth int) (rel.Node, []rel.Column) {
	if depth > 0 {
		in, columns := m.overView(v, depth-1)
		other := func() (rel.Node, []rel.Column) { return m.overView(v, m.IntN(depth)) }
		at := m.leaf(rel.DateTime, columns)
		switch m.IntN(8) {
		case 0, 1, 2:
			ops := []rel.Op{rel.Ge, rel.Gt, rel.Le, rel.Lt}
			cond := rel.Expr(rel.Call{Op: ops[m.IntN(4)], Args: []rel.Expr{at, m.constant(rel.DateTime, false)}, T: rel.Bool, Null: true})
			if more := m.expr(rel.Bool, columns, 2); m.IntN(2) == 0 {
				cond = rel.Call{Op: []rel.Op{rel.And, rel.And, rel.Or}[m.IntN(3)], Args: []rel.Expr{cond, more}, T: rel.Bool, Null: true}
			}
			return &rel.Filter{In: in, Cond: cond}, columns
		case 3:
			return m.project(in, columns)
		case 4:
			return m.aggregate(in, columns)
		case 5:
			kinds := []rel.JoinKind{rel.Inner, rel.Left, rel.Right, rel.Full, rel.Semi, rel.Anti}
			right, more := other()
			j := &rel.Join{Kind: kinds[m.IntN(6)], L: in, R: right, On: []rel.Pair{{L: m.leaf(rel.Long, columns), R: m.leaf(rel.Long, more)}}}
			if j.Kind == rel.Semi || j.Kind == rel.Anti {
				return j, columns
			}
			all := slices.Concat(columns, more)
			for i := range all {
				all[i].Null = true
			}
			return j, all
		case 6:
			right, more := other()
			u := &rel.Union{Ins: []rel.Node{in, right}, Items: make([][]rel.Expr, 2)}
			for _, t := range []rel.Type{rel.DateTime, rel.DateTime, rel.Long} {
				u.Columns = append(u.Columns, m.column(t, true))
				u.Items[0], u.Items[1] = append(u.Items[0], m.leaf(t, columns)), append(u.Items[1], m.leaf(t, more))
			}
			return u, u.Columns
		}
		sort := &rel.Sort{In: in, Keys: m.keys(columns)}
		if m.IntN(2) == 0 {
			return sort, columns
		}
		return &rel.Limit{In: sort, N: int64(1 + m.IntN(4))}, columns
	}
	start, end, within, n := m.column(rel.DateTime, true), m.column(rel.DateTime, true), m.column(rel.DateTime, true), m.column(rel.Long, true)
	scan := &rel.Scan{View: fmt.Sprint("v", n.ID), Bounds: []rel.Bound{{Of: within, After: end, Until: start}}}
	for i, c := range []rel.Column{start, end, within, n} {
		scan.Columns = append(scan.Columns, rel.ScanColumn{ID: c.ID, Name: []string{"start", "end", "within", "n"}[i], T: c.T})
	}
	const hour = int64(time.Hour / time.Microsecond)
	for range m.IntN(6) {
		from, _ := m.constant(rel.DateTime, false).Value.(int64)
		v.views[scan.View] = append(v.views[scan.View], row{
			start.ID: from, end.ID: from + 2*hour, within.ID: from + hour*int64(m.IntN(2)), n.ID: int64(m.IntN(4)),
		})
	}
	return scan, []rel.Column{start, end, within, n}
}
