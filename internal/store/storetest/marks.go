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
		expect := map[string]int{}
		for i := range rows {
			initiator, responder := rows[i].parties()
			if parties == nil && logs == nil || slices.Contains(parties, initiator) || slices.Contains(parties, responder) || slices.Contains(logs, store.LogID(rows[i].log)) {
				r := &rows[i]
				expect[fmt.Sprint(r.Interval, r.Initiator, r.Responder, store.LogID(r.log), r.Direction, r.Type, r.Marks)]++
			}
		}
		got := map[string]int{}
		handles := map[store.Handle]bool{}
		for _, f := range factsOf(t, s, parties, logs) {
			got[fmt.Sprint(f.Interval, f.Initiator, f.Responder, f.Log, f.Direction, f.Type, f.Marks)]++
			if handles[f.Handle] {
				rt.Fatalf("handle %d twice", f.Handle)
			}
			handles[f.Handle] = true
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
			Direction: r.Direction, Status: r.Status, Log: store.LogID(Log(0)), Counts: counts, First: r.First, Last: r.Last, Type: r.Type, Marks: r.Marks,
		}
	}
	got := captured(t, s, at(1), at(4))
	for i := range got {
		got[i].Handle = 0
	}
	want(t, "captured", got, []store.CapturedFact{fact(b, false), fact(c, false), fact(a, true)})

	// More than are read, and put in order, at once.
	d := Delta()
	for i := range 230_000 {
		r := Row(i % 1000)
		r.Interval = at(100 + i%40).Unix()
		d.Rows = append(d.Rows, r)
	}
	commit(t, s, d)
	last, n, handles := int64(0), 0, map[store.Handle]bool{}
	for _, f := range captured(t, s, at(100), at(139)) {
		if f.Interval < last || f.Interval < at(100).Unix() || f.Interval >= at(139).Unix() {
			t.Fatalf("interval %d after %d", f.Interval, last)
		}
		handles[f.Handle] = true
		last = f.Interval
		n++
	}
	if expect := 230_000 / 40 * 39; n != expect || len(handles) != expect {
		t.Errorf("%d facts of %d handles, want %d", n, len(handles), expect)
	}
}

// types returns the type and marks of every fact, by initiator.
func types(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range factsOf(t, s, nil, nil) {
		all[f.Initiator.String()] += fmt.Sprint(f.Type, " ", f.Marks)
	}
	return all
}

func testMark(t *testing.T, s store.Store) {
	commit(t, s, Delta(Row(0), Row(1), Row(2)))
	list := unsettled(t, s)
	facts := factsOf(t, s, nil, nil)
	handle := map[string]store.Handle{}
	for _, f := range facts {
		handle[f.Initiator.String()] = f.Handle
	}
	marks := []store.Marking{
		{Handle: handle["10.0.0.2"], Type: flow.S2S, Marks: flow.NoBack},
		{Handle: handle["10.0.0.0"], Type: flow.IntraVNet, Marks: flow.NoStarts},
		{Handle: handle["10.0.0.2"], Type: flow.P2S, Marks: flow.AtHop}, // the later counts
		{Handle: 1 << 40, Type: flow.P2S},                               // there is none
	}
	expect := map[string]string{"10.0.0.0": "IntraVNet 1", "10.0.0.1": "IntraVNet 0", "10.0.0.2": "P2S 8"}
	for range 2 { // the second time nothing differs
		mark(t, s, marks, list, at(7))
		want(t, "marked", types(t, s), expect)
		want(t, "unsettled", unsettled(t, s).Intervals, []time.Time{at(7)})
	}
	// All or nothing.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	list = unsettled(t, s)
	if err := s.Mark(ctx, []store.Marking{{Handle: handle["10.0.0.1"], Type: flow.P2S}}, list, []time.Time{at(8)}); !errors.Is(err, context.Canceled) {
		t.Errorf("Mark: %v", err)
	}
	want(t, "after a mark that failed", types(t, s), expect)
	want(t, "unsettled", unsettled(t, s), list)
	want(t, "the rest of the facts", ask(t, s, "SELECT count(*), sum(bytes_fwd) FROM flows"), [][]any{{int64(3), int64(303)}})
}

