package pipeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/decode"
	"weir/internal/flow"
	"weir/internal/source"
	"weir/internal/store"
)

// TestTooOld tells objects that need not be opened from those that must be.
func TestTooOld(t *testing.T) {
	oldest := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	f := func(what string, o source.Object, before store.Object, want bool) {
		t.Helper()
		if got := tooOld(o, before, oldest); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
		if tooOld(o, before, time.Time{}) {
			t.Errorf("%s: too old where nothing is", what)
		}
	}
	at := func(path string) source.Object {
		return source.Object{Name: "/logs/flowLogResourceID=/X" + path + "macAddress=00/PT1H.json", Size: 10}
	}
	none := store.Object{}
	f("an hour of the day before", at("/y=2026/m=03/d=09/h=22/m=00/"), none, true)
	f("the last hour, whose tuples may be late", at("/y=2026/m=03/d=09/h=23/m=00/"), none, false)
	f("the first hour", at("/y=2026/m=03/d=10/h=00/m=00/"), none, false)
	f("a year before", at("/y=2025/m=12/d=31/h=05/m=00/"), none, true)
	f("another spelling", at(`\Y=2026\M=3\D=9\H=1\`), none, true)
	f("a day that no calendar has", at("/y=2026/m=02/d=30/h=05/m=00/"), none, false)
	f("no hour in its path", source.Object{Name: "/logs/all.json"}, none, false)
	f("last changed long before", source.Object{Name: "/logs/all.json", Modified: oldest.Add(-25 * time.Hour)}, none, true)
	f("changed within what a clock may be wrong", source.Object{Name: "/logs/all.json", Modified: oldest.Add(-time.Hour)}, none, false)

	read := store.Object{State: store.ObjectComplete, Size: 10, LastTuple: oldest.UnixMilli() - 1}
	f("touched, but as large as when it was read", source.Object{Name: "/a", Size: 10, Modified: oldest}, read, true)
	f("grown since it was read", source.Object{Name: "/a", Size: 11, Modified: oldest}, read, false)
	read.LastTuple++
	f("touched, with a tuple that is kept", source.Object{Name: "/a", Size: 10, Modified: oldest}, read, false)
}

func TestKeepNew(t *testing.T) {
	f := func(limit int64, times []int64, ends []int, wantTimes []int64, wantEnds []int) {
		t.Helper()
		rec := &decode.Record{}
		for _, at := range times {
			rec.Tuples = append(rec.Tuples, flow.Tuple{Time: at})
		}
		for _, end := range ends {
			rec.Groups = append(rec.Groups, decode.Group{End: end})
		}
		oldest := time.Time{}
		if limit > 0 {
			oldest = time.UnixMilli(limit)
		}
		old := keepNew(rec, oldest)
		var gotTimes []int64
		var gotEnds []int
		for _, tuple := range rec.Tuples {
			gotTimes = append(gotTimes, tuple.Time)
		}
		for _, g := range rec.Groups {
			gotEnds = append(gotEnds, g.End)
		}
		if diff := cmp.Diff([]any{wantTimes, wantEnds, int64(len(times) - len(wantTimes))}, []any{gotTimes, gotEnds, old}); diff != "" {
			t.Errorf("%v from %d on (-want +got):\n%s", times, limit, diff)
		}
	}
	f(0, []int64{1, 2, 3}, []int{1, 3}, []int64{1, 2, 3}, []int{1, 3})
	f(2, []int64{1, 2, 3}, []int{1, 3}, []int64{2, 3}, []int{0, 2})
	f(2, []int64{2, 1, 3, 1}, []int{2, 4}, []int64{2, 3}, []int{1, 2})
	f(9, []int64{2, 1, 3, 1}, []int{2, 4}, nil, []int{0, 0})
	f(1, []int64{2, 1, 3, 1}, []int{2, 4}, []int64{2, 1, 3, 1}, []int{2, 4})
}
