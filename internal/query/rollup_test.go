package query_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

// plain is a store without roll-ups.
type plain struct{ store.Store }

func (plain) Periods(context.Context, time.Time, time.Time) ([]store.Period, error) { return nil, nil }

// watched is a store that tells how often roll-ups were read.
type watched struct {
	store.Store
	rolled *int
}

func (w watched) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	for _, r := range store.Rollups() {
		for _, width := range []time.Duration{store.Hour, store.Day} {
			if strings.Contains(sql, store.RollupTable(r.Name, width)+" ") {
				*w.rolled++
				return w.Store.Query(ctx, sql, args...)
			}
		}
	}
	return w.Store.Query(ctx, sql, args...)
}

// shapes are what the rows of a question can be.
var shapes = [][]query.Dimension{
	{},
	{query.Time},
	{query.Time, query.Direction, query.Status},
	{query.FlowType, query.Protocol},
	{query.Host, query.HostID},
	{query.HostID},
	{query.HostID, query.Role, query.Status},
	{query.Initiator, query.InitiatorID, query.Responder, query.ResponderID},
	{query.InitiatorID, query.ResponderID, query.ServicePort, query.Protocol},
	{query.HostID, query.Status, query.Role, query.Captured, query.HostEndpoint},
	{query.InitiatorID, query.ResponderID, query.Status, query.FlowType, query.InitiatorEndpoint, query.ResponderEndpoint},
	{query.LowerID, query.HigherID},
	{query.LowerID, query.HigherID, query.LowerRole, query.Status, query.FlowType, query.InitiatorEndpoint},
	{query.ServicePort, query.Protocol},
	{query.ServicePort, query.Protocol, query.Status},
	{query.ACL, query.Rule, query.Direction, query.Status},
	{query.Port},
	{query.Rule, query.Target},
	{query.Role, query.Captured, query.Protocol},
	{query.Rule, query.Captured},
	{query.HostEndpoint, query.Encryption},
	{query.Time, query.Of(query.HostEnd, query.Class), query.Status},
	{query.Of(query.HostEnd, query.VNet), query.Role},
	{query.Of(query.InitiatorEnd, query.Subnet), query.Of(query.ResponderEnd, query.Country), query.Direction},
	{query.Of(query.HostEnd, query.Kind), query.Of(query.ResponderEnd, query.Service)},
}

