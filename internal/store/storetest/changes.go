package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

func resources(at time.Time, rows ...topology.DetailRow) map[time.Time]iter.Seq[topology.DetailRow] {
	return map[time.Time]iter.Seq[topology.DetailRow]{at: slices.Values(rows)}
}

// testFactsOf asks for the facts of any parties and logs, and compares with a
// choice that is made without the store.
func testFactsOf(t *testing.T, s store.Store) {
	var rows []contentRow
	rapid.Check(t, func(rt *rapid.T) {
		fresh := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) contentRow { return drawRow(rt, Start.Unix()) }), 1, 20).Draw(rt, "rows")
		d := &store.Delta{}
		for _, r := range fresh {
			r.addTo(d)
		}
		if err := s.Commit(t.Context(), d); err != nil {
			rt.Fatal(err)
		}
		rows = append(rows, fresh...)
		var allParties, allLogs []uint64
		for i := range rows {
			initiator, responder := rows[i].parties()
			allParties = append(allParties, initiator, responder)
			allLogs = append(allLogs, store.LogID(rows[i].log))
		}
		some := func(all []uint64, what string) []uint64 {
			if rapid.Bool().Draw(rt, "no "+what) {
				return nil
			}
			return append(rapid.SliceOfN(rapid.SampledFrom(all), 0, 2).Draw(rt, what), 12345)
		}
		parties, logs := some(allParties, "parties"), some(allLogs, "logs")
		expect := map[string]bool{}
		for i := range rows {
			initiator, responder := rows[i].parties()
			if parties == nil && logs == nil || slices.Contains(parties, initiator) || slices.Contains(parties, responder) || slices.Contains(logs, store.LogID(rows[i].log)) {
				r := &rows[i]
				expect[fmt.Sprint(r.Interval, r.Initiator, r.Responder, initiator, responder, store.LogID(r.log), r.Direction, r.Type, r.Marks&flow.AtHop != 0)] = true
			}
		}
		got := map[string]bool{}
		for _, f := range factsOf(t, s, parties, logs) {
			text := fmt.Sprint(f.Interval, f.Initiator, f.Responder, f.From.Host, f.To.Host, f.Log, f.Direction, f.Type, f.AtHop)
			if got[text] {
				rt.Fatalf("fact %s twice", text)
			}
			got[text] = true
		}
		if diff := gocmp.Diff(expect, got); diff != "" {
			rt.Fatalf("facts (-want +got):\n%s", diff)
		}
	})
}

func (r *contentRow) parties() (initiator, responder uint64) {
	scope := store.ScopeID(store.ScopeOf(r.log))
	return store.PartyID(r.Initiator, scope), store.PartyID(r.Responder, scope)
}

// testCaptured checks what Captured says of rows, and their order.
func testCaptured(t *testing.T, s store.Store) {
	a, b, c := Row(3), Row(1), Row(2)
	a.Marks, a.Type = flow.NoBack|flow.AtHop, flow.S2S
	b.Records, b.Started = 4, 4 // only starts: nothing that counts
	c.Status, c.Direction = flow.Denied, flow.Inbound
	commit(t, s, Delta(a, Row(0)))
	commit(t, s, Delta(b, c))
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	fact := func(r flow.Row, counts bool) store.CapturedFact {
		return store.CapturedFact{
			Interval: r.Interval, Initiator: store.PartyID(r.Initiator, scope), Responder: store.PartyID(r.Responder, scope), Port: r.Port, Protocol: r.Protocol,
			Direction: r.Direction, Status: r.Status, Log: store.LogID(Log(0)), Counts: counts, First: r.First, Last: r.Last, Marks: r.Marks,
		}
	}
	want(t, "captured", captured(t, s, at(1), at(4)), []store.CapturedFact{fact(b, false), fact(c, false), fact(a, true)})

	// More than are read, and put in order, at once.
	d := Delta()
	for i := range 230_000 {
		r := Row(i % 1000)
		r.Interval = at(100 + i%40).Unix()
		d.Rows = append(d.Rows, r)
	}
	commit(t, s, d)
	last, n := int64(0), 0
	for _, f := range captured(t, s, at(100), at(139)) {
		if f.Interval < last || f.Interval < at(100).Unix() || f.Interval >= at(139).Unix() {
			t.Fatalf("interval %d after %d", f.Interval, last)
		}
		last = f.Interval
		n++
	}
	if expect := 230_000 / 40 * 39; n != expect {
		t.Errorf("%d facts, want %d", n, expect)
	}
}

