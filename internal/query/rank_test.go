package query_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
)

// Rank finds the same rows as summing everything for every key, also where
// many keys are equal in the measure that leads.
func TestRank(t *testing.T) {
	s := querytest.Open(t)
	flows := querytest.Random(11, 600, start)
	for i := range flows {
		flows[i].Started %= 2 // ties
	}
	querytest.Commit(t, s, "/logs/a.json", flows[:300]...)
	querytest.Commit(t, s, "/logs/b.json", flows[300:]...)
	details := []query.Measure{
		{Name: "denied", Of: query.Packets, Where: []query.Filter{query.Is(query.Status, flow.Denied)}},
		{Name: "tuples", Of: query.Tuples},
	}
	measures := []query.Measure{{Name: "flows", Of: query.Flows}, {Name: "bytes", Of: query.Bytes}}
	for name, keys := range map[string][]query.Dimension{
		"hosts": {query.HostID}, "pairs": {query.InitiatorID, query.ResponderID}, "addresses": {query.Responder}, "pairs of either way": {query.LowerID, query.HigherID},
		"ports of hosts": {query.HostID, query.Role, query.ServicePort}, "rules": {query.ACL, query.Rule, query.Status},
	} {
		for _, leading := range []string{"flows", "bytes"} {
			for i, limit := range []int{1, 2, 3, 5, 8, 13, 21, 34, 1000} {
				q := query.Question{
					From: start, Dimensions: keys, Measures: measures, Limit: limit, Offset: i % 3 * limit / 2,
					Order: []query.Order{{Measure: leading}, {Measure: "flows"}, {Measure: "bytes"}},
				}
				for _, k := range keys {
					q.Order = append(q.Order, query.Order{Dimension: k})
				}
				if name == "pairs" {
					q.Filters = []query.Filter{query.Is(query.Protocol, 6)}
				}
				if name == "ports of hosts" {
					q.Filters = []query.Filter{query.Is(query.Role, uint8(query.Answers))}
				}
				got, err := query.Rank(context.Background(), s, q, details...)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range details {
					delete(got.Totals, d.Name)
				}
				want := answer(q, flows)
				whole := q
				whole.Limit, whole.Offset = 0, 0
				for _, row := range answer(whole, flows).Rows {
					want.Count++
					for _, m := range measures {
						want.Totals[m.Name] += row.Values[m.Name]
					}
				}
				q.Measures = append(q.Measures[:2:2], details...)
				want.Rows = answer(q, flows).Rows
				diff(t, fmt.Sprintf("first %d %s by %s", limit, name, leading), want, *got)
			}
		}
	}
}

func TestQuestionsThatRankNothing(t *testing.T) {
	s := querytest.Open(t)
	f := func(q query.Question) {
		t.Helper()
		q.Measures = total(query.Flows)
		if _, err := query.Rank(context.Background(), s, q); err == nil || !strings.Contains(err.Error(), "cannot rank") {
			t.Errorf("Rank() = %v, want an error", err)
		}
	}
	byTotal := []query.Order{{Measure: "total"}}
	f(query.Question{Dimensions: []query.Dimension{query.HostID}, Order: byTotal})
	f(query.Question{Dimensions: []query.Dimension{query.HostID}, Limit: 3})
	f(query.Question{Dimensions: []query.Dimension{query.HostID}, Limit: 3, Order: []query.Order{{Dimension: query.HostID}}})
	f(query.Question{Dimensions: []query.Dimension{query.Time}, Limit: 3, Order: byTotal})

	// Nothing there is no error.
	res, err := query.Rank(context.Background(), s, query.Question{Dimensions: []query.Dimension{query.HostID}, Limit: 3, Order: byTotal, Measures: total(query.Flows)})
	if err != nil || len(res.Rows) != 0 || res.Count != 0 || res.Totals["total"] != 0 {
		t.Errorf("Rank() of an empty store = %+v, %v", res, err)
	}
}
