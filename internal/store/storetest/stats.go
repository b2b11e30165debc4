package storetest

import (
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// testStats checks the size and freshness that a store tells.
func testStats(t *testing.T, s store.Store) {
	a, b := Object("/a"), Object("/b")
	b.FirstTuple, b.LastTuple = a.FirstTuple-1000, a.LastTuple+1000
	d := Delta(Row(0), Row(1))
	d.Objects = []store.Object{a, b}
	before := time.Now().Add(-time.Second)
	commit(t, s, d)
	got, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.StoredBytes <= 0 || got.LastCommit.Before(before) || got.LastCommit.After(time.Now().Add(time.Second)) {
		t.Errorf("stored bytes %d, last commit %s", got.StoredBytes, got.LastCommit)
	}
	got.StoredBytes, got.LastCommit = 0, time.Time{}
	want(t, "stats", got, store.Stats{
		Objects: 2, Records: 4, Tuples: 60, Rejected: 2, Rows: 2, Bytes: 180, PendingBytes: 20, TooOld: 10,
		FirstTuple: time.UnixMilli(b.FirstTuple).UTC(), LastTuple: time.UnixMilli(b.LastTuple).UTC(),
	})
}

// testEnd checks that rows dated far ahead of their arrival do not move the end of the data.
func testEnd(t *testing.T, s store.Store) {
	f := func(what string, last time.Time, beyond int64) {
		t.Helper()
		got, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !got.LastTuple.Equal(last) || got.Beyond != beyond {
			t.Errorf("%s: the data ends at %s with %d rows beyond, want %s with %d", what, got.LastTuple, got.Beyond, last, beyond)
		}
	}
	at := func(when time.Time) flow.Row {
		r := Row(0)
		start := when.Truncate(s.Interval())
		r.Interval, r.First, r.Last = start.Unix(), start.UnixMilli(), when.UnixMilli()
		return r
	}
	read := func(name string, last time.Time, rows ...flow.Row) {
		t.Helper()
		d, o := Delta(rows...), Object(name)
		o.LastTuple = last.UnixMilli()
		d.Objects = []store.Object{o}
		commit(t, s, d)
	}
	far := time.Date(2099, 5, 6, 7, 8, 9, 0, time.UTC)
	read("/far", far, at(far))
	f("nothing else", far, 0)
	day := Start.Add(5 * time.Minute)
	read("/both", far, at(day), at(far.Add(time.Hour)))
	f("a day and the far future", day, 2)
	soon := time.Now().Add(store.Ahead / 2).UTC().Truncate(time.Second)
	read("/soon", soon, at(soon))
	f("a clock that is half a day ahead", soon, 2)
}