// states returns the type and marks of every fact, by initiator.
func states(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	type key struct {
		interval             int64
		initiator, responder uint64
	}
	facts := map[key]store.StoredFact{}
	for _, f := range factsOf(t, s, nil, nil) {
		facts[key{f.Interval, f.From.Host, f.To.Host}] = f
	}
	all := map[string]string{}
	for _, c := range captured(t, s, at(0), at(1000)) {
		f := facts[key{c.Interval, c.Initiator, c.Responder}]
		if f.AtHop != (c.Marks&flow.AtHop != 0) {
			t.Errorf("%+v at hop, captured with marks %d", f, c.Marks)
		}
		all[f.Initiator.String()] += fmt.Sprint(f.Type, " ", c.Marks)
	}
	return all
}

// testRejudge checks that rows become what they are said to be, and just those.
func testRejudge(t *testing.T, s store.Store) {
	other := Row(2)
	other.Port = 80
	d := Delta(Row(0), Row(1), Row(2), other)
	d.Rows[0].Marks = flow.NoBack
	commit(t, s, d)
	recount(t, s, nil, unsettled(t, s))
	facts := factsOf(t, s, nil, nil)
	now := func(f store.StoredFact, kind flow.Type, atHop bool, from, to uint64) store.Judged {
		return store.Judged{StoredFact: f, Now: enrich.Judgement{Type: kind, AtHop: atHop, From: flow.Identity{Host: from, Endpoint: from * 10}, To: flow.Identity{Host: to, Endpoint: to * 10}}}
	}
	gone, changedSince := facts[1], facts[1]
	gone.From.Host++
	changedSince.Type = flow.AzurePublic
	changed := []store.Judged{
		now(facts[0], flow.S2S, true, 5, 6),
		now(facts[2], flow.P2S, false, facts[2].From.Host, facts[2].To.Host),
		now(gone, flow.P2S, true, 8, 9), // there is none
		now(changedSince, flow.P2S, true, 8, 9),
	}
	asked := 0
	r := store.Rejudging{Rows: changed, Unsettled: []time.Time{at(0), at(7)}, Endpoint: func(id uint64) *enrich.Endpoint {
		asked++
		return &enrich.Endpoint{Endpoint: topology.Endpoint{VM: fmt.Sprint("rg/vm", id)}}
	}}
	for range 2 { // the second time nothing is as it was read
		if err := s.Rejudge(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		want(t, "judged", states(t, s), map[string]string{
			"10.0.0.0": fmt.Sprint("S2S ", flow.NoBack|flow.AtHop), "10.0.0.1": "IntraVNet 0", "10.0.0.2": "P2S 0P2S 0",
		})
		got := factsOf(t, s, nil, nil)
		want(t, "identities", []flow.Identity{got[0].From, got[0].To, got[1].From}, []flow.Identity{{Host: 5, Endpoint: 50}, {Host: 6, Endpoint: 60}, facts[1].From})
		want(t, "unsettled", unsettled(t, s).Intervals, []time.Time{at(0), at(7)})
	}
	if asked == 0 {
		t.Error("nobody asked what the new endpoints are")
	}
	// All or nothing.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before, list := states(t, s), unsettled(t, s)
	if err := s.Rejudge(ctx, store.Rejudging{Rows: []store.Judged{now(facts[1], flow.P2S, true, 1, 2)}, Unsettled: []time.Time{at(8)}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Rejudge: %v", err)
	}
	want(t, "after one that failed", states(t, s), before)
	want(t, "unsettled", unsettled(t, s), list)
}

// counted is the counting of the rows of a fact that is captured.
func counted(c store.CapturedFact, marks flow.Marks) store.Counted {
	return store.Counted{
		Interval: c.Interval, Initiator: c.Initiator, Responder: c.Responder, Port: c.Port, Protocol: c.Protocol,
		Direction: c.Direction, Status: c.Status, Log: c.Log, Marks: marks,
	}
}

// testRecount checks that what counts of rows becomes what it is said to be, of
// just those that are named and whatever else they are.
func testRecount(t *testing.T, s store.Store) {
	d := Delta(Row(0), Row(1))
	d.Rows[0].Type, d.Rows[0].Marks = flow.S2S, flow.AtHop|flow.NoStarts
	differ := []func(*flow.Row){
		func(r *flow.Row) { r.Interval += 600 },
		func(r *flow.Row) { r.Initiator = flow.AddrFrom4(0x0a000063) },
		func(r *flow.Row) { r.Responder = flow.AddrFrom4(0x0a000063) },
		func(r *flow.Row) { r.Port++ },
		func(r *flow.Row) { r.Protocol = 17 },
		func(r *flow.Row) { r.Direction = flow.Inbound },
		func(r *flow.Row) { r.Status = flow.Denied },
		func(r *flow.Row) { r.Log = 1 },
	}
	d.Logs = append(d.Logs, Log(1))
	for _, change := range differ {
		r := d.Rows[1]
		change(&r)
		d.Rows = append(d.Rows, r)
	}
	part := d.Rows[1]
	part.Rule, part.Encryption = 1, flow.Encrypted // another row of the same capture
	d.Rules = append(d.Rules, Rule(1))
	d.Rows = append(d.Rows, part)
	commit(t, s, d)
	var one []store.Counted
	for _, c := range captured(t, s, at(0), at(9)) {
		if c.Interval == at(0).Unix() {
			one = append(one, counted(c, flow.NoBack|flow.AtHop)) // whether it is at a hop is not for counting to say
			one = append(one, counted(c, flow.NoBack))
		}
	}
	r := d.Rows[1]
	scope := store.ScopeID(store.ScopeOf(Log(0)))
	named := counted(store.CapturedFact{
		Interval: r.Interval, Initiator: store.PartyID(r.Initiator, scope), Responder: store.PartyID(r.Responder, scope),
		Port: r.Port, Protocol: r.Protocol, Direction: r.Direction, Status: r.Status, Log: store.LogID(Log(0)),
	}, flow.Counting)
	gone := named
	gone.Port = 9999
	recount(t, s, append(one, named, gone), unsettled(t, s))
	want(t, "unsettled", unsettled(t, s).Intervals, []time.Time(nil))
	marks := map[flow.Marks]int{}
	for _, c := range captured(t, s, at(0), at(9)) {
		marks[c.Marks]++
	}
	want(t, "rows by marks", marks, map[flow.Marks]int{flow.NoBack | flow.AtHop: 1, flow.Counting: 2, 0: len(differ)})

	// All or nothing.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	commit(t, s, Delta(Row(3)))
	before, list := states(t, s), unsettled(t, s)
	if err := s.Recount(ctx, []store.Counted{named}, list); !errors.Is(err, context.Canceled) {
		t.Errorf("Recount: %v", err)
	}
	want(t, "after one that failed", states(t, s), before)
	want(t, "unsettled", unsettled(t, s), list)
}

// testChangeWhileReading changes rows and commits within the calls that yield rows.
func testChangeWhileReading(t *testing.T, s store.Store) {
	d := Delta()
	for i := range 25_000 {
		d.Rows = append(d.Rows, Row(i))
	}
	commit(t, s, d)
	seen, calls := 0, 0
	err := s.FactsOf(t.Context(), nil, []uint64{store.LogID(Log(0))}, func(batch []store.StoredFact) error {
		calls++
		var rows []store.Judged
		for _, f := range batch {
			rows = append(rows, store.Judged{StoredFact: f, Now: enrich.Judgement{Type: flow.S2S, From: f.From, To: f.To}})
		}
		seen += len(batch)
		r := Row(calls)
		r.Port = 1
		r.Initiator.Lo += 1 << 20
		commit(t, s, Delta(r))
		return s.Rejudge(t.Context(), store.Rejudging{Rows: rows})
	})
	if err != nil || seen < 25_000 || calls < 2 {
		t.Fatalf("%d facts in %d batches, %v", seen, calls, err)
	}
	err = s.Captured(t.Context(), at(0), at(6), func(batch []store.CapturedFact) error {
		var rows []store.Counted
		for _, f := range batch {
			rows = append(rows, counted(f, flow.NoStarts))
		}
		return s.Recount(t.Context(), rows, unsettled(t, s))
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, text := range states(t, s) {
		counts[text]++
	}
	want(t, "changed", counts, map[string]int{"S2S 1": seen, "IntraVNet 1": 25_000 + calls - seen})

	stop := errors.New("stop")
	if err := s.FactsOf(t.Context(), nil, nil, func([]store.StoredFact) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of the callback becomes %v", err)
	}
	if err := s.Parties(t.Context(), func([]store.Party) error { return s.Reattribute(t.Context(), nil) }); err != nil {
		t.Error(err)
	}
}

// testUnsettled checks that an interval is listed from its commit until it is
// settled, and that what came meanwhile stays.
func testUnsettled(t *testing.T, s store.Store) {
	commit(t, s, Delta(Row(2), Row(0), Row(2)))
	commit(t, s, Delta(Row(2), Row(4)))
	commit(t, s, &store.Delta{})
	list := unsettled(t, s)
	want(t, "committed", list.Intervals, []time.Time{at(0), at(2), at(4)})

	// Interval 4 gets rows while it is settled, and a new one comes.
	commit(t, s, Delta(Row(4), Row(5)))
	recount(t, s, nil, list)
	rejudge(t, s, nil, at(1), at(1))
	meanwhile := unsettled(t, s)
	want(t, "settled", meanwhile.Intervals, []time.Time{at(1), at(4), at(5)})

	// Taken off in parts, with a list that is older than a commit.
	part := store.Unsettled{Intervals: []time.Time{at(1), at(5)}, Until: meanwhile.Until}
	recount(t, s, nil, part)
	commit(t, s, Delta(Row(4)))
	recount(t, s, nil, meanwhile)
	want(t, "what was committed since", unsettled(t, s).Intervals, []time.Time{at(4)})
	recount(t, s, nil, unsettled(t, s))
	commit(t, s, Delta(Row(4)))
	recount(t, s, nil, meanwhile)
	want(t, "an old list takes nothing off", unsettled(t, s).Intervals, []time.Time{at(4)})
}

// testCounted checks what of a row counts, by its marks.
func testCounted(t *testing.T, s store.Store) {
	d := Delta()
	for marks := range flow.Marks(16) {
		r := Row(int(marks) * 6)
		r.Started, r.Ended, r.PacketsFwd, r.BytesFwd, r.PacketsBack, r.BytesBack = 1, 2, 3, 4, 5, 6
		r.Marks = marks
		d.Rows = append(d.Rows, r)
	}
	commit(t, s, d)
	var sums, flows [][]any
	for marks := range flow.Marks(16) {
		var c [6]int64
		var parts []string
		for i, mark := range []flow.Marks{flow.NoStarts, flow.NoForward, flow.NoBack} {
			if marks&mark == 0 {
				c[2*i], c[2*i+1] = int64(2*i+1), int64(2*i+2)
				parts = append(parts, []string{"starts", "forward", "back"}[i])
			}
		}
		text := fmt.Sprint(len(parts), parts)
		switch len(parts) {
		case 3:
			text = "all"
		case 0:
			text = "none"
		case 1:
			text = parts[0]
		case 2:
			text = parts[0] + ", " + parts[1]
		}
		sums = append(sums, []any{c[0], c[1], c[2], c[3], c[4], c[5], int64(3)})
		flows = append(flows, []any{text, marks&flow.AtHop != 0, int64(1)})
	}
	want(t, "sums", ask(t, s, "SELECT started, ended, packets_fwd, bytes_fwd, packets_back, bytes_back, records FROM weir.counted ORDER BY marks"), sums)
	want(t, "flows", ask(t, s, "SELECT counted, at_hop, started FROM flows ORDER BY length(initiator), initiator"), flows)
}