// testMarkKeeps marks parts of what a row has, as two do who read it before
// either wrote.
func testMarkKeeps(t *testing.T, s store.Store) {
	r := Row(0)
	r.Type, r.Marks = flow.S2S, flow.AtHop|flow.NoStarts
	commit(t, s, Delta(r))
	handle := factsOf(t, s, nil, nil)[0].Handle
	const judged = flow.AtHop
	mark(t, s, []store.Marking{{Handle: handle, Type: flow.P2S, Keep: ^judged}}, store.Unsettled{})
	want(t, "judged", types(t, s), map[string]string{"10.0.0.0": fmt.Sprint("P2S ", flow.NoStarts)})
	mark(t, s, []store.Marking{{Handle: handle, KeepType: true, Marks: flow.NoBack | flow.AtHop, Keep: judged}}, store.Unsettled{})
	want(t, "counted", types(t, s), map[string]string{"10.0.0.0": fmt.Sprint("P2S ", flow.NoBack)})
	mark(t, s, []store.Marking{{Handle: handle, Type: flow.IntraVNet, Marks: flow.AtHop, Keep: ^judged}}, store.Unsettled{})
	want(t, "judged again", types(t, s), map[string]string{"10.0.0.0": fmt.Sprint("IntraVNet ", flow.NoBack|flow.AtHop)})
	mark(t, s, []store.Marking{{Handle: handle, KeepType: true, Keep: judged}}, store.Unsettled{})
	want(t, "counted again", types(t, s), map[string]string{"10.0.0.0": fmt.Sprint("IntraVNet ", flow.AtHop)})
}

// testMarkWhileReading marks and commits within the calls that yield rows.
func testMarkWhileReading(t *testing.T, s store.Store) {
	d := Delta()
	for i := range 25_000 {
		d.Rows = append(d.Rows, Row(i))
	}
	commit(t, s, d)
	seen, calls := 0, 0
	err := s.FactsOf(t.Context(), nil, []uint64{store.LogID(Log(0))}, func(batch []store.StoredFact) error {
		calls++
		var marks []store.Marking
		for _, f := range batch {
			marks = append(marks, store.Marking{Handle: f.Handle, Type: flow.S2S, Marks: f.Marks | flow.NoBack})
		}
		seen += len(batch)
		commit(t, s, Delta(Row(calls)))
		return s.Mark(t.Context(), marks, store.Unsettled{}, nil)
	})
	if err != nil || seen < 25_000 || calls < 2 {
		t.Fatalf("%d facts in %d batches, %v", seen, calls, err)
	}
	err = s.Captured(t.Context(), at(0), at(6), func(batch []store.CapturedFact) error {
		var marks []store.Marking
		for _, f := range batch {
			marks = append(marks, store.Marking{Handle: f.Handle, Type: f.Type, Marks: f.Marks | flow.NoStarts})
		}
		return s.Mark(t.Context(), marks, unsettled(t, s), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, f := range factsOf(t, s, nil, nil) {
		counts[fmt.Sprint(f.Type, " ", f.Marks)]++
	}
	want(t, "marked", counts, map[string]int{"S2S 5": seen, "IntraVNet 1": 25_000 + calls - seen})

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
	mark(t, s, nil, list, at(1), at(1))
	meanwhile := unsettled(t, s)
	want(t, "settled", meanwhile.Intervals, []time.Time{at(1), at(4), at(5)})

	// Taken off in parts, with a list that is older than a commit.
	part := store.Unsettled{Intervals: []time.Time{at(1), at(5)}, Until: meanwhile.Until}
	mark(t, s, nil, part)
	commit(t, s, Delta(Row(4)))
	mark(t, s, nil, meanwhile)
	want(t, "what was committed since", unsettled(t, s).Intervals, []time.Time{at(4)})
	mark(t, s, nil, unsettled(t, s))
	commit(t, s, Delta(Row(4)))
	mark(t, s, nil, meanwhile)
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