// askAnything draws a question; ranked says that it has an order and a limit
// as rankings have.
func askAnything(t *rapid.T, start time.Time, hours int) (q query.Question, ranked bool) {
	mark := func(name string) time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, hours*6).Draw(t, name)) * 10 * time.Minute)
	}
	if rapid.Bool().Draw(t, "long") { // whole days, or nearly
		q.From, q.To = start.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "begins"))*10*time.Minute), start.Add(time.Duration(hours)*time.Hour)
	} else {
		q.From, q.To = mark("from"), mark("to")
	}
	if !q.From.Before(q.To) {
		q.From, q.To = q.To, q.From.Add(10*time.Minute)
	}
	q.Dimensions = rapid.SampledFrom(shapes).Draw(t, "dimensions")
	q.Grain = rapid.SampledFrom([]time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}).Draw(t, "grain")
	lead := rapid.SampledFrom([]query.Quantity{query.Flows, query.Packets, query.Bytes, query.BytesBack, query.Tuples}).Draw(t, "lead")
	q.Measures = []query.Measure{{Name: "lead", Of: lead}, {Name: "flows", Of: query.Flows}, {Name: "forward", Of: query.PacketsForward}}
	if rapid.Bool().Draw(t, "part") {
		q.Measures = append(q.Measures, query.Measure{Name: "denied", Of: query.Flows, Where: []query.Filter{query.Is(query.Status, flow.Denied)}})
	}
	switch rapid.IntRange(0, 4).Draw(t, "filter") {
	case 0:
		q.Filters = append(q.Filters, query.Is(query.Status, flow.Denied))
	case 1:
		q.Filters = append(q.Filters, query.Is(query.Protocol, 6, 17))
	}
	if rapid.IntRange(0, 2).Draw(t, "where") == 0 {
		q.Where = querytest.AnyCondition(2).Draw(t, "condition")
	}
	defer func() {
		if !ranked && len(q.Dimensions) > 0 && rapid.Bool().Draw(t, "times") {
			q.Measures = append(q.Measures, query.Measure{Name: "first", Of: query.FirstTime}, query.Measure{Name: "last", Of: query.LastTime})
			if rapid.Bool().Draw(t, "initiators") {
				q.Measures = append(q.Measures, query.Measure{Name: "who", Of: query.Initiators})
			}
		}
	}()
	if len(q.Measures) == 4 && rapid.Bool().Draw(t, "by a part") {
		q.Measures[0], q.Measures[3] = q.Measures[3], q.Measures[0]
	}
	for _, d := range q.Dimensions {
		ranked = ranked || d == query.HostID || d == query.InitiatorID || d == query.LowerID || d == query.ServicePort || d == query.Rule || d == query.Of(query.HostEnd, query.VNet)
		if d == query.Time || d == query.Port {
			return q, false
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "each capture") == 0 && !hasHost(q) {
		q.EachCapture = true
	}
	if ranked {
		q.Order = []query.Order{{Measure: q.Measures[0].Name}, {Measure: "flows"}, {Measure: "forward"}}
		for _, d := range q.Dimensions {
			q.Order = append(q.Order, query.Order{Dimension: d})
		}
		q.Limit = rapid.IntRange(1, rapid.SampledFrom([]int{2, 12}).Draw(t, "most")).Draw(t, "limit")
	}
	if ranked && rapid.Bool().Draw(t, "not from the first") {
		q.Offset = rapid.IntRange(1, 5).Draw(t, "offset")
	}
	return q, ranked
}

func hasHost(q query.Question) bool {
	for _, d := range q.Dimensions {
		if d == query.Host || d == query.HostID || d == query.Role {
			return true
		}
	}
	return false
}

