package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
)

// rollups returns the tests of store.Rolling.
func rollups() map[string]func(*testing.T, store.Store) {
	return map[string]func(*testing.T, store.Store){
		"roll-ups":                testRollUps,
		"roll-ups and changes":    testRollUpsChange,
		"roll-ups that are ahead": testRollUpsAhead,
	}
}

// periodsOf returns the periods that stand, as text, and their numbers.
func periodsOf(t *testing.T, s store.Store, from, to time.Time) (list []string, numbers map[uint64]bool) {
	t.Helper()
	periods, err := s.Periods(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	numbers = map[uint64]bool{}
	for _, p := range periods {
		list = append(list, fmt.Sprint(p.Start.Format("02 15:04 "), p.Width))
		numbers[p.Number] = true
	}
	return list, numbers
}

func rollUp(t *testing.T, s store.Store, expect int) {
	t.Helper()
	if n, err := s.RollUp(t.Context()); n != expect || err != nil {
		t.Fatalf("RollUp() = %d, %v, want %d", n, err, expect)
	}
}

// settleAll says that every conversation counts once.
func settleAll(t *testing.T, s store.Store) {
	t.Helper()
	list, err := s.Unsettled(t.Context())
	if err == nil {
		err = s.Recount(t.Context(), nil, list)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// rolledDelta has rows in the hour of Start, and an object that says that the
// data goes on until then.
func rolledDelta(until time.Time, rows ...flow.Row) *store.Delta {
	d := Delta(rows...)
	o := Object("/" + until.String())
	o.FirstTuple, o.LastTuple = Start.UnixMilli(), until.UnixMilli()
	d.Objects = []store.Object{o}
	return d
}

func testRollUps(t *testing.T, s store.Store) {
	f := func(from, to time.Time, expect ...string) {
		t.Helper()
		got, _ := periodsOf(t, s, from, to)
		if diff := cmp.Diff(expect, got); diff != "" {
			t.Errorf("Periods(%s, %s) (-want +got):\n%s", from, to, diff)
		}
	}
	var open time.Time
	rollUp(t, s, 0)
	f(open, open)
	commit(t, s, rolledDelta(Start.Add(59*time.Minute), Row(0), Row(1)))
	rollUp(t, s, 0) // nothing is settled
	settleAll(t, s)
	rollUp(t, s, 0) // the hour is not over
	commit(t, s, rolledDelta(Start.Add(2*time.Hour), Row(0), Row(1)))
	settleAll(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := s.RollUp(ctx); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("RollUp of one who has left = %d, %v", n, err)
	}
	f(open, open)
	rollUp(t, s, 1)
	rollUp(t, s, 0)
	f(open, open, "01 12:00 1h0m0s")
	commit(t, s, rolledDelta(Start.Add(24*time.Hour)))
	rollUp(t, s, 1)
	f(open, open, "01 00:00 24h0m0s", "01 12:00 1h0m0s")
	f(Start, open, "01 12:00 1h0m0s")
	f(Start, Start.Add(time.Hour), "01 12:00 1h0m0s")
	f(Start.Add(time.Minute), open)
	f(open, Start.Add(59*time.Minute))

	periods, err := s.Periods(t.Context(), Start, open)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]store.Bound{"host": {Kept: 3}, "pair": {Kept: 2}, "port": {Kept: 1}}
	if diff := cmp.Diff(want, periods[0].Bounds); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
}

// Every change of rows drops the roll-ups of their periods, and no others.
func testRollUpsChange(t *testing.T, s store.Store) {
	other := Row(3)
	other.Interval += 24 * 3600
	commit(t, s, rolledDelta(Start.Add(72*time.Hour), Row(0), other))
	settleAll(t, s)
	rollUp(t, s, 4)
	f := func(what string, change func() error) {
		t.Helper()
		before, old := periodsOf(t, s, time.Time{}, time.Time{})
		if err := change(); err != nil {
			t.Fatal(err)
		}
		got, _ := periodsOf(t, s, time.Time{}, time.Time{})
		if diff := cmp.Diff(before[2:], got); diff != "" {
			t.Errorf("%s: what stands (-want +got):\n%s", what, diff)
		}
		settleAll(t, s)
		rollUp(t, s, 2)
		after, numbers := periodsOf(t, s, time.Time{}, time.Time{})
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s: what stands again (-want +got):\n%s", what, diff)
		}
		fresh := 0
		for n := range numbers {
			if !old[n] {
				fresh++
			}
		}
		if fresh == 0 {
			t.Errorf("%s: periods that were made anew have their old numbers", what)
		}
	}
	f("a commit", func() error { return s.Commit(t.Context(), Delta(Row(6))) })
	row := Row(0)
	counted := store.Counted{Interval: row.Interval, Port: row.Port, Protocol: row.Protocol, Direction: row.Direction, Status: row.Status, Log: store.LogID(Log(0)), Marks: flow.NoStarts}
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	counted.Initiator, counted.Responder = store.PartyID(row.Initiator, scope), store.PartyID(row.Responder, scope)
	f("what counts", func() error { return s.Recount(t.Context(), []store.Counted{counted}, store.Unsettled{}) })
	judged := store.Judged{
		StoredFact: store.StoredFact{
			Interval: row.Interval, Initiator: row.Initiator, Responder: row.Responder, Log: counted.Log, Direction: row.Direction, Type: row.Type,
			From: flow.Identity{Host: counted.Initiator}, To: flow.Identity{Host: counted.Responder},
		},
		Now: enrich.Judgement{From: flow.Identity{Host: 7, Endpoint: 8}, To: flow.Identity{Host: 9, Endpoint: 10}, Type: flow.InterVNet},
	}
	f("what was judged anew", func() error { return s.Rejudge(t.Context(), store.Rejudging{Rows: []store.Judged{judged}}) })
}

// What is dated ahead of its time is not rolled up, nor does it end what is not over.
func testRollUpsAhead(t *testing.T, s store.Store) {
	ahead := Row(0)
	ahead.Interval = time.Now().AddDate(1, 0, 0).Truncate(time.Hour).Unix()
	now := Row(1)
	now.Interval = time.Now().Truncate(time.Hour).Unix()
	d := Delta(ahead, now)
	o := Object("/ahead")
	o.FirstTuple, o.LastTuple = now.Interval*1000, ahead.Interval*1000
	d.Objects = []store.Object{o}
	commit(t, s, d)
	settleAll(t, s)
	rollUp(t, s, 0)
}
