package storetest

import (
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
	"weir/internal/store"
)

// merges are the cases about flows that were committed in parts.
func merges() map[string]func(*testing.T, store.Store) {
	return map[string]func(*testing.T, store.Store){
		"merge":                testMerge,
		"merge and rows since": testMergeSince,
		"merge in any order":   testMergeAnyOrder,
	}
}

func merge(t *testing.T, s store.Store, quiet time.Duration) store.Merged {
	t.Helper()
	m, err := s.Merge(t.Context(), quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// storedRows returns how many rows of flows are stored.
func storedRows(t *testing.T, s store.Store) int64 {
	t.Helper()
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stats.Rows
}

// testMerge checks that parts become one row, that nothing else does, and that
// no answer changes.
func testMerge(t *testing.T, s store.Store) {
	want(t, "an empty store", merge(t, s, 0), store.Merged{})

	a, other, hop, extreme := Row(1), Row(1), Row(1), Row(2)
	other.Port = 80
	hop.Port, hop.Marks = 25, flow.AtHop
	extreme.BytesFwd = 1<<64 - 1
	differ := hop
	differ.Marks = flow.AtHop | flow.NoBack // until it is counted with the others
	commit(t, s, Delta(a, other, hop, extreme, Row(3)))
	commit(t, s, Delta(a, extreme, differ))
	commit(t, s, Delta(a, hop, Row(3)))
	flows := func() [][]any {
		rows := ask(t, s, "SELECT * FROM flows")
		sortTable(rows)
		return rows
	}
	sums := func() [][]any {
		return ask(t, s, "SELECT sum(started), sum(bytes_fwd), sum(bytes_back), sum(records) FROM weir.counted WHERE port <> 443")
	}
	flowsBefore, sumsBefore := flows(), sums()
	want(t, "written just now", merge(t, s, time.Hour), store.Merged{Waiting: 3})
	want(t, "rows", storedRows(t, s), int64(11))
	// Three rows of a, two of extreme, two of hop and two of Row(3) are parts.
	want(t, "merged", merge(t, s, 0), store.Merged{Intervals: 3, Rows: 5})
	want(t, "rows", storedRows(t, s), int64(6))
	want(t, "flows", flows(), flowsBefore)
	want(t, "sums", sums(), sumsBefore)
	want(t, "merged again", merge(t, s, 0), store.Merged{})

	// What is written later is merged into it.
	later := Row(1)
	later.Started = 5
	commit(t, s, Delta(later))
	want(t, "one more part", ask(t, s, "SELECT started FROM flows WHERE initiator = '10.0.0.1' AND port = 443"), [][]any{{int64(8)}})
	want(t, "merged", merge(t, s, 0), store.Merged{Intervals: 1, Rows: 1})
	want(t, "merged", ask(t, s, "SELECT started, records FROM flows WHERE initiator = '10.0.0.1' AND port = 443"), [][]any{{int64(8), int64(12)}})

	// Rows that become parts of one flow when they are judged and counted are merged.
	var counts []store.Counted
	for _, c := range captured(t, s, at(1), at(2)) {
		if c.Port == 25 {
			counts = append(counts, counted(c, flow.NoBack))
		}
	}
	recount(t, s, counts, unsettled(t, s))
	want(t, "counted alike", merge(t, s, 0), store.Merged{Intervals: 1, Rows: 1})
}

// testMergeSince commits while intervals are merged.
func testMergeSince(t *testing.T, s store.Store) {
	const intervals = 1200
	row := func(i int) flow.Row {
		r := Row(0)
		r.Interval = at(i).Unix()
		return r
	}
	d := Delta()
	for i := range intervals {
		d.Rows = append(d.Rows, row(i))
	}
	commit(t, s, d)
	commit(t, s, d)
	calls := 0
	m, err := s.Merge(t.Context(), 0, func(done, total int64) {
		calls++
		if calls == 1 {
			commit(t, s, Delta(row(0), row(intervals-1))) // one is merged already, the other is not
			if done == 0 || done >= total || total != intervals {
				t.Errorf("%d of %d are done", done, total)
			}
		}
	})
	if err != nil || calls < 2 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	want(t, "merged", m, store.Merged{Intervals: intervals, Rows: intervals + 1})
	want(t, "flows", ask(t, s, "SELECT count(*), sum(records), max(records) FROM flows"), [][]any{{int64(intervals), int64(2*intervals+2) * 3, int64(9)}})
	want(t, "those written to since", merge(t, s, 0), store.Merged{Intervals: 2, Rows: 1})
	want(t, "rows", storedRows(t, s), int64(intervals))
}

// testMergeAnyOrder commits the same rows in any split and order, merges every
// now and then, and compares the flows with a sum that is made without the store.
func testMergeAnyOrder(t *testing.T, s store.Store) {
	round := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		round++
		day := Start.Unix() + round*86400 // rounds share a store, each has a day
		rows := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) contentRow {
			r := drawRow(rt, day)
			r.Type = rapid.SampledFrom([]flow.Type{flow.IntraVNet, flow.S2S}).Draw(rt, "type")
			return r
		}), 1, 40).Draw(rt, "rows")
		before := storedRows(t, s)
		for rest := rapid.Permutation(rows).Draw(rt, "order"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "n")
			d := &store.Delta{}
			for _, r := range rest[:n] {
				r.addTo(d)
			}
			rest = rest[n:]
			if err := s.Commit(t.Context(), d); err != nil {
				rt.Fatal(err)
			}
			if rapid.Bool().Draw(rt, "merge") || len(rest) == 0 {
				if _, err := s.Merge(t.Context(), 0, nil); err != nil {
					rt.Fatal(err)
				}
			}
		}
		want := model(rows)
		got, err := flowsOn(t, s, day)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			rt.Fatalf("flows (-want +got):\n%s", diff)
		}
		if n := storedRows(t, s) - before; n != int64(len(want)) {
			rt.Fatal(fmt.Sprintf("%d rows are stored of %d flows", n, len(want)))
		}
	})
}