// The answer from any mix of tables is that of the facts, to the unit: after
// commits in any order, late ones, others that count, and with roll-ups of any
// part of the periods.
func TestRollUpsAnswerAsFacts(t *testing.T) {
	const hours = 3 * 24
	heavy := map[string]uint64{"10.0.0.4": 10_000, "10.0.0.5": 1000, "10.0.0.6": 100} // so that who comes first can be proved
	rolled, step, atLeast := 0, 0, 0
	s := querytest.OpenKeeping(t, 6)
	rapid.Check(t, func(rt *rapid.T) { // the store goes from step to step, whatever fails
		step++
		rows := rapid.IntRange(1, 200).Draw(rt, "rows")
		flows := querytest.Random(uint64(step), rows, start.AddDate(0, 0, rapid.IntRange(0, 2).Draw(rt, "day")))
		for i := range flows {
			f, times := &flows[i], heavy[flows[i].Initiator]
			f.Started, f.PacketsFwd, f.BytesFwd = f.Started+times*f.Started, f.PacketsFwd+times*f.PacketsFwd, f.BytesFwd+times*f.BytesFwd
		}
		querytest.Commit(t, s, fmt.Sprintf("/%d", step), flows[rapid.IntRange(0, rows-1).Draw(rt, "from row"):]...)
		if rapid.IntRange(0, 3).Draw(rt, "settled") > 0 {
			querytest.Settle(t, s)
		}
		if rapid.IntRange(0, 3).Draw(rt, "rolled up") > 0 {
			if _, err := s.RollUp(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		for range 3 {
			q, ranked := askAnything(rt, start, hours)
			ask := func(s query.Asker) *query.Result {
				answer := query.Ask
				if ranked {
					answer = func(ctx context.Context, s query.Asker, q query.Question) (*query.Result, error) {
						return query.Rank(ctx, s, q)
					}
				}
				res, err := answer(t.Context(), s, q)
				if err != nil {
					rt.Fatalf("%+v: %v", q, err)
				}
				if len(q.Order) == 0 {
					sortRows(res.Rows)
				}
				return res
			}
			want, got := ask(plain{s}), ask(watched{s, &rolled})
			if got.AtLeast {
				atLeast++
			}
			if got.AtLeast && got.Count <= want.Count && int64(len(got.Rows)) <= got.Count {
				got.Count, got.AtLeast = want.Count, false
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("step %d: %+v (-facts +roll-ups):\n%s", step, q, diff)
			}
			if !ranked || len(want.Rows) == 0 {
				continue
			}
			// The rows that are shown, in detail.
			shown := query.Filter{Dimensions: q.Dimensions}
			for _, row := range want.Rows {
				shown.Values = append(shown.Values, row.Keys)
			}
			q.Filters, q.Order, q.Limit, q.Offset, ranked = append(q.Filters, shown), nil, 0, 0, false
			q.Dimensions = append(append([]query.Dimension{}, q.Dimensions...), query.FlowType)
			if diff := cmp.Diff(ask(plain{s}), ask(watched{s, &rolled})); diff != "" {
				rt.Fatalf("step %d: details %+v (-facts +roll-ups):\n%s", step, q, diff)
			}
		}
	})
	if rolled == 0 {
		t.Error("no question was answered from roll-ups, so nothing is tested")
	}
	if atLeast == 0 {
		t.Error("no ranking was proved from roll-ups that folded something")
	}
	t.Logf("%d statements read roll-ups, %d rankings were proved from them", rolled, atLeast)
}

// interrupted is a store into which something is committed right before
// roll-ups are read.
type interrupted struct {
	store.Store
	commit func()
}

func (i *interrupted) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	if commit := i.commit; commit != nil && (strings.Contains(sql, " weir.day_") || strings.Contains(sql, " weir.hour_")) {
		i.commit = nil
		commit()
	}
	return i.Store.Query(ctx, sql, args...)
}

// An answer is whole where a period that it reads is dropped meanwhile.
func TestPeriodsDroppedMeanwhile(t *testing.T) {
	s := querytest.OpenKeeping(t, 6)
	querytest.Commit(t, s, "/1", querytest.Random(1, 1000, start)...)
	querytest.Commit(t, s, "/2", querytest.Random(2, 100, start.AddDate(0, 0, 1))...)
	f := func(name string, ask func(query.Asker) (*query.Result, error)) {
		t.Helper()
		querytest.Settle(t, s)
		if n, err := s.RollUp(t.Context()); n == 0 || err != nil {
			t.Fatalf("RollUp() = %d, %v", n, err)
		}
		committed := false
		got, err := ask(&interrupted{s, func() {
			committed = true
			querytest.Commit(t, s, "/late/"+name, querytest.Random(3, 10, start)...)
		}})
		if err != nil {
			t.Fatal(err)
		}
		want, err := ask(plain{s})
		if err != nil {
			t.Fatal(err)
		}
		got.Count, got.AtLeast = want.Count, want.AtLeast
		if diff := cmp.Diff(want, got); diff != "" || !committed {
			t.Errorf("%s: committed %v (-facts +roll-ups):\n%s", name, committed, diff)
		}
	}
	day := query.Question{From: start, To: start.AddDate(0, 0, 1), Measures: total(query.Flows)}
	f("sum", func(s query.Asker) (*query.Result, error) { return query.Ask(t.Context(), s, day) })
	ports := day
	ports.Dimensions, ports.Limit = []query.Dimension{query.ServicePort, query.Protocol}, 2
	ports.Order = []query.Order{{Measure: "total"}, {Dimension: query.ServicePort}, {Dimension: query.Protocol}}
	f("ranking", func(s query.Asker) (*query.Result, error) { return query.Rank(t.Context(), s, ports) })
}
