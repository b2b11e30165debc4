package query_test

import (
	"testing"

	"pgregory.net/rapid"

	"weir/internal/query"
	"weir/internal/query/querytest"
)

// A copy of some flows answers questions about them as the facts do, and does
// not see what is committed later.
func TestExcerpt(t *testing.T) {
	s, flows := conditioned(t)
	from, to := flows[0].Interval, flows[0].Interval
	for _, f := range flows {
		if f.Interval.Before(from) {
			from = f.Interval
		}
		if f.Interval.After(to) {
			to = f.Interval
		}
	}
	some := 0
	rapid.Check(t, func(rt *rapid.T) {
		a, b := querytest.AnyCondition(1).Draw(rt, "a"), querytest.AnyCondition(1).Draw(rt, "b")
		q := query.Question{
			From: from, To: to, Dimensions: []query.Dimension{query.HostID, query.Role, query.Port}, Measures: total(query.Tuples),
			EachCapture: rapid.Bool().Draw(rt, "each capture"),
		}
		if q.EachCapture {
			q.Dimensions = []query.Dimension{query.Rule, query.Direction}
		}
		// Its flows hold a, or b alone; the question is about those that hold both.
		copied, done, err := query.Excerpt(t.Context(), s, from, to, a, query.And{b, query.Not{Condition: a}})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() {
			if err := done(); err != nil {
				rt.Fatal(err)
			}
		}()
		ask := func(s query.Asker, where query.Condition) *query.Result {
			q.Where = where
			res, err := query.Ask(t.Context(), s, q)
			if err != nil {
				rt.Fatal(err)
			}
			sortRows(res.Rows)
			return res
		}
		either := ask(s, query.Or{a, b})
		diffT(rt, "either", either, ask(copied, nil))
		diffT(rt, "both", ask(s, query.And{a, b}), ask(copied, query.And{a, b}))
		some += len(either.Rows)
	})
	if some == 0 {
		t.Error("no flow held a condition, so nothing is tested")
	}
}
